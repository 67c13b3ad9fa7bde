import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.errors import ConfigurationError, InvalidValue, UnknownPaperType
from dossier.owners import Owner
from dossier.paper_types import PaperType, Place, declared_key, find_type, months_after
from dossier.papers import Field, PaperKind
from dossier.values import VALUE_KINDS

TYPES = load_paper_types(on=dt.date(2026, 11, 22))

MINIMAL = """
code = "leave-request"
name_vi = "Đơn xin nghỉ phép"
name_en = "Leave request"
kind = "component"
version = 1
validity = "by-dossier"
legal_basis = "Quy chế nội bộ"
"""

DATE_FIELD = """
[[fields]]
key = "{key}"
name_vi = "Ngày"
name_en = "Date"
value = "date"
"""

BOXES = 'boxes = [{ label = "Có", value = "yes" }, { label = "Không", value = "no" }]\n'
CHOICE_FIELD = DATE_FIELD.format(key="wanted").replace('"date"', '"choice"') + 'labels = ["Cấp bản sao"]\n' + BOXES


TABLE = """
[[tables]]
key = "rows"
name_vi = "Bảng"
name_en = "Table"
[[tables.columns]]
key = "a"
name_vi = "Ngày"
name_en = "Day"
value = "date"
required = true
labels = ["A"]
[[tables.columns]]
key = "b"
name_vi = "Tiền"
name_en = "Money"
value = "money"
pii = true
labels = ["B"]
"""


def _write(folder: Path, text: str, name: str = "type.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _fields(**values: str | None) -> list[Field]:
    return [Field(key, value, value or "", 1, None, 1.0) for key, value in values.items()]


def _type(folder: Path, validity: str, extra: str = "") -> PaperType:
    head = MINIMAL.replace("by-dossier", validity) + 'issued_on_field = "issued_on"\n' + extra
    return read_paper_type(_write(folder, head + DATE_FIELD.format(key="issued_on") + DATE_FIELD.format(key="until")))


@pytest.mark.parametrize(
    ("code", "kind", "validity", "reusable", "owners"),
    [
        ("birth-certificate", "result", "permanent", True, ["citizen_number"]),
        ("marriage-certificate", "result", "permanent", True, ["husband_citizen_number", "wife_citizen_number"]),
        ("identity-card", "component", "ages:14,25,40,60", True, ["citizen_number"]),
        ("business-registration", "result", "permanent", True, ["enterprise_code"]),
        (
            "land-use-certificate",
            "result",
            "field:use_term",
            True,
            ["holder_citizen_number", "second_holder_citizen_number"],
        ),
        ("decision", "result", "permanent", True, [None]),
        ("official-letter", "result", "permanent", True, [None]),
        ("birth-registration-form", "component", "by-dossier", False, ["applicant_number"]),
        ("general-application", "component", "by-dossier", False, ["applicant_number"]),
        ("marital-status", "result", "P6M", False, ["citizen_number"]),
        ("judicial-record", "result", "P6M", True, ["citizen_number"]),
        ("diploma", "component", "permanent", True, [None]),
        ("other", "component", "by-dossier", False, [None]),
    ],
)
def test_the_catalogue_knows_the_papers_of_dossiers(
    code: str, kind: str, validity: str, owners: list[str | None], *, reusable: bool
) -> None:
    paper_type = TYPES[code]
    assert (paper_type.kind, paper_type.validity.rule, paper_type.reusable) == (kind, validity, reusable)
    assert [owner.number for owner in paper_type.owners] == owners
    if kind == "component" and validity == "by-dossier":
        assert not paper_type.reusable
    assert all(rule.labels or rule.zone for rule in paper_type.fields)


def test_results_have_the_codes_of_the_national_catalogue() -> None:
    codes = {code: str(t.result_code) for code, t in TYPES.items() if t.result_code}
    assert codes == {"birth-certificate": "KQ.G15.000031", "marriage-certificate": "KQ.G15.000032"}
    birth = TYPES["birth-certificate"]
    assert str(birth.result_code) == "KQ.G15.000031"
    assert birth.kind is PaperKind.RESULT
    assert not TYPES["other"].reusable


@pytest.mark.parametrize("paper_type", TYPES.values(), ids=lambda t: t.code)
def test_every_type_is_told_in_two_languages_and_can_find_its_fields(paper_type: PaperType) -> None:
    assert paper_type.name_vi
    assert paper_type.name_en
    assert paper_type.legal_basis
    for rule in paper_type.fields:
        assert rule.value in VALUE_KINDS
        assert rule.labels or rule.zone
        assert rule.name_vi
        assert rule.name_en
        assert paper_type.rule(rule.key) is rule
    assert paper_type.rule("no_such_field") is None


def test_personal_fields_are_marked() -> None:
    for key in ("citizen_number", "full_name", "birth_date"):
        for code in ("birth-certificate", "identity-card"):
            rule = TYPES[code].rule(key)
            assert rule is not None
            assert rule.pii


def test_what_names_a_person_on_any_paper_is_marked_personal() -> None:
    for paper_type in TYPES.values():
        for rule in paper_type.fields:
            of_a_person = rule.value in {"citizen_number", "old_identity_number", "owner_number", "sex"}
            assert rule.pii or not of_a_person, (paper_type.code, rule.key)


def test_the_first_of_two_owners_is_the_papers_owner() -> None:
    fields = _fields(husband_citizen_number="001090012345", husband_name="Lê An", wife_citizen_number="001192012345")
    marriage = TYPES["marriage-certificate"]
    assert (marriage.owner_number(fields), marriage.owner_name(fields)) == ("001090012345", "Lê An")
    assert marriage.owners[1].name == "wife_name"


def test_whoever_of_two_owners_is_named_the_other_owns_it_too() -> None:
    husband, wife = Owner.parse("001090012345", "Lê An"), Owner.parse("001192012345", "Mai Ánh")
    fields = _fields(
        husband_citizen_number="001090012345",
        husband_name="Lê An",
        wife_citizen_number="001192012345",
        wife_name="Mai Ánh",
    )
    marriage = TYPES["marriage-certificate"]
    assert marriage.co_owners(husband, fields) == (wife,)
    assert marriage.co_owners(wife, fields) == (husband,)
    assert marriage.co_owners(Owner.parse("001090099999"), fields) == (), "whose it is is not known at all"
    assert marriage.co_owners(husband, _fields(husband_citizen_number="001090012345")) == ()
    assert TYPES["identity-card"].co_owners(husband, _fields(citizen_number="001090012345")) == ()


def test_land_is_held_as_long_as_its_term_says() -> None:
    land = TYPES["land-use-certificate"]
    assert land.valid_until(None, _fields(use_term="unlimited")) is None
    assert land.valid_until(None, _fields(use_term="2043-10-15")) == dt.date(2043, 10, 15)
    with pytest.raises(InvalidValue, match="use_term"):
        land.valid_until(None, _fields(use_term=None))


def test_a_type_tells_owner_day_and_subject() -> None:
    fields = _fields(citizen_number="001190012345", full_name="Lê Thị An", registered_on="2021-03-15")
    birth = TYPES["birth-certificate"]
    assert birth.owner_number(fields) == "001190012345"
    assert birth.owner_name(fields) == "Lê Thị An"
    assert birth.issued_on(fields) == dt.date(2021, 3, 15)
    assert birth.subject(fields) == "Giấy khai sinh"
    assert TYPES["decision"].subject(_fields(subject="Về việc hỗ trợ")) == "Về việc hỗ trợ"
    assert birth.owner_number([]) is None
    assert birth.issued_on(_fields(registered_on=None)) is None
    assert TYPES["decision"].owner_number(fields) is None


def test_permanent_papers_and_papers_of_one_dossier_do_not_expire_by_themselves() -> None:
    assert TYPES["birth-certificate"].valid_until(None, []) is None
    assert TYPES["other"].valid_until(dt.date(2026, 1, 1), []) is None


def test_months_are_counted_from_the_day_of_issue(tmp_path: Path) -> None:
    assert _type(tmp_path, "P6M").valid_until(dt.date(2026, 8, 31), []) == dt.date(2027, 2, 28)
    assert _type(tmp_path, "P2Y").valid_until(dt.date(2024, 2, 29), []) == dt.date(2026, 2, 28)
    with pytest.raises(InvalidValue, match="issued_on"):
        _type(tmp_path, "P6M").valid_until(None, [])


def test_a_printed_date_ends_validity(tmp_path: Path) -> None:
    until = _type(tmp_path, "field:until")
    assert until.valid_until(None, _fields(until="2030-01-01")) == dt.date(2030, 1, 1)
    with pytest.raises(InvalidValue, match="until"):
        until.valid_until(dt.date(2026, 1, 1), _fields(until=None))


@pytest.mark.parametrize(
    ("birth", "issued", "until"),
    [
        ("1990-05-20", dt.date(2021, 6, 1), dt.date(2030, 5, 20)),
        ("1990-05-20", dt.date(2028, 5, 20), dt.date(2030, 5, 20)),
        ("1990-05-20", dt.date(2028, 5, 21), dt.date(2050, 5, 20)),
        ("2000-02-29", dt.date(2021, 6, 1), dt.date(2025, 2, 28)),
        ("1960-05-20", dt.date(2021, 6, 1), None),
    ],
)
def test_an_identity_card_lasts_until_the_next_age_of_renewal(
    birth: str, issued: dt.date, until: dt.date | None
) -> None:
    assert TYPES["identity-card"].valid_until(issued, _fields(birth_date=birth)) == until


def test_an_identity_card_without_its_dates_is_not_taken_for_permanent() -> None:
    with pytest.raises(InvalidValue, match="birth_date"):
        TYPES["identity-card"].valid_until(dt.date(2021, 6, 1), [])
    with pytest.raises(InvalidValue, match="issued_on"):
        TYPES["identity-card"].valid_until(None, _fields(birth_date="1990-05-20"))


def test_only_company_certificates_and_identity_cards_take_each_others_place() -> None:
    series = {code: found.supersedes_by for code, found in TYPES.items() if found.supersedes_by}
    assert series == {"business-registration": "changes_made", "identity-card": "issued_on"}


@pytest.mark.parametrize(
    ("code", "fields", "place"),
    [
        ("business-registration", {"enterprise_code": "1"}, Place("1", 0)),
        ("business-registration", {"enterprise_code": "1", "changes_made": "12"}, Place("1", 12)),
        ("business-registration", {"enterprise_code": "1", "changes_made": None}, None),
        ("business-registration", {"changes_made": "12"}, None),
        ("identity-card", {"citizen_number": "2", "issued_on": "0001-01-02"}, Place("2", 2)),
        ("identity-card", {"citizen_number": "2"}, None),
        ("diploma", {"changes_made": "12"}, None),
    ],
)
def test_a_paper_has_a_place_in_its_series_if_it_says_so(
    code: str, fields: dict[str, str | None], place: Place | None
) -> None:
    assert TYPES[code].place(_fields(**fields)) == place


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ('supersedes_by = "nowhere"\n', "supersedes_by.*nowhere"),
        ('supersedes_by = "issued_on"\n', "owner.number"),
        ('supersedes_by = "who"\n[owner]\nnumber = "who"\n', "date or integer"),
    ],
)
def test_a_series_needs_a_number_and_an_order(tmp_path: Path, head: str, fault: str) -> None:
    who = DATE_FIELD.format(key="who").replace('"date"', '"text"')
    with pytest.raises(ConfigurationError, match=fault):
        _type(tmp_path, "permanent", head + who)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 600))
def test_months_after_keeps_the_day_or_takes_the_last_of_the_month(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + dt.timedelta(days=1)).day == 1


def test_a_folder_adds_a_type_without_code(tmp_path: Path) -> None:
    _write(tmp_path, MINIMAL)
    types = load_paper_types(tmp_path)
    assert types["leave-request"].name_vi == "Đơn xin nghỉ phép"
    assert "birth-certificate" in types


def test_a_folder_replaces_a_built_in_type(tmp_path: Path) -> None:
    _write(tmp_path, MINIMAL.replace("leave-request", "other"))
    assert load_paper_types(tmp_path)["other"].name_en == "Leave request"


def test_versions_change_on_their_day(tmp_path: Path) -> None:
    _write(tmp_path, MINIMAL + "in_force_to = 2025-06-30\n", "1.toml")
    second = MINIMAL.replace("version = 1", "version = 2").replace("by-dossier", "permanent")
    _write(tmp_path, second + "in_force_from = 2025-07-01\n", "2.toml")
    assert load_paper_types(tmp_path, on=dt.date(2025, 6, 30))["leave-request"].version == 1
    assert load_paper_types(tmp_path, on=dt.date(2025, 7, 1))["leave-request"].version == 2


def test_of_two_versions_in_force_the_higher_counts(tmp_path: Path) -> None:
    _write(tmp_path, MINIMAL.replace("version = 1", "version = 10"), "a.toml")
    _write(tmp_path, MINIMAL.replace("version = 1", "version = 9"), "b.toml")
    assert load_paper_types(tmp_path)["leave-request"].version == 10


def test_a_type_out_of_force_is_not_there(tmp_path: Path) -> None:
    _write(tmp_path, MINIMAL + "in_force_to = 2000-01-01\n")
    assert "leave-request" not in load_paper_types(tmp_path)


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    assert find_type(TYPES, "decision") is TYPES["decision"]
    with pytest.raises(UnknownPaperType, match="birth-certificate"):
        find_type(TYPES, "no-such-type")


def test_a_missing_folder_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_paper_types(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (MINIMAL.replace('code = "leave-request"', ""), "code"),
        (MINIMAL.replace("leave-request", "Leave Request"), "code"),
        (MINIMAL.replace("version = 1", 'version = "1"'), "version"),
        (MINIMAL.replace("version = 1", "version = true"), "version"),
        (MINIMAL.replace("component", "attachment"), "kind"),
        (MINIMAL.replace("by-dossier", "P6D"), "validity"),
        (MINIMAL.replace("by-dossier", "P6M"), "issued_on_field"),
        (MINIMAL.replace("by-dossier", "field:until"), "validity"),
        (
            MINIMAL.replace("by-dossier", "ages:14,25")
            + 'issued_on_field = "issued_on"'
            + DATE_FIELD.format(key="issued_on"),
            "owner.birth",
        ),
        (MINIMAL + 'name_fr = "x"\n', "name_fr"),
        (MINIMAL + 'result_code = "KQ.1"\n', "result_code"),
        (MINIMAL + 'in_force_from = "2020-01-01"\n', "in_force_from"),
        (MINIMAL + "in_force_from = 2020-01-01T00:00:00\n", "in_force_from"),
        (MINIMAL + "review_below = 1.5\n", "review_below"),
        (MINIMAL + 'reusable = "yes"\n', "reusable"),
        (MINIMAL + 'name_en2 = ""\n', "name_en2"),
        (MINIMAL.replace("Leave request", ""), "name_en"),
        (MINIMAL + '[owner]\nnumber = "citizen_number"\n', "owner.number"),
        (MINIMAL + '[owner]\nnummer = "x"\n', "nummer"),
        (MINIMAL + "[owner]\n[[owners]]\n", "owner"),
        (MINIMAL + '[[owners]]\nname = "a"\n[[owners]]\nnumber = "b"\n' + DATE_FIELD.format(key="a"), "owners.number"),
        (MINIMAL + '[owner]\nsex = "a"\n' + DATE_FIELD.format(key="a"), "owner.sex"),
        (MINIMAL + '[recognition]\ntitles = [{ text = "V/v", zone = "margin" }]\n', "zone"),
        (MINIMAL + '[recognition]\ntitles = ["ĐƠN"]\n', "titles"),
        (MINIMAL + '[recognition]\ntitles = [{ text = "ĐƠN", weight = 0 }]\n', "recognition"),
        (MINIMAL + '[recognition]\ntitles = [{ text = "ĐƠN", heavy = 1 }]\n', "heavy"),
        (MINIMAL + "[recognition]\nstops = [1]\n", "stops"),
        (MINIMAL + '[recognition]\ncode_form = "visa"\n', "code_form"),
        (MINIMAL + DATE_FIELD.format(key="a").replace('"date"', '"colour"'), "value"),
        (MINIMAL + DATE_FIELD.format(key="a") + 'zone = "margin"\n', "zone"),
        (MINIMAL + DATE_FIELD.format(key="a") + 'pattern = "("\n', "pattern"),
        (MINIMAL + DATE_FIELD.format(key="a") + DATE_FIELD.format(key="a"), "a"),
        (MINIMAL + DATE_FIELD.format(key="A b"), "key"),
        (
            MINIMAL + 'issued_on_field = "n"\n' + DATE_FIELD.format(key="n").replace('"date"', '"text"'),
            "issued_on_field",
        ),
        (MINIMAL + DATE_FIELD.format(key="a").replace('"date"', '"choice"'), "boxes"),
        (MINIMAL + DATE_FIELD.format(key="a") + BOXES, "boxes"),
        (MINIMAL + CHOICE_FIELD.replace("labels", "choices"), "boxes"),
        (MINIMAL + CHOICE_FIELD + 'zone = "date"\n', "boxes"),
        (MINIMAL + CHOICE_FIELD.replace('"Không"', '"Có"'), "boxes"),
        (MINIMAL + CHOICE_FIELD.replace('"no"', '"yes"'), "boxes"),
        (MINIMAL + CHOICE_FIELD.replace('"no"', '"No!"'), "value"),
        (MINIMAL + CHOICE_FIELD.replace(', { label = "Không", value = "no" }', ""), "boxes"),
        (MINIMAL + TABLE.replace('name_en = "Table"', 'name_en = "Table"\nruled = true'), "ruled"),
        (MINIMAL + TABLE.partition('[[tables.columns]]\nkey = "b"')[0], "columns"),
        (MINIMAL + TABLE.replace('key = "b"', 'key = "a"'), "'a' twice"),
        (MINIMAL + TABLE.replace('labels = ["B"]', 'zone = "date"'), "labels"),
        (MINIMAL + TABLE.replace('labels = ["B"]', 'labels = ["B"]\ncritical = true'), "critical"),
        (MINIMAL + DATE_FIELD.format(key="rows") + TABLE, "'rows' twice"),
        (MINIMAL + "fields = 1\n", "fields"),
        (MINIMAL + "fields = [1]\n", "fields"),
        (MINIMAL + "owner = 1\n", "owner"),
        ("code = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(key)) as refusal:
        read_paper_type(_write(tmp_path, text, "wrong.toml"))
    assert "wrong.toml" in str(refusal.value)


def test_a_choice_declares_its_boxes_in_printed_order(tmp_path: Path) -> None:
    rule = read_paper_type(_write(tmp_path, MINIMAL + CHOICE_FIELD)).fields[0]
    assert [(box.label, box.value) for box in rule.boxes] == [("Có", "yes"), ("Không", "no")]


def test_a_cell_of_a_table_has_a_rule_and_a_place_of_its_own(tmp_path: Path) -> None:
    kind = read_paper_type(_write(tmp_path, MINIMAL + DATE_FIELD.format(key="day") + TABLE))
    rule = kind.rule("rows.12.b")
    assert rule is not None
    assert (rule.key, rule.value, rule.name_vi) == ("rows.12.b", "money", "Bảng, dòng 12, Tiền")
    assert [kind.rule(key) for key in ("rows", "rows.b", "rows.0.b", "rows.1.c", "row.1.b", "day.1.b")] == [None] * 6
    assert list(kind.declared) == ["day", "rows.a", "rows.b"]
    keys = ["rows.10.a", "unknown", "rows.2.b", "day", "rows.2.a"]
    fields = [Field(key, "1", "1", 1, None, 1.0) for key in keys]
    assert [f.key for f in kind.in_order(fields)] == ["day", "rows.2.a", "rows.2.b", "rows.10.a", "unknown"]
    assert (declared_key("rows.2.b"), declared_key("day")) == ("rows.b", "day")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_bytes(MINIMAL.encode("utf-16"))
    with pytest.raises(ConfigurationError, match=r"wrong\.toml"):
        load_paper_types(tmp_path)


def test_what_says_whose_a_certificate_is_is_critical() -> None:
    critical = {kind.code for kind in TYPES.values() if any(rule.critical for rule in kind.fields)}
    assert {"birth-certificate", "identity-card", "marriage-certificate", "land-use-certificate"} <= critical
    for code in critical:
        keys = {key for owner in TYPES[code].owners for key in (owner.number, owner.name, owner.birth) if key}
        assert keys <= {rule.key for rule in TYPES[code].fields if rule.critical}, code
