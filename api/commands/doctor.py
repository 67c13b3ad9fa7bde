"""``sohoa doctor``: looks at every external part and says what is missing and how to mend it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import typer
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from dossier import times
from dossier.errors import PartMissing, SohoaError, TimestampUnavailable
from dossier.units import Level
from ingest import poppler
from ingest.house import House
from signing.font import default_font
from signing.keys import require_usable


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found of one part."""

    part: str
    ok: bool
    text: str
    mend: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Kiểm tra mọi thành phần bên ngoài, chỉ cách sửa. Mã thoát 6 nếu thiếu. / Check every external part."""
    with open_house() as house:
        found = [_look(part, check, mend, house) for part, check, mend in _PARTS]
    if as_json:
        print_json({"parts": [{"part": d.part, "ok": d.ok, "text": d.text, "mend": d.mend} for d in found]})
    else:
        for diagnosis in found:
            out.print(f"{'[green]✓[/]' if diagnosis.ok else '[red]✗[/]'} {diagnosis.part}: {escape(diagnosis.text)}")
            if not diagnosis.ok:
                out.print(f"    → {diagnosis.mend}")
    if not all(d.ok for d in found):
        raise typer.Exit(PartMissing.exit_code)


def _look(part: str, check: Callable[[House], str], mend: str, house: House) -> Diagnosis:
    try:
        return Diagnosis(part, ok=True, text=check(house))
    except SohoaError as error:
        return Diagnosis(part, ok=False, text=error.text_vi, mend=mend)


def _tesseract(house: House) -> str:
    languages = house.tesseract.languages()
    if house.settings.language not in languages:
        raise PartMissing(part=f"tesseract {house.settings.language}")
    return house.tesseract.name


def _poppler(_house: House) -> str:
    return poppler.version()


def _font(_house: House) -> str:
    return default_font().name


def _catalogue(house: House) -> str:
    return house.catalogue.engine.dialect.name


def _objects(house: House) -> str:
    house.objects.check()
    return house.settings.object_store


def _paper_types(house: House) -> str:
    return ", ".join(sorted(house.paper_types))


def _units(house: House) -> str:
    return ", ".join(f"{len(house.units.of(level, former=False))} {level}" for level in (Level.PROVINCE, Level.COMMUNE))


def _seal(house: House) -> str:
    require_usable(house.seal_key, environment=house.settings.environment, at=times.now())
    return f"{house.seal_key.agency}{' (TEST)' if house.seal_key.is_test else ''}"


def _time_stamps(house: House) -> str:
    try:
        asyncio.run(house.time_stamper.async_timestamp(bytes(32), "sha256"))
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    return house.settings.timestamp_url or "TEST"


_PARTS: tuple[tuple[str, Callable[[House], str], str], ...] = (
    ("tesseract", _tesseract, "apt-get install tesseract-ocr tesseract-ocr-vie"),
    ("poppler", _poppler, "apt-get install poppler-utils"),
    ("stamp font", _font, "apt-get install fonts-texgyre"),
    ("catalogue", _catalogue, "SOHOA_DATABASE_URL, SOHOA_DATA_DIR"),
    ("object store", _objects, "SOHOA_OBJECT_STORE, SOHOA_S3_…, SOHOA_DATA_DIR"),
    ("paper types", _paper_types, "SOHOA_PAPER_TYPES_DIR"),
    ("administrative units", _units, "SOHOA_UNITS_DIR"),
    ("seal key", _seal, "SOHOA_SEAL_PKCS12, SOHOA_SEAL_PKCS11_MODULE, SOHOA_SEAL_PASSPHRASE"),
    ("time stamps", _time_stamps, "SOHOA_TIMESTAMP_URL"),
)
