"""Twenty reviewers at once: each paper is confirmed by one of them, once, whatever database there is."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

import api.accounts
from api.accounts import new_account, sign_in
from api.http.access import COOKIE, TOKEN_HEADER
from api.keys import Role
from dossier.papers import PaperState
from storage.audit_log import audit
from tests.api.http_service import Service, keep_paper, running

REVIEWERS = 20
PAPERS = 60
PASSWORD = "một câu dễ nhớ"  # noqa: S105 - of a test


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(api.accounts, "_hasher", lambda: quick)
    elsewhere = {}
    if request.param == "postgresql":
        elsewhere["database_url"] = SecretStr(request.getfixturevalue("postgres_url"))
    with running(tmp_path / "house", **elsewhere) as service:
        yield service


def review(service: Service, name: str, begin: threading.Barrier) -> Counter[str]:
    """Sign in, then take and confirm papers until none waits; returns how often each was confirmed."""
    secret, _ = sign_in(service.house.catalogue, name, PASSWORD)
    headers = {"Origin": service.url, TOKEN_HEADER: api.accounts.page_token(secret)}
    confirmed = Counter[str]()
    with httpx.Client(
        base_url=service.url, headers=headers, cookies={COOKIE: secret}, timeout=120, trust_env=False
    ) as client:
        begin.wait()
        while True:
            taken = client.post("/v1/reviews/next", json={})
            assert taken.status_code == 200, taken.text
            if not taken.json()["papers"]:
                return confirmed
            (paper,) = taken.json()["papers"]
            answer = client.post(f"/v1/papers/{paper['id']}/confirmation", json={"by": f"Người {name}"})
            assert answer.status_code == 200, answer.text
            (stands,) = answer.json()["papers"]
            assert stands["confirmed_by"] == f"Người {name}", "nobody else had it"
            confirmed[paper["id"]] += 1


def test_twenty_reviewers_never_confirm_the_same_paper(service: Service) -> None:
    names = [f"canbo{number}" for number in range(REVIEWERS)]
    for name in names:
        first = new_account(service.house.catalogue, name, f"Người {name}", Role.OFFICER)
        sign_in(service.house.catalogue, name, first, PASSWORD)
    papers = [keep_paper(service, state=PaperState.READY) for _ in range(PAPERS)]
    begin = threading.Barrier(REVIEWERS)
    with ThreadPoolExecutor(REVIEWERS) as pool:
        confirmed = sum(pool.map(lambda name: review(service, name, begin), names), Counter[str]())
    assert confirmed == Counter(paper.id.value for paper in papers)
    states = {service.house.catalogue.paper(paper.id).state for paper in papers}
    assert states == {PaperState.CONFIRMED}
    entries = audit.entries(service.house.catalogue, limit=10_000)
    stated = Counter(entry.object for entry in entries if entry.action == "paper.confirmed")
    assert stated == Counter(f"paper:{paper.id}" for paper in papers)
