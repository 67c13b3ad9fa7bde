"""What the measurements say of the agencies' certificates."""

import datetime as dt
import re
from pathlib import Path

from api.http.metrics import Metrics
from dossier import times
from ingest.house import House
from ingest.settings import Settings
from signing.development import DevelopmentAuthority

SEALS = """
[[agency]]
code = "H41.12.5"
name = "Ủy ban nhân dân xã Thử"
last_day = 2099-12-31

[[agency]]
code = "H41.12.5"
name = "Ủy ban nhân dân xã Thử Mới"
first_day = 2100-01-01

[[agency.official]]
name = "Lê Thị Đối Chiếu"

[[agency]]
code = "H41.13"
name = "Ủy ban nhân dân phường Thử"
pkcs12 = "none.p12"
"""


def test_an_agencys_days_are_those_of_its_signer_who_is_first_without_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "seals.toml").write_text(SEALS)
    authority = DevelopmentAuthority.open(tmp_path / "data" / "development")
    moment = times.now()
    for name, days in (("xã Thử", 10), ("xã Thử Mới", 300)):
        authority.seal_key(f"Ủy ban nhân dân {name}", at=moment - dt.timedelta(days=5 * 365 - days))
    house = House(Settings(data_dir=tmp_path / "data", seals_file=tmp_path / "seals.toml"))
    text = Metrics(house).text().decode()
    found = re.findall(r'^sohoa_seal_days_left\{agency="([^"]+)"\} ([\d.]+)$', text, re.MULTILINE)
    assert [(agency, round(float(days))) for agency, days in found] == [("H41.12.5", 300)]
    assert "Đối Chiếu" not in text
    house.close()
