"""``sohoa doctor``: looks at every external part and says what is missing and how to mend it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from dossier import times
from dossier.errors import PartMissing, SohoaError
from dossier.units import Level
from ingest.decoding import poppler
from ingest.house import House
from ingest.limited import walls
from ingest.limited.child import run_limited, workplace
from ingest.proof.seals import Official, Seal
from ingest.settings import Environment
from ingest.upkeep.replica import require_answer
from signing.font import default_font
from signing.keys import require_usable
from signing.timestamp_checks import time_off
from signing.timestamps import HttpTimeStamper
from storage.upkeep import inventory

_SOON_DAYS = 60
"""Days before a certificate's end from which a new one should be on its way."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found of one part; ``warning``: it works, but something is to be done soon."""

    part: str
    ok: bool
    text: str
    mend: str = ""
    warning: bool = False


def doctor(as_json: AsJson = False) -> None:
    """Kiểm tra mọi thành phần bên ngoài, chỉ cách sửa. Mã thoát 6 nếu thiếu. / Check every external part."""
    with open_house() as house:
        found = [_look(part, partial(check, house), mend) for part, check, mend in _PARTS]
        found += [
            *_walls(house),
            *_virus_scanner(house),
            *_object_keys(house),
            *_replica(house),
            *_seals(house),
            *_time_stamps(house),
        ]
    if as_json:
        print_json({"parts": [asdict(diagnosis) for diagnosis in found]})
    else:
        for diagnosis in found:
            sign = "[yellow]![/]" if diagnosis.warning else "[green]✓[/]" if diagnosis.ok else "[red]✗[/]"
            out.print(f"{sign} {diagnosis.part}: {escape(diagnosis.text)}", soft_wrap=True)
            if diagnosis.mend and (diagnosis.warning or not diagnosis.ok):
                out.print(f"    → {diagnosis.mend}", soft_wrap=True)
    if not all(d.ok for d in found):
        raise typer.Exit(PartMissing.exit_code)


def _look(part: str, check: Callable[[], str], mend: str) -> Diagnosis:
    try:
        return Diagnosis(part, ok=True, text=check(), mend=mend)
    except SohoaError as error:
        return Diagnosis(part, ok=False, text=error.text_vi, mend=mend)


def _tesseract(house: House) -> str:
    languages = house.readers.tesseract.languages()
    if house.settings.language not in languages:
        raise PartMissing(part=f"tesseract {house.settings.language}")
    return house.readers.tesseract.name


def _poppler(_house: House) -> str:
    return poppler.version()


def _font(_house: House) -> str:
    return default_font().name


def _catalogue(house: House) -> str:
    return house.catalogue.engine.dialect.name


def _objects(house: House) -> str:
    house.objects.check()
    settings = house.settings
    if settings.object_store == "folder":
        return f"folder, mã hóa bằng khóa / encrypted under key {house.object_keys.ids()[-1]}"
    return f"s3 {settings.s3_endpoint}/{settings.s3_bucket}, {settings.s3_encryption}"


def _replica(house: House) -> Iterator[Diagnosis]:
    """Look at the replica store, and at what the fixity check found."""
    mend = "SOHOA_REPLICA_STORE, SOHOA_REPLICA_DIR, SOHOA_REPLICA_S3_…"
    if house.settings.replica_store:
        yield _look("replica store", partial(require_answer, house), mend)
    else:
        text = "không có: hỏng thì không tự phục hồi được / none: what is damaged cannot be mended"
        yield Diagnosis("replica store", ok=True, text=text, mend=mend, warning=True)
    try:
        health = inventory.health(house.catalogue)
    except SohoaError as error:
        yield Diagnosis("fixity", ok=False, text=error.text_vi)
        return
    since = f", {times.iso_local(health.unchecked_since)}" if health.unchecked_since else ""
    text = f"{sum(health.objects.values())} tệp / objects, hỏng hoặc mất / lost: {health.lost}{since}"
    yield Diagnosis("fixity", ok=not health.lost, text=text, mend="sohoa fixity · sohoa restore")


def _paper_types(house: House) -> str:
    return ", ".join(sorted(house.paper_types))


def _units(house: House) -> str:
    return ", ".join(f"{len(house.units.of(level, former=False))} {level}" for level in (Level.PROVINCE, Level.COMMUNE))


def _seals(house: House) -> Iterator[Diagnosis]:
    """Look at every key that signs, or will."""
    part, mend = "seal key", "SOHOA_SEAL_PKCS12, SOHOA_SEAL_PKCS11_MODULE, SOHOA_SEAL_PASSPHRASE, SOHOA_SEALS_FILE"
    try:
        holders = list(house.seals.holders(times.now()))
    except SohoaError as error:
        yield Diagnosis(part, ok=False, text=error.text_vi, mend=mend)
        return
    for seal, holder in holders:
        try:
            yield _seal(house, seal, holder)
        except SohoaError as error:
            yield Diagnosis(part, ok=False, text=f"{seal.agency} {holder.name}: {error.text_vi}", mend=mend)


def _seal(house: House, seal: Seal, holder: Seal | Official) -> Diagnosis:
    key, moment = house.seals.key(holder), times.now()
    require_usable(key, environment=house.settings.environment, at=moment)
    end, days = times.local(key.certificate.not_valid_after).date(), int(key.days_left(moment))
    text = (
        f"{seal.agency} {holder.name}: {key.agency}"
        f" · {holder.source}{' · THỬ NGHIỆM / TEST' if key.is_test else ''}"
        f" · đến {end:%d/%m/%Y}, còn {days} ngày / ends {end}, {days} days left"
    )
    soon = days < _SOON_DAYS
    mend = "Sắp hết hạn: hãy xin cấp chứng thư số mới. / Ends soon: apply for a new certificate." if soon else ""
    return Diagnosis("seal key", ok=True, text=text, mend=mend, warning=soon)


def _virus_scanner(house: House) -> Iterator[Diagnosis]:
    if house.virus_scanner is not None:
        yield _look("clamav", house.virus_scanner.version, "SOHOA_CLAMAV_SOCKET, systemctl status clamav-daemon")


def _walls(house: House) -> Iterator[Diagnosis]:
    """Tell which walls stand around what decodes strangers' files: tried, not read from a configuration."""
    part, mend = "confinement", "docs/security.md"
    try:
        with workplace() as folder:
            standing = run_limited(walls.standing, limits=house.limits, folder=folder)
    except SohoaError as error:
        yield Diagnosis(part, ok=False, text=error.text_vi, mend=mend)
        return
    missing = [wall for wall in walls.WALLS if wall not in standing]
    text = ", ".join(wall for wall in walls.WALLS if wall in standing) or "—"
    text += f" · thiếu / missing: {', '.join(missing)}" if missing else ""
    yield Diagnosis(part, ok=True, text=text, mend=mend, warning=bool(missing))


def _object_keys(house: House) -> Iterator[Diagnosis]:
    """Warn where papers that count and the keys to them lie together: whoever copies the folder has both."""
    settings = house.settings
    if settings.object_store == "folder" and settings.environment is Environment.PRODUCTION:
        path = house.object_keys.path.resolve()
        beside = path.is_relative_to(settings.root)
        mend = "Hãy để tệp khóa ngoài thư mục dữ liệu. / Keep it outside the data folder: SOHOA_OBJECT_KEYS_FILE"
        yield Diagnosis("object keys", ok=True, text=str(path), mend=mend if beside else "", warning=beside)


def _time_stamps(house: House) -> Iterator[Diagnosis]:
    """Ask every time-stamp authority for the time, if seals need one."""
    if house.settings.seal_level.has_timestamp:
        checks = [partial(_time_off, authority) for authority in house.time_authorities]
        for check in checks or [partial(_development_time, house)]:
            yield _look("time stamps", check, "SOHOA_TIMESTAMP_URL, SOHOA_TIMESTAMP_POLICY")


def _time_off(authority: HttpTimeStamper) -> str:
    before = times.now()
    token = asyncio.run(authority.async_timestamp(bytes(32), "sha256"))
    off = time_off(token, before, times.now()).total_seconds()
    return f"{authority.host}: lệch {off:.0f} giây / off by {off:.0f} s"


def _development_time(house: House) -> str:
    asyncio.run(house.development_stamper.async_timestamp(bytes(32), "sha256"))
    return "THỬ NGHIỆM / TEST"


_PARTS: tuple[tuple[str, Callable[[House], str], str], ...] = (
    ("tesseract", _tesseract, "apt-get install tesseract-ocr tesseract-ocr-vie"),
    ("poppler", _poppler, "apt-get install poppler-utils"),
    ("stamp font", _font, "apt-get install fonts-texgyre"),
    ("catalogue", _catalogue, "SOHOA_DATABASE_URL, SOHOA_DATA_DIR"),
    ("object store", _objects, "SOHOA_OBJECT_STORE, SOHOA_S3_…, SOHOA_DATA_DIR"),
    ("paper types", _paper_types, "SOHOA_PAPER_TYPES_DIR"),
    ("administrative units", _units, "SOHOA_UNITS_DIR"),
)
