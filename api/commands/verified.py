"""``sohoa verify --paper``: a paper verified anew, its verdict kept, and what changed since the one before."""

from rich.markup import escape

from api.commands.common import open_house, out, print_finding, print_json
from api.shapes import Json, verified_json
from dossier.identifiers import PaperId
from dossier.verdicts import Verdict
from ingest.proof.verifications import Change, reverify
from signing.report import HARMLESS_CHANGES
from signing.texts import advice

EXIT = {Verdict.VALID: 0, Verdict.INVALID: 1, Verdict.UNDETERMINED: 2}
"""Exit code of each verdict."""
_ACTOR = "cli"
COLOUR = {Verdict.VALID: "green", Verdict.INVALID: "red", Verdict.UNDETERMINED: "yellow"}
"""Colour of each verdict; it only repeats what the words say."""


def verify_paper(paper: str, *, as_json: bool) -> int:
    """Verify a paper by the installation's own anchors, print what was found; return the exit code.

    Raises:
        NotFound: No such paper. NotSealed: It has no signed file.
    """
    with open_house() as house:
        verified = reverify(house, house.catalogue.paper(PaperId.parse(paper)), actor=_ACTOR)
    verdict = verified.verification.verdict
    if as_json:
        print_json({"verifications": [verified_json(verified)]})
        return EXIT[verdict]
    print_report(paper, verified.kept.report)
    if verified.changed and verified.before:
        changed = f"{verified.before.text_vi} → {verdict.text_vi}"
        out.print(f"[yellow]![/] Kết luận đã thay đổi: {changed} / The verdict changed:")
    for change in verified.changes:
        out.print(_changed(change), soft_wrap=True)
    return EXIT[verdict]


def _changed(change: Change) -> str:
    sign = "[yellow]+[/]" if change.appeared else "[dim]−[/]"
    where = f"{escape(change.field)}: " if change.field else ""
    return f"  {sign} {where}{escape(change.finding.text)} [dim]\\[{change.finding.code}][/]"


def print_report(name: str, report: Json) -> None:
    """Print a report, as its JSON says it, for people."""
    verdict = Verdict(report["verdict"])
    out.print(f"[bold {COLOUR[verdict]}]{verdict.text_vi}[/]  {escape(name)}", soft_wrap=True)
    for finding in report["findings"]:
        print_finding(finding["severity"], finding["text"], finding["code"])
    for signature in report["signatures"]:
        who = escape(f"{Verdict(signature['verdict']).text_vi} · {signature['signer']} · {signature['profile']}")
        out.print(f"  Chữ ký [bold]{escape(signature['field'])}[/]: {who}", soft_wrap=True)
        for finding in signature["findings"]:
            print_finding(finding["severity"], finding["text"], finding["code"])
        if signature["changes_after"] not in HARMLESS_CHANGES:
            for change in signature["changes"]:
                out.print(f"    [dim]·[/] Bản {change['revision']}: {escape(change['text'])}", soft_wrap=True)
    todo, _ = advice(verdict.indication, report.get("sub_indication"))
    out.print(f"  [bold]→[/] {escape(todo)}", soft_wrap=True)
