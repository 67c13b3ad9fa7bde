"""Every route and every command with a paper in it leaves an audit entry that names the paper, or says why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from fastapi.routing import iter_route_contexts
from typer.testing import CliRunner

from api.cli import app
from api.keys import Role, issue_key
from dossier.identifiers import PaperId
from dossier.papers import PaperKind, PaperState
from storage.audit_log import audit
from storage.records import AuditEntry
from storage.searching.search_index import put
from tests.api.http_service import (
    DOSSIER,
    NEED,
    OWNER_NAME,
    OWNER_NUMBER,
    PROCEDURE,
    Service,
    announce,
    keep_paper,
    png,
    running,
)
from tests.api.test_http_access import PAGES, WHO_MAY
from tests.storage.searched import page

NO_PAPER = {
    ("POST", "/v1/batches"): "no file is there yet",
    ("GET", "/v1/batches"): "names batches, says nothing of papers",
    ("GET", "/v1/batches/{batch}"): "names files and tells states; a file's name holds no personal data",
    ("GET", "/v1/batches/{batch}/events"): "names files and tells states, as the batch itself",
    ("POST", "/v1/batches/{batch}/uploads"): "a file's bytes; received, it has its entry",
    ("HEAD", "/v1/uploads/{upload}"): "how many bytes are here",
    ("PATCH", "/v1/uploads/{upload}"): "a file's bytes; received, it has its entry",
    ("DELETE", "/v1/uploads/{upload}"): "bytes of a file that was not received",
    ("POST", "/v1/batches/{batch}/receipt"): "names and hashes of the sender's own files; an entry about the batch",
    ("GET", "/v1/batches/{batch}/receipt"): "names and hashes of the sender's own files",
    ("OPTIONS", "/v1/uploads"): "the protocol",
    ("POST", "/v1/separators"): "sheets to print",
    ("POST", "/v1/quality-checks"): "the scan is not kept",
    ("POST", "/v1/identity-codes"): "a card at the counter, no paper; an entry of its own",
    ("POST", "/v1/verifications"): "a stranger's file, which is not kept",
    ("POST", "/v1/file-histories"): "a stranger's file, which is not kept",
    ("GET", "/v1/changes"): "identifiers and hashes, nothing of what papers say",
    ("GET", "/v1/renewals/calendar"): "counts",
    ("GET", "/v1/figures"): "counts",
    ("GET", "/v1/operations"): "counts",
    ("GET", "/v1/disposals"): "identifiers, names of officers and moments; nothing of what papers say",
    ("GET", "/v1/owners/conflicts"): "numbers, no paper; an entry of its own",
    ("POST", "/v1/owners/lookup"): "counts of papers; an entry about the owner, shown to the owner",
    ("POST", "/v1/owners/reads"): "who read papers; an entry about the owner, shown to the owner",
    ("POST", "/v1/owners/reads/own"): "who read papers; an entry about the owner, shown to the owner",
    ("POST", "/v1/owners/merges"): "numbers, no paper; an entry about the owner",
    ("POST", "/v1/owners/splits"): "numbers, no paper; an entry about the owner",
    ("GET", "/v1/paper-types"): "the catalogue",
    ("GET", "/v1/reviews"): "names of files, types, who has what in hand; nothing of what papers say",
    ("DELETE", "/v1/papers/{paper}/claim"): "nothing is shown or changed but that it is free again",
    ("POST", "/v1/session"): "who signs in; an entry about the account",
    ("GET", "/v1/session"): "who is signed in",
    ("DELETE", "/v1/session"): "who signs out; an entry about the account",
    ("POST", "/v1/keys"): "keys",
    ("GET", "/v1/keys"): "keys",
    ("DELETE", "/v1/keys/{name}"): "keys",
    ("POST", "/v1/dossiers"): "a dossier, no paper; an entry about the dossier",
    ("GET", "/v1/status-list"): "hashes of files, for everybody",
    ("GET", "/v1/status-list/check"): "hashes of files; a paper looked up in it has an entry",
    ("POST", "/v1/audit-checks"): "numbers of entries; an entry about the log",
    ("GET", "/v1/forms"): "forms of the catalogue",
    ("POST", "/v1/webhooks"): "a subscription",
    ("GET", "/v1/webhooks"): "subscriptions",
    ("DELETE", "/v1/webhooks/{webhook}"): "a subscription",
    ("POST", "/v1/webhooks/{webhook}/secret"): "a subscription",
    ("POST", "/v1/webhooks/{webhook}/resumption"): "a subscription",
    ("POST", "/v1/webhooks/{webhook}/replays"): "a subscription",
    ("GET", "/v1/webhooks/{webhook}/deliveries"): "what became of events, which say nothing of what papers say",
    ("POST", "/v1/grants"): "who may be given what",
    ("GET", "/v1/grants"): "numbers of owners who agreed, no paper; an entry of its own",
    ("DELETE", "/v1/grants/{grant}"): "who may be given what",
    ("GET", "/v1/health"): "no paper",
    ("GET", "/v1/ready"): "no paper",
    ("GET", "/v1/metrics"): "counts",
    ("GET", "/v1/version"): "no paper",
    ("GET", "/v1/openapi.json"): "no paper",
}
"""Routes that leave no entry about a paper, and why."""


@dataclass(frozen=True)
class Call:
    """How a route is called so that it shows or changes a paper.

    Attributes:
        state: The paper is in. body: JSON. actions: What entries may say. query: Of the address.
    """

    actions: set[str]
    state: PaperState = PaperState.STORED
    body: dict[str, object] | None = None
    query: str = ""


CALLS = {
    ("GET", "/v1/papers"): Call({"papers.listed"}),
    ("GET", "/v1/papers/{paper}"): Call({"paper.read"}),
    ("GET", "/v1/papers/{paper}/split"): Call({"paper.read"}, PaperState.READY),
    ("PUT", "/v1/papers/{paper}/claim"): Call({"paper.read"}, PaperState.READY),
    ("GET", "/v1/papers/{paper}/original"): Call({"paper.original-fetched"}),
    ("GET", "/v1/papers/{paper}/file"): Call({"paper.fetched"}),
    ("GET", "/v1/papers/{paper}/verifications"): Call({"paper.read"}),
    ("POST", "/v1/papers/{paper}/verifications"): Call({"paper.verified"}),
    ("GET", "/v1/papers/{paper}/evidence"): Call({"paper.evidence-exported"}),
    ("GET", "/v1/papers/{paper}/evidence-record"): Call({"paper.record-fetched"}),
    ("POST", "/v1/papers/{paper}/confirmation"): Call({"paper.read"}, PaperState.READY, {"by": "Trần Văn Bình"}),
    ("POST", "/v1/papers/{paper}/hidden-pages"): Call({"paper.read"}, PaperState.READY, {"hidden": []}),
    ("GET", "/v1/papers/{paper}/retention"): Call({"paper.read"}),
    ("HEAD", "/v1/papers/{paper}/file"): Call({"paper.read"}),
    ("POST", "/v1/papers/{paper}/links"): Call({"paper.fetched"}, body={"seconds": 60}),
    ("POST", "/v1/papers/{paper}/holds"): Call(
        {"paper.held"}, body={"by": "Trần Văn Một", "authority": "Tòa án mẫu", "reason": "vụ việc mẫu"}
    ),
    ("POST", "/v1/owners/erasure"): Call({"paper.erasure-asked"}, body={"owner_number": OWNER_NUMBER}),
    ("POST", "/v1/papers/{paper}/disposal"): Call(
        {"paper.disposal-proposed"}, PaperState.READY, {"by": "Trần Văn Một", "reason": "không dùng"}
    ),
    ("POST", "/v1/reuse/lookup"): Call({"paper.given"}, body=NEED),
    ("POST", "/v1/papers/{paper}/revocation"): Call(
        {"paper.revoked", "paper.read"},
        body={"reason": "forged", "authority": "Thanh tra tỉnh Mẫu", "by": "Trần Văn Bình"},
    ),
}
ELSEWHERE = {
    ("POST", "/v1/papers/{paper}/hand-over"),
    ("POST", "/v1/papers/{paper}/supersession"),
    ("POST", "/v1/reuse"),
    ("DELETE", "/v1/reuse/{reference}"),
    ("GET", "/v1/dossiers/{dossier}/reuses"),
    ("POST", "/v1/reuse/lookup/procedure"),  # tests/api/test_http_lookup_procedure.py
    ("POST", "/v1/reuse/prefill"),
    ("POST", "/v1/search"),
    ("POST", "/v1/twins"),  # tests/api/test_http_twins.py
    ("GET", "/v1/papers/{paper}/history"),  # tests/api/test_desk_history.py
    ("PUT", "/v1/batches/{batch}/files/{name}"),
    ("POST", "/v1/papers/{paper}/split"),
    ("POST", "/v1/papers/{paper}/join"),
    ("POST", "/v1/papers/{paper}/retry"),
    ("GET", "/v1/papers/{paper}/hidden-pages"),  # tests/api/test_http_hidden_pages.py
    ("GET", "/v1/papers/{paper}/fields/{key}/picture"),
    ("GET", "/v1/papers/{paper}/pages/{page}/picture"),
    ("POST", "/v1/papers/{paper}/corrections"),
    ("POST", "/v1/reviews/next"),
    ("POST", "/v1/papers/{paper}/holds/lifting"),
    ("POST", "/v1/papers/{paper}/holds/lifting/approval"),
    ("DELETE", "/v1/papers/{paper}/holds/lifting"),
    ("POST", "/v1/papers/{paper}/disposal/approval"),
    ("DELETE", "/v1/papers/{paper}/disposal"),
    ("GET", "/v1/links/{link}"),
}
"""Routes whose papers need more than one call; they are tested one by one below."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def since(service: Service, seq: int) -> list[AuditEntry]:
    return audit.entries(service.house.catalogue, after=seq, limit=1000)


def names(entry: AuditEntry, paper: PaperId) -> bool:
    return entry.object == f"paper:{paper}" or paper.value in entry.detail.get("shown", "").split()


def test_every_route_is_spoken_of(service: Service) -> None:
    routes = {(m, r.path) for r in iter_route_contexts(service.app.routes) for m in r.methods or ()}
    assert routes - set(PAGES) == set(NO_PAPER) | set(CALLS) | ELSEWHERE
    assert not set(CALLS) & set(NO_PAPER)


@pytest.mark.parametrize(
    ("route", "role"),
    [(route, role) for route in CALLS for role in sorted(WHO_MAY[route] - {Role.STATION})],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_call_is_in_the_log(
    service: Service, route: tuple[str, str], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = CALLS[route]
    paper = keep_paper(service, state=call.state)
    monkeypatch.setattr("api.http.routes.get_evidence_record.record_of", lambda *_: b"record")
    if role is Role.SYSTEM and route[1].startswith("/v1/papers/"):
        given = {**NEED, "papers": [paper.id.value]}
        assert service.call(role, "POST", "/v1/reuse/lookup", json=given).status_code == 200
    seq = audit.check(service.house.catalogue).entries
    path = route[1].format(paper=paper.id) + call.query
    answer = service.call(role, route[0], path, **({"json": call.body} if call.body else {}))
    assert answer.is_success, answer.text
    entries = [e for e in since(service, seq) if names(e, paper.id) and e.actor == role.value]
    assert call.actions <= {e.action for e in entries}


def test_a_file_sent_is_in_the_log(service: Service) -> None:
    batch = announce(service, Role.STATION, "audited-1", "001.png")
    answer = service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/001.png", content=png(31))
    entries = audit.entries(service.house.catalogue, limit=10_000)
    assert any(e.action == "paper.received" and names(e, PaperId(answer.json()["paper"])) for e in entries)


def test_splitting_joining_and_looking_at_a_field_are_in_the_log(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    monkeypatch.setattr("api.http.routes.split_paper.split", lambda *_, **__: [paper])
    monkeypatch.setattr("api.http.routes.join_papers.join", lambda *_, **__: [paper])
    monkeypatch.setattr("api.http.routes.get_field_picture.field_picture", lambda *_: png())
    seq = audit.check(service.house.catalogue).entries
    body = {"by": "Trần Văn Bình", "first_pages": [1]}
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/split", json=body).is_success
    body = {"by": "Trần Văn Bình", "others": [paper.id.value]}
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/join", json=body).is_success
    assert service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}/fields/child_name/picture").is_success
    assert [(e.actor, e.action) for e in since(service, seq) if names(e, paper.id)] == [
        ("officer", "papers.listed"),
        ("officer", "papers.listed"),
        ("auditor", "paper.read"),
    ]


def test_using_a_link_is_in_the_log(service: Service) -> None:
    paper = keep_paper(service)
    link = service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/links", json={"seconds": 60}).json()
    seq = audit.check(service.house.catalogue).entries
    assert service.call(None, "GET", link["url"]).is_success
    assert [(e.actor, e.action) for e in since(service, seq) if names(e, paper.id)] == [("officer", "paper.fetched")]


def test_lifting_withdrawing_and_agreeing_are_in_the_log(service: Service) -> None:
    paper = keep_paper(service, state=PaperState.READY)
    path, by = f"/v1/papers/{paper.id}", {"by": "Trần Văn Một"}
    proposal = {**by, "reason": "không dùng"}
    second = issue_key(service.house.catalogue, "counter-2", Role.OFFICER)
    seq = audit.check(service.house.catalogue).entries
    order = {**proposal, "authority": "Tòa án mẫu"}
    service.call(Role.OFFICER, "POST", f"{path}/holds", json=order)
    service.call(Role.OFFICER, "POST", f"{path}/holds/lifting", json=order)
    service.call(Role.OFFICER, "DELETE", f"{path}/holds/lifting")
    service.call(Role.OFFICER, "POST", f"{path}/holds/lifting", json=order)
    agreed = service.call(Role.AUDITOR, "POST", f"{path}/holds/lifting/approval", json={"by": "Lê Thị Hai"})
    assert agreed.is_success, agreed.text
    service.call(Role.OFFICER, "POST", f"{path}/disposal", json=proposal)
    service.call(Role.OFFICER, "DELETE", f"{path}/disposal")
    service.call(Role.OFFICER, "POST", f"{path}/disposal", json=proposal)
    with service.client(Role.OFFICER, second) as client:
        assert client.post(f"{path}/disposal/approval", json={"by": "Lê Thị Hai"}).is_success
    told = {e.action for e in since(service, seq) if names(e, paper.id)}
    lifting = {"paper.hold-lifting-proposed", "paper.hold-lifting-withdrawn", "paper.hold-lifted"}
    assert {*lifting, "paper.disposal-withdrawn", "paper.disposed"} <= told


def test_taking_the_next_paper_correcting_it_and_seeing_a_page_are_in_the_log(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_paper(service, state=PaperState.READY)
    monkeypatch.setattr("api.http.routes.get_page_picture.page_picture", lambda *_: (png(), "image/png"))
    seq = audit.check(service.house.catalogue).entries
    taken = PaperId(service.call(Role.OFFICER, "POST", "/v1/reviews/next", json={}).json()["claim"]["paper"])
    paper = service.house.catalogue.paper(taken)
    monkeypatch.setattr("api.http.routes.correct_paper.correct", lambda *_, **__: paper)
    body = {"by": "Trần Văn Bình", "fields": {"number": "13/2021"}}
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{taken}/corrections", json=body).is_success
    assert service.call(Role.AUDITOR, "GET", f"/v1/papers/{taken}/pages/1/picture").is_success
    told = [(e.actor, e.action) for e in since(service, seq) if names(e, taken)]
    assert told == [("officer", "paper.read"), ("officer", "paper.read"), ("auditor", "paper.read")]


def test_handing_over_and_superseding_are_in_the_log(service: Service) -> None:
    paper, successor = keep_paper(service, kind=PaperKind.RESULT), keep_paper(service)
    seq = audit.check(service.house.catalogue).entries
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/hand-over").is_success
    body = {"successor": successor.id.value, "reason": "corrected", "by": "Trần Văn Bình"}
    assert service.call(Role.OFFICER, "POST", f"/v1/papers/{paper.id}/supersession", json=body).is_success
    told = {e.action for e in since(service, seq) if names(e, paper.id)}
    assert {"paper.handed-over", "paper.superseded", "paper.read"} <= told


def test_using_a_paper_again_is_in_the_log(service: Service) -> None:
    paper, by = keep_paper(service), {"by": "Trần Văn Bình"}
    wanted = {**by, "paper": paper.id.value, "dossier": DOSSIER, "procedure": PROCEDURE, "purpose": "đăng ký"}
    seq = audit.check(service.house.catalogue).entries
    accepted = service.call(Role.OFFICER, "POST", "/v1/reuse", json=wanted)
    assert accepted.is_success, accepted.text
    assert service.call(Role.AUDITOR, "GET", f"/v1/dossiers/{DOSSIER}/reuses").is_success
    reference = accepted.json()["reference"]
    withdrawn = service.call(Role.OFFICER, "DELETE", f"/v1/reuse/{reference}", json={**by, "reason": "nhầm"})
    assert withdrawn.is_success, withdrawn.text
    told = [(e.actor, e.action) for e in since(service, seq) if names(e, paper.id)]
    assert told == [("officer", "paper.reused"), ("auditor", "papers.listed"), ("officer", "paper.reuse-withdrawn")]


def test_filling_in_a_form_is_in_the_log(service: Service) -> None:
    known = {"number": OWNER_NUMBER, "full_name": OWNER_NAME}
    paper = keep_paper(service, paper_type="identity-card", fields=known)
    seq = audit.check(service.house.catalogue).entries
    asked = {"owner_number": OWNER_NUMBER, "fields": ["full_name"], "dossier": DOSSIER, "procedure": PROCEDURE}
    told = service.call(Role.OFFICER, "POST", "/v1/reuse/prefill", json={**asked, "purpose": "đăng ký"}).json()
    assert told["known"] == 1
    assert {"paper.given"} == {e.action for e in since(service, seq) if names(e, paper.id)}


def test_searching_is_in_the_log_and_what_was_searched_for_is_not(service: Service) -> None:
    paper = keep_paper(service)
    put(service.house.catalogue, paper.id, [page(1, ["mẫu"])], [], 1)
    seq = audit.check(service.house.catalogue).entries
    found = service.call(Role.AUDITOR, "POST", "/v1/search", json={"query": "mẫu", "owner_number": OWNER_NUMBER})
    assert paper.id.value in {one["id"] for one in found.json()["papers"]}
    (entry,) = since(service, seq)
    assert (entry.action, names(entry, paper.id)) == ("papers.searched", True)
    assert "mẫu" not in str(entry)


def test_a_station_that_follows_its_own_papers_is_not_recorded(service: Service) -> None:
    """It asks every second, for what it handed in itself."""
    paper = keep_paper(service)
    seq = audit.check(service.house.catalogue).entries
    for path in (f"/v1/papers/{paper.id}", f"/v1/papers?batch={paper.batch}"):
        assert service.call(Role.STATION, "GET", path).is_success
    assert since(service, seq) == []


# --- commands ------------------------------------------------------------------------------------------------------

COMMANDS: dict[str, tuple[list[str], str]] = {
    "papers": ([], "papers.listed"),
    "show": (["PAPER"], "paper.read"),
    "picture": (["PAPER", "child_name", "-o", "OUT"], "paper.read"),
    "find": (["--owner", OWNER_NUMBER], "papers.listed"),
    "get": (["PAPER", "-o", "OUT"], "paper.fetched"),
    "pages": (["PAPER"], "paper.read"),
    "confirm": (["PAPER", "--by", "Trần Văn Bình"], "papers.listed"),
    "evidence": (["PAPER", "-o", "OUT"], "paper.evidence-exported"),
    "records export": (["PAPER", "-o", "OUT"], "paper.record-fetched"),
    "verify": (["--paper", "PAPER"], "paper.verified"),
    "retention show": (["PAPER"], "paper.read"),
    "portal show": (["PAPER"], "paper.read"),
    "retention hold": (["PAPER", "--by", "A", "--authority", "B", "--reason", "C"], "paper.held"),
}
"""Commands that show or change papers, how they are called, and what the log says of it."""
NO_PAPER_COMMANDS = {
    "digitize": "each paper it works on is in the log by every step; tests/api/test_cli.py",
    "split": "the proposal is read, a split is an entry; tests/api/test_cli.py",
    "join": "each paper joined is an entry; tests/api/test_cli.py",
    "retry": "only a paper that failed, which is in the log by every step",
    "reread": "names fields; values only with --show-values, and then it is in the log; tests/api/test_cli.py",
    "renew": "sees no content; each renewal is an entry",
    "quality": "the scan is not kept",
    "separators": "no paper",
    "station": "a program of the station's, which speaks with the service over HTTP",
    "ocr": "the file is not kept",
    "extract": "the file is not kept",
    "serve": "its routes are above",
    "worker": "each step is an entry",
    "doctor": "no paper",
    "reads": "an entry about the owner",
    "objects keys": "keys of the store",
    "objects new-key": "keys of the store",
    "owners show": "an entry about the owner",
    "owners merge": "an entry about the owner",
    "owners split": "an entry about the owner",
    "owners conflicts": "an entry of its own",
    "owners link": "each link is an entry about the owner",
    "grants new": "who may be given what",
    "grants list": "numbers of owners who agreed; an entry of its own",
    "grants revoke": "who may be given what",
    "accounts new": "accounts",
    "accounts list": "accounts",
    "accounts password": "accounts",
    "accounts close": "accounts",
    "corrections": "an entry about all papers that it names; tests/api/test_desks.py",
    "keys new": "keys",
    "keys list": "keys",
    "keys revoke": "keys",
    "keys rotate": "keys",
    "figures": "counts",
    "backup": "everything, for whoever runs the machine; an entry of its own",
    "restore": "everything, for whoever runs the machine; an entry of its own",
    "storage check": "hashes and keys; repairs are entries",
    "fixity": "hashes and keys; what was mended is an entry",
    "dossier": "an entry about the dossier",
    "hand-over": "above, over HTTP",
    "supersede": "above, over HTTP",
    "revoke": "above, over HTTP",
    "status-list": "hashes of files",
    "search": "above, over HTTP",
    "index": "words go into the index, none come out",
    "portal list": "identifiers and states",
    "portal retry": "identifiers",
    "webhooks add": "a subscription",
    "webhooks list": "subscriptions",
    "webhooks remove": "a subscription",
    "webhooks secret": "a subscription",
    "webhooks resume": "a subscription",
    "webhooks replay": "a subscription",
    "webhooks deliveries": "what became of events",
    "retention due": "identifiers and days",
    "retention open": "identifiers, names of officers and moments",
    "retention lift": "an entry if there was something to propose; above, over HTTP",
    "records make": "days",
    "records renew": "days",
    "records check": "a file from outside",
    "audit check": "the log itself",
    "audit keep": "the log itself",
}
"""Commands that leave no entry about a paper by reading it, and why."""


def commands() -> set[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    found = set()
    for name, command in group.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}" for sub in inner} if inner else {name}
    return found


def test_every_command_is_spoken_of() -> None:
    assert commands() == set(COMMANDS) | set(NO_PAPER_COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_in_the_log(
    service: Service, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paper = keep_paper(service)
    monkeypatch.setenv("SOHOA_DATA_DIR", str(service.house.settings.root))
    monkeypatch.setattr("api.commands.papers.field_picture", lambda *_: png())
    monkeypatch.setattr("api.commands.records.record_of", lambda *_: b"record")
    arguments, action = COMMANDS[command]
    words = {"PAPER": paper.id.value, "OUT": str(tmp_path / "out")}
    seq = audit.check(service.house.catalogue).entries
    CliRunner().invoke(app, [*command.split(), *(words.get(a, a) for a in arguments)])
    assert action in {e.action for e in since(service, seq) if names(e, paper.id) and e.actor == "cli"}
