"""Certificate of land use rights: the pink one of 2009 or the one of 2025 with a code, with one holder or two.

Of the old book's four pages the two with data are set.
"""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import zxingcpp
from PIL import Image as PilImage

from dossier.identifiers import Sex
from tests.generator import numerals, people, places
from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.papers.ornament import FRAMES, GROUNDS, frame, guilloche
from tests.generator.papers.records import no_leaders, printed, sign_and_seal
from tests.generator.papers.zones import LEFT, WIDTH, form_line, national_motto
from tests.generator.people import Person
from tests.generator.truth import Owner
from tests.generator.typesetting import Ink, Sheet

_PURPOSES = ("Đất ở tại nông thôn", "Đất ở tại đô thị", "Đất trồng cây lâu năm", "Đất trồng lúa")
_ORIGINS = (
    "Nhà nước giao đất có thu tiền sử dụng đất",
    "Công nhận quyền sử dụng đất như giao đất có thu tiền sử dụng đất",
    "Nhận tặng cho quyền sử dụng đất",
)
_RED: Ink = (196, 28, 44)


@dataclass(frozen=True, slots=True)
class LandUseCertificate:
    """Content of a certificate.

    Attributes:
        serial: Two letters and figures. holders: One or two. parcel, map_sheet: Numbers. area: Square metres, tenths.
        until: End of the term; ``None`` if there is none. is_new: Of 2025, with a code.
    """

    serial: str
    holders: tuple[Person, ...]
    parcel: int
    map_sheet: int
    parcel_address: str
    area: int
    purpose: str
    use_form: str
    origin: str
    until: dt.date | None
    issued_on: dt.date
    register_number: str
    signer: str
    is_new: bool
    paper_type: str = "land-use-certificate"

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return the certificate of a person or a couple; farm land has a term, land to build on has none."""
        first = people.invent_person(rng, subset)
        other = Sex.FEMALE if first.sex is Sex.MALE else Sex.MALE
        both = rng.random() < 0.5
        second = people.invent_person(rng, subset, sex=other, home=first.home)
        purpose, is_new = rng.choice(_PURPOSES), rng.random() < 0.5
        issued_on = people.random_date(rng, 2025, 2025) if is_new else people.random_date(rng, 2012, 2024)
        letters = "".join(rng.choice("ABCDĐEGHKLMNPRSTVX") for _ in range(2))
        return cls(
            serial=f"{letters} {rng.randrange(10**7, 10**8) if is_new else rng.randrange(10**5, 10**6)}",
            holders=(first, second) if both else (first,),
            parcel=rng.randint(1, 940),
            map_sheet=rng.randint(1, 60),
            parcel_address=f"Thôn {rng.choice(('Thượng', 'Đoài', 'Bãi', 'Mới'))}, {first.home.full}",
            area=rng.randint(450, 24000),
            purpose=purpose,
            use_form="Sử dụng chung" if both else "Sử dụng riêng",
            origin=rng.choice(_ORIGINS),
            until=dt.date(rng.randint(2043, 2073), 10, 15) if purpose.startswith("Đất trồng") else None,
            issued_on=issued_on,
            register_number=f"{rng.choice(('CS', 'CH', 'VP'))} {rng.randrange(10**5):05}",
            signer=people.invent_name(rng, rng.choice(list(Sex)), subset),
            is_new=is_new,
        )

    @property
    def owner(self) -> Owner:
        """The first holder."""
        return Owner(self.holders[0].number.value, self.holders[0].name)

    @property
    def fields(self) -> Mapping[str, str]:
        """Canonical values."""
        held = (_holder_fields(key, p) for key, p in zip(("holder", "second_holder"), self.holders, strict=False))
        return {
            "serial": self.serial,
            **{key: value for one in held for key, value in one.items()},
            "parcel": str(self.parcel),
            "map_sheet": str(self.map_sheet),
            "parcel_address": self.parcel_address,
            "area": self._area,
            "use_form": self.use_form,
            "purpose": self.purpose,
            "use_term": self.until.isoformat() if self.until else "unlimited",
            "origin": self.origin,
            "issued_on": self.issued_on.isoformat(),
            "register_number": self.register_number,
        }

    @property
    def _area(self) -> str:
        return f"{numerals.grouped(self.area // 10)},{self.area % 10} m²"

    def draw(self, look: Look, rng: random.Random) -> Sequence[Sheet]:
        """Return its two pages with data."""
        first, second = look.sheet(), look.sheet()
        for sheet in (first, second):
            guilloche(sheet, rng, GROUNDS[2])
        frame(first, rng, FRAMES[2])
        if self.is_new:
            self._draw_code(first)
        y = self._draw_title(first, look)
        y = self._draw_holders(first, look, y)
        if self.is_new:
            y = self._draw_parcel(first, look, y, "2. Thông tin thửa đất:")
            self._draw_signature(first, look, rng, y + 3)
            self._draw_serial(first, look)
            self._draw_changes(second, look, 36, ("3. Ghi chú:", "4. Những thay đổi sau khi cấp Giấy chứng nhận:"))
        else:
            self._draw_serial(first, look)
            y = self._draw_parcel(second, look, 36, "II. Thửa đất, nhà ở và tài sản khác gắn liền với đất")
            y = self._draw_changes(second, look, y, ("III. Ghi chú:",))
            self._draw_signature(second, look, rng, y + 3)
        return [first, second]

    def _draw_code(self, sheet: Sheet) -> None:
        code = zxingcpp.create_barcode(self.serial.replace(" ", ""), zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        modules = np.asarray(zxingcpp.write_barcode_to_image(code, add_quiet_zones=True))
        side, x, y = round(sheet.px(18)), round(sheet.px(166)), round(sheet.px(22))
        picture = PilImage.fromarray(modules).resize((side, side), PilImage.Resampling.BOX)
        sheet.picture.paste(picture.convert("RGB"), (x, y))
        sheet.mark("qr", (x, y, x + side, y + side))

    def _draw_title(self, sheet: Sheet, look: Look) -> float:
        middle, red = LEFT + WIDTH / 2 - 6, look.text.but(size=15, bold=True, ink=_RED)
        sheet.next_block()
        national_motto(sheet, look.text, middle, 34)
        lines = (
            ("QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT")
            if self.is_new
            else ("QUYỀN SỬ DỤNG ĐẤT,", "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT")
        )
        sheet.next_block()
        sheet.line("GIẤY CHỨNG NHẬN", red.but(size=20), middle, 56, align="centre")
        for i, line in enumerate(lines):
            sheet.line(line, red.but(size=13), middle, 64 + 6.4 * i, align="centre")
        return 82.0

    def _draw_holders(self, sheet: Sheet, look: Look, y: float) -> float:
        heading = "1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:"
        if not self.is_new:
            heading = "I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất"
        sheet.next_block()
        sheet.line(heading, look.text.but(size=12.5, bold=True), LEFT, y)
        styles = (look.text.but(size=12.5), printed(look, 12.5))
        y += 7
        for person in self.holders:
            name = (styles[0], printed(look, 12.5, bold=True))
            title = person.title.capitalize() + ":"
            y = form_line(sheet, [(title, person.name.upper())], name, y, leading=6.4, fill=no_leaders)
            pair = [("Năm sinh:", str(person.birth_date.year)), ("CCCD số:", person.number.value)]
            y = form_line(sheet, pair, styles, y, shares=(0.35, 0.65), leading=6.4, fill=no_leaders)
            y = form_line(sheet, [("Địa chỉ thường trú:", person.address)], styles, y, leading=6.4, fill=no_leaders)
        return y + 2

    def _draw_parcel(self, sheet: Sheet, look: Look, y: float, heading: str) -> float:
        until = f"đến {numerals.long_date(self.until)}" if self.until else "Lâu dài"
        rows: Sequence[Sequence[tuple[str, str]]] = (
            (("a) Thửa đất số:", f"{self.parcel};"), ("Tờ bản đồ số:", str(self.map_sheet))),
            (("b) Địa chỉ:", self.parcel_address),),
            (("c) Diện tích:", self._area),),
            (("d) Hình thức sử dụng:", self.use_form),),
            (("đ) Mục đích sử dụng:", self.purpose),),
            (("e) Thời hạn sử dụng:", until),),
            (("g) Nguồn gốc sử dụng:", self.origin),),
        )
        sheet.next_block()
        sheet.line(heading, look.text.but(size=12.5, bold=True), LEFT, y)
        styles = (look.text.but(size=12.5), printed(look, 12.5))
        y += 7
        for parts in rows:
            shares = (0.4, 0.6) if len(parts) > 1 else (1.0,)
            y = form_line(sheet, parts, styles, y, shares=shares, leading=6.4, fill=no_leaders)
        return y + 2

    def _draw_changes(self, sheet: Sheet, look: Look, y: float, headings: Sequence[str]) -> float:
        for heading in headings:
            sheet.next_block()
            sheet.line(heading, look.text.but(size=12.5, bold=True), LEFT, y)
            sheet.line("Không", printed(look, 12.5), LEFT + 6, y + 6.4)
            y += 16
        styles = (look.text.but(size=12), printed(look, 12))
        number = [("Số vào sổ cấp Giấy chứng nhận:", self.register_number)]
        return form_line(sheet, number, styles, y, fill=no_leaders)

    def _draw_serial(self, sheet: Sheet, look: Look) -> None:
        sheet.next_block()
        label, value = look.text.but(size=12.5), printed(look, 14, bold=True)
        sheet.line([("Số phát hành: ", label), (self.serial, value)], label, 132, 272)

    def _draw_signature(self, sheet: Sheet, look: Look, rng: random.Random, y: float) -> None:
        agency = places.peoples_committee(self.holders[0].home)
        date = f"{agency.seat}, {numerals.long_date(self.issued_on)}"
        lines = ((date, "italic"), (agency.acts_for, "bold"), (agency.head, "bold"))
        sign_and_seal(sheet, look, rng, lines=lines, name=self.signer, ring=agency.ring, centre=146, y=y)


def _holder_fields(key: str, person: Person) -> dict[str, str]:
    return {
        f"{key}_name": person.name.upper(),
        f"{key}_birth_year": str(person.birth_date.year),
        f"{key}_citizen_number": person.number.value,
        f"{key}_address": person.address,
    }
