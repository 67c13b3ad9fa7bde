from pathlib import Path

from dossier.units import Level
from ingest.house import House
from ingest.settings import Settings


def test_a_folder_of_further_units_is_read(tmp_path: Path) -> None:
    content = '[former_communes.430]\n99901 = "xã Bình Lạc"\n'
    (tmp_path / "nam-dan.toml").write_text(content, encoding="utf-8")
    houses = (House(Settings(data_dir=tmp_path, units_dir=folder)) for folder in (None, tmp_path))
    assert [len(house.units.of(Level.COMMUNE, former=True)) for house in houses] == [0, 1]
