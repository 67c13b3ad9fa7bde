"""``POST /v1/dossiers``: what the one-stop system knows of a dossier, which decides over its papers."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.dossiers import Dossier as Answer
from api.http.deps import HouseDep
from api.http.reading import Code, new_router
from api.keys import Caller, Role
from api.shapes import Json, dossier_json
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode
from storage.reports.dossiers import keep_dossier

router = new_router()


class Facts(BaseModel):
    """Tất cả những gì đã biết về hồ sơ. / All that is known of a dossier: what is left out is not known (any more)."""

    model_config = ConfigDict(extra="forbid")

    dossier: Annotated[Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[Code, Field(examples=[ProcedureCode.example])]
    agency: Annotated[Code, Field(examples=[AgencyCode.example])]
    decided_by: Code | None = None
    channel: Channel = Channel.DIRECT
    received_at: AwareDatetime | None = None
    processing_started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    outcome: Outcome | None = None
    returned_at: AwareDatetime | None = None

    @property
    def value(self) -> Dossier:
        """The facts, checked.

        Raises:
            InvalidIdentifier: A code has another form. InvalidValue: The facts do not fit each other.
        """
        return Dossier(
            number=DossierNumber.parse(self.dossier).canonical,
            procedure=ProcedureCode.parse(self.procedure),
            agency=AgencyCode.parse(self.agency),
            decided_by=AgencyCode.parse(self.decided_by) if self.decided_by is not None else None,
            channel=self.channel,
            received_at=self.received_at,
            processing_started_at=self.processing_started_at,
            ended_at=self.ended_at,
            outcome=self.outcome,
            returned_at=self.returned_at,
        )


@router.post("/v1/dossiers", response_model=Answer, summary="Báo tình hình hồ sơ / Tell what is known of a dossier")
def tell_dossier(body: Facts, caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM)], house: HouseDep) -> Json:
    """Keep the facts in place of those told before; telling the same again changes nothing.

    A dossier that ended successfully makes its components reusable; its return hands over its results.
    """
    told = body.value
    keep_dossier(house.catalogue, told, actor=caller.name, types=house.paper_types)
    return dossier_json(told)
