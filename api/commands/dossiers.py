"""``sohoa dossier``: what is known of a dossier, and telling more of it."""

import datetime as dt
from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes import dossier_json
from dossier import times
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.errors import NotFound, UsageError
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from storage.reports.dossiers import keep_dossier, known_dossiers

_ACTOR = "cli"
_NOW = "now"
_When = Annotated[str | None, typer.Option(metavar="TIME", help="ISO 8601, hoặc / or: now")]


def dossier(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Mã hồ sơ. / Dossier number.")],
    procedure: Annotated[str | None, typer.Option(help="Mã thủ tục. / Procedure code.")] = None,
    agency: Annotated[str | None, typer.Option(help="Cơ quan tiếp nhận. / Receiving agency.")] = None,
    decided_by: Annotated[str | None, typer.Option(help="Cơ quan giải quyết. / Deciding agency.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Cách nộp. / How it was handed in.")] = None,
    received: _When = None,
    processing: _When = None,
    ended: Annotated[Outcome | None, typer.Option(help="Kết thúc thế nào. / How it ended.")] = None,
    ended_at: _When = None,
    returned: _When = None,
    as_json: AsJson = False,
) -> None:
    """Xem hoặc ghi thêm tình hình hồ sơ. / Show a dossier, or tell more of it; what is not said stays as known."""
    key = DossierNumber.parse(number).canonical
    with open_house() as house:
        known = known_dossiers(house.catalogue, [key]).get(key)
        is_news = ended is not None and (known is None or known.outcome is not ended)
        said = {
            "procedure": ProcedureCode.parse(procedure) if procedure else None,
            "agency": AgencyCode.parse(agency) if agency else None,
            "decided_by": AgencyCode.parse(decided_by) if decided_by else None,
            "channel": channel,
            "received_at": _moment(received),
            "processing_started_at": _moment(processing),
            "ended_at": _moment(ended_at or (_NOW if is_news else None)),
            "outcome": ended,
            "returned_at": _moment(returned),
        }
        told = {name: value for name, value in said.items() if value is not None}
        if known is None and not told:
            raise NotFound(kind="dossier", id=key)
        if known is None and not {"procedure", "agency"} <= told.keys():
            raise UsageError(reason="a dossier told for the first time needs --procedure and --agency")
        facts = replace(known, **told) if known else Dossier(key, **told)  # type: ignore[arg-type]  # by their names
        if told:
            keep_dossier(house.catalogue, facts, actor=_ACTOR, types=house.paper_types)
    if as_json:
        print_json(dossier_json(facts))
    else:
        for name, value in dossier_json(facts).items():
            out.print(f"{name}: {escape(value or '—')}")


def _moment(text: str | None) -> dt.datetime | None:
    """Return the moment named on the command line; a time without a zone is Vietnam's.

    Raises:
        UsageError: It is none.
    """
    if text is None or text == _NOW:
        return times.now() if text else None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(reason=f"{text!r} is no time in ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=times.VIETNAM)
