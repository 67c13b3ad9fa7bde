"""``POST /v1/search``: who may, what comes back, page by page, and what is never written down."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from api.keys import Role
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from storage.searching.search_index import put
from tests.api.http_service import OWNER_NUMBER, Service, keep_paper, running
from tests.storage.searched import page


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


@pytest.fixture(scope="module")
def papers(service: Service) -> list[Paper]:
    """Three papers in the store and one that is not."""
    kept = [keep_paper(service), keep_paper(service, owner_number="001090054321"), keep_paper(service)]
    kept.append(keep_paper(service, state=PaperState.READY))
    for number, paper in enumerate(kept):
        words = ["Quyết", "định", "số", f"{number}/QĐ-UBND,", "ông", "Nguyễn", "Văn", "An"]
        put(service.house.catalogue, paper.id, [page(1, words)], [f"{number}/QĐ-UBND"], 1)
    return kept


def test_papers_are_found_with_their_owner_and_the_words_in_their_place(service: Service, papers: list[Paper]) -> None:
    answer = service.call(Role.OFFICER, "POST", "/v1/search", json={"query": "0/qd-ubnd"}).json()
    (found,) = answer["papers"]
    assert (answer["more"], answer["next"]) == (False, None)
    assert found["id"] == papers[0].id.value
    assert found["owner"]["number"] == OWNER_NUMBER
    assert found["state"] == "stored"
    (snippet,) = found["snippets"]
    assert snippet["page"] == 1
    assert [snippet["text"][first:behind] for first, behind in snippet["marks"]] == ["0/QĐ-UBND,"]
    assert snippet["boxes"] == [[10 + 30 * 3, 40, 25, 12]]


def test_a_list_goes_on_where_it_ended(service: Service, papers: list[Paper]) -> None:
    request: dict[str, object] = {"query": '"nguyễn văn an"', "limit": 2}
    first = service.call(Role.AUDITOR, "POST", "/v1/search", json=request).json()
    assert [found["id"] for found in first["papers"]] == [papers[2].id.value, papers[1].id.value]
    assert first["more"]
    second = service.call(Role.AUDITOR, "POST", "/v1/search", json={**request, "after": first["next"]}).json()
    assert [found["id"] for found in second["papers"]] == [papers[0].id.value]
    assert not second["more"]


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({}, [2, 1, 0]),
        ({"owner_number": OWNER_NUMBER}, [2, 0]),
        ({"number_symbol": "1/q*"}, [1]),
        ({"paper_types": ["decision"]}, []),
        ({"states": ["expired", "ready"]}, []),
        ({"stored_from": "2020-01-01", "stored_to": "2020-12-31"}, []),
        ({"issued_from": "2020-01-01"}, []),
        ({"agency": "H41.99", "query": "an -2"}, [1, 0]),
    ],
)
def test_members_leave_papers_out(
    service: Service, papers: list[Paper], request_: dict[str, object], found: list[int]
) -> None:
    answer = service.call(Role.OFFICER, "POST", "/v1/search", json=request_).json()
    assert [one["id"] for one in answer["papers"]] == [papers[number].id.value for number in found]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"query": "n*"}, "value-invalid"),
        ({"owner_number": "1"}, "owner-number-invalid"),
        ({"paper_types": ["nothing"]}, "paper-type-unknown"),
        ({"agency": "x"}, "identifier-invalid"),
        ({"after": "7-7"}, "value-invalid"),
        ({"stored_from": "0001-01-01"}, "value-invalid"),
        ({"number_symbol": "*"}, "value-invalid"),
        ({"after": "x"}, "request-invalid"),
        ({"limit": 0}, "request-invalid"),
        ({"unknown": 1}, "request-invalid"),
    ],
)
def test_what_cannot_be_looked_for_is_told(service: Service, request_: dict[str, object], code: str) -> None:
    answer = service.call(Role.OFFICER, "POST", "/v1/search", json=request_)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_neither_log_nor_audit_has_what_was_looked_for(service: Service, papers: list[Paper]) -> None:
    with capture_logs() as logged:
        service.call(Role.OFFICER, "POST", "/v1/search", json={"query": "Nguyễn", "owner_number": OWNER_NUMBER})
    entry = audit.entries(service.house.catalogue, limit=1000)[-1]
    assert entry.detail == {"found": "2", "shown": f"{papers[2].id} {papers[0].id}"}
    told = str(logged) + str(entry)
    assert not [word for word in ("nguy", "Nguy", OWNER_NUMBER) if word in told]
