"""What telling other systems costs: ``python -m tests.benchmarks.changes [--events N] [--deliveries N] [--postgres]``.

A feed of N events about dossiers, of which one in ten thousand is of a rare kind, is read page by page: by the
catalogue alone from the beginning and from near the end, by the rare kind, and over HTTP. Then N deliveries are made to
a receiver on loopback over TLS, recorded one by one: to one subscription, and to eight at once. With ``--postgres`` in
a PostgreSQL server of its own that forces nothing to the disk; without it in SQLite, which does.
"""

import argparse
import contextlib
import itertools
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

import structlog
from pydantic import SecretStr
from sqlalchemy import insert

from api.http.app import create_app
from api.keys import Role, ensure_first_keys
from dossier.times import now
from ingest.house import House
from ingest.settings import Settings
from ingest.telling.courier import AT_ONCE, Courier
from ingest.telling.webhooks import subscribe
from storage.database import writing
from storage.schema import EventRow
from storage.telling.changes import START, Changes, changes
from tests.api.http_service import Service, served
from tests.benchmarks.usage import cpu_seconds, machine
from tests.ingest.receiver import certify, receiving
from tests.servers import postgres_server

PAGE = 200
RARE = 10_000
_PAGES = 500


def row(what: str, count: int, took: float, cpu: float) -> None:
    """Print a row of the table."""
    print(f"| {what} | {count:,} | {count / took:,.0f} | {1000 * cpu / count:,.2f} |")


def measured(what: str, do: Callable[[], int]) -> None:
    """Print how often ``do``, which returns how much it did, could be done."""
    began, spent = time.perf_counter(), cpu_seconds()
    count = do()
    row(what, count, time.perf_counter() - began, cpu_seconds() - spent)


def fill(house: House, count: int) -> None:
    """Keep ``count`` events."""
    at = now()
    numbers = iter(range(count))
    while part := list(itertools.islice(numbers, 20_000)):
        with writing(house.catalogue.engine) as session:
            session.execute(
                insert(EventRow),
                [
                    {
                        "kind": "dossier.rare" if number % RARE == RARE - 1 else "dossier.told",
                        "paper": None,
                        "about": f"dossier:H15.50.05.13-261008-{number:07d}",
                        "at": at,
                        "payload": {"outcome": "successful"},
                    }
                    for number in part
                ],
            )


def read_pages(read: Callable[[str], Changes], after: str = START, most: int = _PAGES) -> int:
    """Follow the feed for up to ``most`` pages; return how many there were."""
    for number in range(most):
        page = read(after)
        if not page.events:
            return number
        after = page.next
    return most


def feed(house: House, service: Service, count: int) -> None:
    """Measure the feed."""
    catalogue = house.catalogue
    measured(
        f"feed: pages of {PAGE}, from the beginning", lambda: read_pages(lambda a: changes(catalogue, a, limit=PAGE))
    )
    at = changes(catalogue, limit=1)
    for _ in range((count - 1) // 50_000):
        at = changes(catalogue, at.next, limit=50_000)
    measured(f"feed: pages of {PAGE}, behind {at.position:,}", lambda: read_pages(
        lambda a: changes(catalogue, a, limit=PAGE), at.next
    ))  # fmt: skip
    rare = ("dossier.rare", "other.kind")
    measured(
        "feed: pages of 2 of a rare kind", lambda: read_pages(lambda a: changes(catalogue, a, kinds=rare, limit=2))
    )

    def over_http() -> int:
        after = START
        with service.client(Role.SYSTEM) as client:
            for _ in range(_PAGES):
                after = client.get("/v1/changes", params={"after": after, "limit": PAGE}).json()["next"]
        return _PAGES

    measured(f"feed: pages of {PAGE} over HTTP, one caller", over_http)


def deliveries(house: House, url: str, count: int) -> None:
    """Measure deliveries, to one subscription and to several at once."""

    def serve(webhook: str, most: int) -> int:
        courier, left = Courier.of(house), most
        while left > 0:
            left -= courier.serve(webhook, _after(left))
        return most

    for number in (1, AT_ONCE):
        made = [subscribe(house, url, [], after=START, actor="bench")[0].id for _ in range(number)]
        with ThreadPoolExecutor(number) as threads:
            served_all = partial(threads.map, serve, made, [count // number] * number)
            measured(f"deliveries, {number} subscriptions at once", lambda do=served_all: sum(do()))  # type: ignore[misc]


def _after(tries: int) -> Callable[[], bool]:
    """Return what stops a turn after so many tries."""
    asked = itertools.count()
    return lambda: next(asked) >= tries


def postgres() -> Iterator[str]:
    """Run a PostgreSQL server; yield its URL."""
    yield from postgres_server.__wrapped__()  # type: ignore[attr-defined]  # what the fixture does


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--deliveries", type=int, default=800)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = stack.enter_context(contextlib.contextmanager(postgres)()) if given.postgres else ""
        certified = certify(Path(folder))
        house = House(
            Settings(
                data_dir=Path(folder) / "data",
                database_url=SecretStr(database),
                webhook_networks="127.0.0.0/8 ::1/128",
                webhook_ca_file=certified.authority,
            )
        )
        fill(house, given.events)
        engine = house.catalogue.engine.dialect.name
        print(f"{machine()}, SQLAlchemy {version('sqlalchemy')}, {engine}, {given.events:,} events\n")
        print("| | times | a second | CPU ms each |\n|---|---:|---:|---:|")
        keys = {role: path.read_text().strip() for role, path in ensure_first_keys(house).items()}
        app = create_app(house, None)
        with served(app) as url:
            feed(house, Service(house, app, url, keys), given.events)
        with receiving(certified.context) as receiver:
            deliveries(house, receiver.url, given.deliveries)
        house.close()


if __name__ == "__main__":
    main()
