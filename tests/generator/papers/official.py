"""Official papers as archives hold them: first pages with two-column headers, closing pages with seals, letters."""

import itertools
import random

from dossier.identifiers import Sex
from tests.generator import people, places, seals, sentences
from tests.generator.fonts import Subset
from tests.generator.papers.layout import Layout, local_commune
from tests.generator.papers.look import Look
from tests.generator.papers.prose import pick, regulation, write, write_blocks
from tests.generator.papers.zones import (
    Flow,
    Heading,
    Signing,
    balanced,
    office_lines,
    signing_block,
    two_column_header,
)
from tests.generator.penmanship import Pen
from tests.generator.places import Agency, Commune
from tests.generator.typesetting import Sheet

_KINDS = {"dev": ("QUYẾT ĐỊNH", "QĐ"), "test": ("NGHỊ QUYẾT", "NQ")}
_OFFICES = ("VP", "KTHT", "VHXH", "TCKT", "NC")


def _agency(rng: random.Random, home: Commune) -> Agency:
    if rng.random() < 0.5:
        return places.peoples_committee(home)
    return places.department(home, rng.choice(sorted(places.DEPARTMENTS)))


def _recipients(rng: random.Random, home: Commune) -> tuple[str, ...]:
    many = (
        f"UBND {home.province_kind} {home.province} (để b/c);",
        "Thường trực Đảng ủy, HĐND xã;",
        "Chủ tịch, các PCT UBND;",
        "Các phòng, ban, ngành, đoàn thể;",
        "Trưởng các thôn, tổ dân phố;",
        "Trang thông tin điện tử;",
        "Ủy ban Mặt trận Tổ quốc;",
    )
    chosen = sorted(rng.sample(range(len(many)), rng.randint(2, 6)))
    return ("Như trên;", *(many[i] for i in chosen), f"Lưu: VT, {rng.choice(_OFFICES)} ({rng.randint(2, 60):02}b).")


def _header(
    flow: Flow, look: Look, rng: random.Random, *, agency: Agency, symbol: str, stamp_below: float, about: str = ""
) -> tuple[float, float]:
    """Set the two-column header, at times a digital signature above and an arrival stamp below; return the centres."""
    issued_on = people.random_date(rng, 2019, 2025)
    if rng.random() < 0.45:
        signed_at = (
            f"{issued_on:%d.%m.%Y} {rng.randint(7, 17):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} +07:00"
        )
        seals.signature_overlay(flow.sheet, look.sans, (rng.uniform(64, 100), 3.0), agency=agency.full, time=signed_at)
    width = flow.width
    centres = (flow.left + 0.21 * width, flow.left + width - 0.27 * width)
    gap = rng.uniform(13, 20) if rng.random() < 0.45 else 0.0
    number = str(rng.randint(10, 2600))
    heading = Heading(agency, number, symbol, issued_on, pen=Pen(gap) if gap else None, about=about)
    flow.y = two_column_header(flow.sheet, look, heading, flow.y, centres=centres)
    if rng.random() < 0.4:
        arrived = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{issued_on.year}"
        corner = (max(6.0, flow.left - 16), flow.y + stamp_below + rng.uniform(0, 5))
        seals.arrival_stamp(
            flow.sheet, rng, corner, office="VĂN PHÒNG ĐẢNG ỦY", number=rng.randint(9, 4000), date=arrived
        )
    return centres


def _signed(
    flow: Flow, look: Look, rng: random.Random, subset: Subset, *, agency: Agency, centres: tuple[float, float]
) -> None:
    signer = people.invent_name(rng, rng.choice(list(Sex)), subset)
    signing = Signing(office_lines(agency, deputy=rng.random() < 0.5), signer, _recipients(rng, agency.commune))
    raised = rng.choice((0.0, 4.0, 9.0))
    where = {"y": flow.y + 3, "left": flow.left, "centre": centres[1], "raised": raised}
    signing_block(flow.sheet, look, rng, agency=agency, signing=signing, **where)


def first_page(look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return the first page of a decision or resolution that goes on: header, subject, bases, first articles."""
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    flow, agency, (kind, letters) = layout.flow(look), _agency(rng, home), _KINDS[subset]
    text = look.text.but(size=rng.choice((13.0, 13.5, 14.0)))
    bold, middle = text.but(bold=True), flow.left + flow.width / 2
    _header(flow, look, rng, agency=agency, symbol=f"/{letters}-{agency.symbol}", stamp_below=4)
    flow.skip(12 + rng.uniform(0, 8))
    flow.sheet.next_block()
    flow.sheet.line(kind, bold, middle, flow.y, align="centre")
    flow.skip(layout.between(text) + 0.5)
    about = pick("about", 1, rng, subset, home)[0]
    flow.sheet.next_block()
    for line in balanced(flow.sheet, about, bold, 104):
        flow.sheet.set_line(line, middle - 52, flow.y, 104, align="centre")
        flow.skip(layout.between(text))
    flow.sheet.rule(middle - 16, flow.y - 3, middle + 16, flow.y - 3)
    flow.skip(6)
    flow.sheet.next_block()
    flow.sheet.line(
        f"{agency.head} {agency.full}" if not agency.acts_for else agency.full, bold, middle, flow.y, align="centre"
    )
    flow.skip(8)
    for basis in sentences.pick("bases", rng.randint(3, 5), rng, subset, home=home):
        write(flow, layout, [(basis + ";", text.but(italic=True))], indent=layout.indent)
    flow.skip(3)
    flow.sheet.next_block()
    flow.sheet.line(f"{kind}:", bold, middle, flow.y, align="centre")
    flow.skip(8)
    orders = sentences.pick("orders", 6, rng, subset, home=home)
    for i, order in enumerate(orders, start=1):
        paragraphs = [[(f"Điều {i}. ", bold), (order, text)]]
        clauses = pick("clauses", rng.choice((0, 0, 2, 3)), rng, subset, home)
        paragraphs += [[(f"{n}. {clause}", text)] for n, clause in enumerate(clauses, start=1)]
        if not all(write(flow, layout, runs, indent=layout.indent) for runs in paragraphs):
            break
    if rng.random() < 0.4:  # an office on the way has pressed its seal on the text, with little ink left
        below = (flow.left + rng.uniform(30, flow.width - 30), rng.uniform(130, 230))
        seals.round_seal(flow.sheet, rng, below, agency.ring, weakest=0.05)
    return flow.sheet


def closing_page(look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return the last page of a long paper: its last articles, recipients, seal over the signature."""
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    flow, agency = layout.flow(look), _agency(rng, home)
    text = look.text.but(size=rng.choice((13.0, 14.0)))
    flow.sheet.set_segments(
        [(flow.left + flow.width / 2, [(str(rng.randint(2, 9)), text)])], layout.top - 9.0, place="page_number"
    )
    blocks = list(itertools.islice(regulation(rng, subset, home), rng.randint(4, 13)))
    while blocks[-1][0] in {"chapter", "centred", "article"}:  # no heading stands alone
        blocks.pop()
    write_blocks(flow, layout, iter(blocks), text, leave=115)
    centres = (flow.left + 34, flow.left + flow.width - rng.uniform(38, 48))
    _signed(flow, look, rng, subset, agency=agency, centres=centres)
    return flow.sheet


def letter(look: Look, rng: random.Random, subset: Subset) -> Sheet:
    """Return an official letter (công văn) on one page."""
    layout, home = Layout.draw(rng, subset), local_commune(rng, subset)
    flow, agency = layout.flow(look), _agency(rng, home)
    text = look.text.but(size=rng.choice((13.0, 13.5, 14.0)))
    subject = pick("about", 1, rng, subset, home)[0]
    about = "V/v " + subject[0].lower() + subject[1:]
    symbol = f"/{agency.symbol}-{rng.choice(_OFFICES)}"
    centres = _header(flow, look, rng, agency=agency, symbol=symbol, stamp_below=13, about=about)
    flow.skip(rng.uniform(31, 37))
    flow.sheet.next_block()
    middle = flow.left + flow.width / 2
    addressed = [("Kính gửi: ", text), (_agency(rng, home).spoken + ".", text)]
    flow.sheet.line(addressed, text, middle, flow.y, align="centre")
    flow.skip(11)
    opening, *middle_parts, thanks = sentences.bench_stock("letters", subset)
    parts = [opening, *rng.sample(middle_parts, 3)]
    body = [sentences.fill(part, rng, subset, home=home) for part in parts]
    body[1:1] = [f"{i}. {clause}" for i, clause in enumerate(pick("clauses", 3, rng, subset, home), start=1)]
    for paragraph in (*body, thanks):
        if flow.room > 90:
            write(flow, layout, [(paragraph, text)], indent=layout.indent)
    _signed(flow, look, rng, subset, agency=agency, centres=(centres[0], flow.left + flow.width - rng.uniform(38, 48)))
    return flow.sheet
