"""What the verifier says of every attack and oddity: ``python -m tests.benchmarks.proofs --document docs/proofs.md``.

Makes each file from the definitions the tests use, has it judged, and writes the tables. Fails if a verdict is another
than the definitions ask for.
"""

import re
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from dossier.verdicts import Finding, Severity
from signing.report import FileReport
from signing.validate import validate
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.usage import machine
from tests.signing.attacks import ATTACKS, QUIRKS, Case
from tests.signing.kit import MOMENT, Kit
from tests.signing.pki import make_trees, tree


def main(document: Annotated[Path | None, typer.Option(exists=True, help="Whose tables to replace")] = None) -> None:
    """Judge every case and print, or write, the tables."""
    with tempfile.TemporaryDirectory() as folder:
        trees = make_trees(Path(folder))
        kit = Kit(tree(trees, "gov"), tree(trees, "impostor"))
        blocks = {"attacks": _attacks(kit), "cost": _cost(kit), "quirks": _quirks(kit)}
    for name, text in blocks.items():
        if document:
            fill(document, name, text)
        else:
            print(text)


def _judged(kit: Kit, case: Case) -> FileReport:
    """Return the report on a case.

    Raises:
        SystemExit: It is not the one the case asks for.
    """
    report = validate(case.make(kit), kit.trust, at=MOMENT)
    if report.verdict is not case.verdict or case.code not in {f.code for f in _findings(report)}:
        raise SystemExit(f"'{case.name}' is judged otherwise: {report.verdict}, {[f.code for f in _findings(report)]}")
    return report


def _findings(report: FileReport) -> Iterable[Finding]:
    yield from report.findings
    for signature in report.signatures:
        yield from signature.findings


def _attacks(kit: Kit) -> str:
    lines = [f"{len(ATTACKS)} attacks, none of them called valid.\n"]
    families = dict.fromkeys(a.family for a in ATTACKS if a.family != "cost")
    for family in families:
        lines += [
            f"\n### {family.capitalize()}\n",
            "| the attacker … | verdict | finding | what a person reads |",
            "|---|---|---|---|",
        ]
        for attack in (a for a in ATTACKS if a.family == family):
            said = _said(_judged(kit, attack), attack)
            lines.append(f"| {attack.what} | {attack.verdict} | `{attack.code}` | {said} |")
    return "\n".join(lines)


def _cost(kit: Kit) -> str:
    lines = [
        "| the attacker … | file, MB | verdict | finding | CPU s | peak memory, MB more |",
        "|---|---|---|---|---|---|",
    ]
    for attack in (a for a in ATTACKS if a.family == "cost"):
        data = attack.make(kit)
        before = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        began = time.process_time()
        report = validate(data, kit.trust, at=MOMENT)
        spent = time.process_time() - began
        more = max(_memory("VmHWM") - before, 0)
        if report.verdict is not attack.verdict:
            raise SystemExit(f"'{attack.name}' is judged otherwise: {report.verdict}")
        row = (attack.what, f"{len(data) / 1e6:.1f}", attack.verdict, f"`{attack.code}`", f"{spent:.1f}", str(more))
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join([*lines, "", f"{machine()}; the size of the file itself is not in the memory."])


def _memory(line: str) -> int:
    """Return a figure of this process's memory, MB."""
    found = re.search(rf"{line}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


def _quirks(kit: Kit) -> str:
    lines = ["| what is odd | verdict | finding | what a person reads |", "|---|---|---|---|"]
    for quirk in QUIRKS:
        report = _judged(kit, quirk)
        said = next(f for f in _findings(report) if f.code == quirk.code)
        mark = {Severity.INFO: "", Severity.WARNING: " (doubt)", Severity.ERROR: " (fault)"}[said.severity]
        lines.append(f"| {quirk.what} | {quirk.verdict} | `{quirk.code}`{mark} | {said.text_en} |")
    return "\n".join(lines)


def _said(report: FileReport, case: Case) -> str:
    """Return the sentence of the change that is listed, else that of the finding."""
    changes = [c.text_en for s in report.signatures for c in s.changes if c.kind == case.kind]
    said = changes[0] if changes else next(f.text_en for f in _findings(report) if f.code == case.code)
    return said.replace("|", "\\|")


if __name__ == "__main__":
    typer.run(main)
