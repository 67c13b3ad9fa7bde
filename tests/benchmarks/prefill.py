"""How much of a form the owner's papers fill in: ``python -m tests.benchmarks.prefill``.

Owners are invented with up to five papers of the five kinds most people have: identity card, certificates of their own
birth and of their marriage, judicial record, diploma. One, two, three or all five of them, drawn by chance, are in the
store, as they would be read without a mistake. A field is filled in if all papers that say it agree; where they do not,
the values are shown and a person decides. For the registration of a marriage both are asked, and neither is married.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from dossier import times
from dossier.catalogue_files import load_paper_types
from dossier.facts import find_fact
from dossier.forms import Form, load_forms
from dossier.identifiers import PaperId, Sex
from dossier.owners import Owner
from dossier.papers import Field, Paper, PaperState, StoredObject
from dossier.prefill import answer, sayings
from tests.generator import people
from tests.generator.chance import seeded
from tests.generator.papers.birth_certificate import BirthCertificate
from tests.generator.papers.diploma import Diploma
from tests.generator.papers.identity_card import IdentityCard
from tests.generator.papers.judicial_record import JudicialRecord
from tests.generator.papers.look import Content
from tests.generator.papers.marriage_certificate import MarriageCertificate
from tests.generator.people import Family, Person

OWNERS = 400
COUNTS = (1, 2, 3, 5)
_TYPES, _FORMS = load_paper_types(), load_forms()
_ROLES: Mapping[str, Mapping[Sex, str | None]] = {
    "birth-registration-form": {Sex.FEMALE: "mother", Sex.MALE: "father"},
    "general-application": {Sex.FEMALE: None, Sex.MALE: None},
    "marriage-registration-form": {Sex.FEMALE: "wife", Sex.MALE: "husband"},
}
_OF_BOTH = "marriage-registration-form"


def contents(rng: random.Random, person: Person, spouse: Person | None) -> Iterator[Content]:
    """Yield the papers of a person; without a spouse there is no marriage certificate."""
    older = people.invent_family(rng, "dev")
    yield IdentityCard.invent(rng, "dev", person)
    yield BirthCertificate.invent(rng, "dev", Family(older.mother, older.father, person))
    yield replace(JudicialRecord.invent(rng, "dev"), person=person)
    yield replace(Diploma.invent(rng, "dev"), person=person)
    if spouse is not None:
        wife, husband = (person, spouse) if person.sex is Sex.FEMALE else (spouse, person)
        yield replace(MarriageCertificate.invent(rng, "dev"), husband=husband, wife=wife)


def as_stored(content: Content, person: Person) -> Paper:
    """Return a paper as the catalogue has it."""
    kind = _TYPES[content.paper_type]
    fields = tuple(Field(key, value, value, 1, None, 1.0) for key, value in content.fields.items() if kind.rule(key))
    return Paper(
        id=PaperId.new(),
        batch="bench",
        name="scan.pdf",
        state=PaperState.STORED,
        created_at=times.now(),
        original=StoredObject("k", "v", "0" * 64, 1, "application/pdf"),
        owner=Owner(person.number, person.name),
        paper_type=content.paper_type,
        issued_on=kind.issued_on(fields) or dt.date(2020, 1, 1),
        fields=fields,
    )


def filled(form: Form, role: str | None, person: Person, papers: Sequence[Paper]) -> dict[str, str]:
    """Return ``known``, ``conflict`` or ``unknown`` by field of a form, as far as it asks something of this owner."""
    told = sayings(papers, _TYPES, (person.number,))
    found = {}
    for field in form.fields:
        code = field.asks(role)
        known = answer(find_fact(code), told) if code else None
        if known is not None and known.values:
            found[field.key] = "known" if known.is_known else "conflict"
    return found


def one_owner(form: Form, number: int, count: int) -> tuple[int, int]:
    """Return how many fields of a form are filled in for an owner with so many papers, and how many are in conflict."""
    rng = seeded("prefill", form.code, number)
    family = people.invent_family(rng, "dev")
    asking = [family.mother, family.father] if form.code == _OF_BOTH else [rng.choice([family.mother, family.father])]
    found: dict[str, str] = {}
    for person in asking:
        spouse = None
        if form.code != _OF_BOTH:
            spouse = family.father if person is family.mother else family.mother
        all_papers = [as_stored(content, person) for content in contents(rng, person, spouse)]
        papers = rng.sample(all_papers, min(count, len(all_papers)))
        found |= filled(form, _ROLES[form.code][person.sex], person, papers)
    told = list(found.values())
    return told.count("known"), told.count("conflict")


def main() -> None:
    """Print the table."""
    print(f"{OWNERS} owners for each figure; in brackets: fields whose papers disagree\n")
    print("| form | fields | " + " | ".join(f"{n} paper{'s' * (n > 1)}" for n in COUNTS) + " |")
    print("|---" * (len(COUNTS) + 2) + "|")
    for code in _ROLES:
        form = _FORMS[code]
        shares = []
        for count in COUNTS:
            results = [one_owner(form, number, count) for number in range(OWNERS)]
            known, conflict = (100 * sum(part) / (OWNERS * len(form.fields)) for part in zip(*results, strict=True))
            shares.append(f"{known:.0f} % ({conflict:.0f} %)")
        print(f"| `{code}` | {len(form.fields)} | " + " | ".join(shares) + " |")


if __name__ == "__main__":
    main()
