"""``python -m tests.chaos --papers 200 --seed 1 --seed 2 --minutes 5``: kill -9 of everything, and nothing is lost.

Two workers, an API, PostgreSQL and SeaweedFS run as processes of this machine; a station sends papers. At the seconds
that the seed says each of them is killed, their lines are cut, the store answers slowly, or the disk of the workers is
full, until a moment later. Then all is mended, and what must hold is looked at. Needs to be root, for a small disk of
its own. Prints a row for each seed; exits with 1 if anything did not hold, and tells where the logs are.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tests.benchmarks.usage import machine
from tests.chaos.campaign import run
from tests.chaos.schedule import drawn


def main(
    papers: Annotated[int, typer.Option(min=1, help="Papers of each campaign")] = 200,
    seed: Annotated[list[int] | None, typer.Option(help="Of a campaign; repeatable")] = None,
    minutes: Annotated[float, typer.Option(help="In which things happen")] = 5.0,
    pace: Annotated[float, typer.Option(help="By which the pauses between are multiplied, on a busy machine")] = 1.0,
    patience: Annotated[float, typer.Option(help="Minutes that a campaign may take")] = 60.0,
) -> None:
    """Run a campaign for each seed and print what came of it."""
    print(machine())
    titles = ("seed", "papers", "stored once", "happened", "ended by themselves", "a person had to", "taken over")
    print("\n| " + " | ".join((*titles, "minutes", "did not hold")) + " |")
    print("|---|---|---|---|---|---|---|---|---|")
    held = True
    for one in seed or [1]:
        folder = Path(tempfile.mkdtemp(prefix=f"sohoa-chaos-{one}-"))
        outcome = run(folder, drawn(one, 60 * minutes, pace=pace), papers=papers, seed=one, patience_s=60 * patience)
        happened = ", ".join(f"{kind} {times}" for kind, times in sorted(outcome.happened.items()))
        helped = ", ".join(f"{what} {times}" for what, times in sorted(outcome.helped.items())) or "nothing"
        wrong = len(outcome.troubles)
        restarts = sum(outcome.restarts.values())
        over = outcome.taken_over_s
        taken = f"{len(over)}, at most {max(over):.0f} s after" if over else "0"
        row = (one, papers, outcome.committed, happened, restarts, helped, taken, f"{outcome.stored_s / 60:.1f}", wrong)
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
        for text in outcome.troubles:
            print(f"  {text}")
        for text, times in outcome.complaints.most_common(20):
            print(f"  logged {times}: {text}")
        if wrong:
            print(f"  logs: {folder}")
            held = False
        else:
            shutil.rmtree(folder)
    raise typer.Exit(0 if held else 1)


if __name__ == "__main__":
    typer.run(main)
