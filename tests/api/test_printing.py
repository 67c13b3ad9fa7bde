"""What commands print for people."""

from dataclasses import replace

import pytest

from api.commands.common import print_paper
from dossier.catalogue_files import load_paper_types
from dossier.papers import Box, Field
from tests.storage import examples


def test_a_person_sees_both_readings_of_a_doubtful_value(capsys: pytest.CaptureFixture[str]) -> None:
    read = Field("full_name", "LÊ THỊ ANH", "LÊ THỊ ANH", 1, Box(1, 2, 3, 4), 0.4, second_raw="LÊ THỊ ÁNH")
    unread = Field("birth_date", "1990-03-05", "05/03/1990", 1, Box(1, 9, 3, 4), 0.4, second_raw="")
    types = load_paper_types()
    print_paper(replace(examples.paper(), fields=(read, unread)), types["identity-card"])
    header, name, date = capsys.readouterr().out.splitlines()[-3:]
    assert "Đọc lần hai" in header
    assert "LÊ THỊ ANH" in name
    assert "LÊ THỊ ÁNH" in name
    assert "(không đọc được)" in date
