"""Opening, migrating and losing the database."""

import ast
import datetime as dt
import sqlite3
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dossier.errors import ConfigurationError, DiskFull, StoreUnavailable
from dossier.identifiers import DossierNumber
from dossier.papers import PaperState, SourceGrade
from storage.catalogue import Catalogue
from storage.database import connect, failures, writing
from storage.migrations import versions
from storage.migrations.versions import v0009_standing, v0019_beginnings
from storage.proof.day_records import SealedVersion, unproven
from storage.records import Event
from storage.reuse.reuses import REUSED
from storage.schema import REVISION, Base
from storage.telling import portal
from tests.storage.examples import NOON, batch, paper, stored_object

OPEN_AND_RECORD = """
import sys
from storage.catalogue import Catalogue
catalogue = Catalogue.open(sys.argv[1])
catalogue.record(sys.argv[2], "test", "process")
catalogue.close()
"""

UNDO = {
    "0005": [f"ALTER TABLE papers DROP COLUMN {name}" for name in ("split_from", "parts", "split_by", "split_at")],
    "0006": [
        "DROP INDEX ix_papers_protected_until",
        "ALTER TABLE papers DROP COLUMN protected_until",
        "DROP TABLE sealed_versions",
        "DROP TABLE day_records",
    ],
    "0007": ["DROP TABLE verifications", "DROP TABLE audit_blocks", "ALTER TABLE papers DROP COLUMN grade"],
    "0008": ["DROP TABLE waiting"],
    "0009": [
        "DROP TABLE dossiers",
        "DROP INDEX ix_owners_same_as",
        "ALTER TABLE owners DROP COLUMN same_as",
        "ALTER TABLE papers DROP COLUMN handed_over_at",
        "ALTER TABLE papers DROP COLUMN superseded_by",
    ],
    "0010": ["DROP TABLE holds", "DROP TABLE disposals"],
    "0011": ["DROP TABLE objects", "DROP TABLE bookmarks"],
    "0012": [
        "DROP TABLE status_changes",
        "DROP TABLE status_lists",
        "DROP INDEX ix_papers_validity",
        "DROP INDEX ix_sealed_versions_sha256",
    ],
    "0013": ["DROP TABLE owner_splits", "DROP TABLE owner_merges", "DROP TABLE audit_subjects"],
    "0014": [
        "DROP INDEX ix_papers_type_issued",
        "DROP TABLE page_prints",
        "DROP TABLE reuses",
        "DROP TABLE given",
        """CREATE TABLE reuses (serial INTEGER PRIMARY KEY, paper TEXT NOT NULL, consumer TEXT NOT NULL, dossier TEXT,
        procedure TEXT, purpose TEXT NOT NULL, at TIMESTAMP NOT NULL)""",
    ],
    "0015": ["DROP TABLE page_index", "DROP TABLE page_words", "DROP TABLE indexed"],
    "0016": [
        "DROP TABLE deliveries",
        "DROP TABLE webhooks",
        "DROP TABLE portal",
        "DROP TABLE followers",
        "DROP INDEX ix_events_kind_id",
        "ALTER TABLE events DROP COLUMN about",
    ],
    "0017": ["DROP TABLE disclosures", "DROP TABLE grants", "CREATE TABLE given (serial INTEGER PRIMARY KEY)"],
    "0018": [
        "DROP INDEX ix_reuses_paper",
        "DELETE FROM portal WHERE reference <> ''",
        "CREATE TABLE former AS SELECT * FROM portal",
        "DROP TABLE portal",
        """CREATE TABLE portal (paper TEXT NOT NULL CONSTRAINT pk_portal PRIMARY KEY
        CONSTRAINT fk_portal_paper REFERENCES papers (id), state TEXT NOT NULL, wanted TEXT NOT NULL, known TEXT,
        attempts BIGINT NOT NULL, since TIMESTAMP NOT NULL, last_at TIMESTAMP, retry_at TIMESTAMP NOT NULL,
        error TEXT)""",
        """INSERT INTO portal (paper, state, wanted, known, attempts, since, last_at, retry_at, error)
        SELECT paper, state, wanted, known, attempts, since, last_at, retry_at, error FROM former""",
        "DROP TABLE former",
        "CREATE INDEX ix_portal_state ON portal (state, retry_at)",
    ],
    "0020": ["ALTER TABLE papers DROP COLUMN hidden_pages", "ALTER TABLE batches DROP COLUMN employer"],
    "0021": ["DROP TABLE unfinished_uploads"],
    "0022": [
        "DROP TABLE setbacks",
        "ALTER TABLE papers DROP COLUMN lane",
        "ALTER TABLE batches DROP COLUMN lane",
    ],
    "0023": [
        "DROP INDEX ix_access_keys_former_sha256",
        "ALTER TABLE access_keys DROP COLUMN former_sha256",
        "ALTER TABLE access_keys DROP COLUMN former_until",
    ],
    "0024": ["DROP TABLE sessions", "DROP TABLE sign_ins", "DROP TABLE accounts"],
    "0025": ["DROP TABLE claims", "DROP TABLE corrections"],
    "0026": ["DROP INDEX ix_papers_waiting"],
    "0027": ["DROP TABLE entries"],
    "0028": ["DROP INDEX ix_papers_created_at", "DROP INDEX ix_papers_stored_at"],
    "0029": ["ALTER TABLE owners DROP COLUMN codes_gone"],
    "0030": [
        f"ALTER TABLE holds DROP COLUMN {name}"
        for name in (
            "lifting_by",
            "lifting_with",
            "lifting_authority",
            "lifting_reason",
            "lifting_at",
            "lifted_with",
        )
    ],
    "0031": ["ALTER TABLE corrections DROP COLUMN account"],
    "0032": ["ALTER TABLE sessions DROP COLUMN id_token"],
    "0033": [f"ALTER TABLE papers DROP COLUMN {name}" for name in ("joined_into", "joined_by", "joined_at")],
}
"""What takes back each migration."""


def undo(session: Session, first: str) -> None:
    """Leave the database as it was before migration ``first``."""
    for revision in sorted(UNDO, reverse=True):
        if revision >= first:
            for statement in UNDO[revision]:
                session.execute(text(statement))
    session.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": f"{int(first) - 1:04d}"})


def is_portable(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is the same on both databases; that of the search index is each one's own."""
    return kind != "table" or not (name or "").startswith("page_index")


def test_the_migrations_make_the_tables_the_code_expects(catalogue: Catalogue) -> None:
    with catalogue.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_portable})
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == REVISION


def test_migrations_hold_all_they_need() -> None:
    """What a migration did must not change when the code does."""
    ours = {"api", "dossier", "ingest", "ocr", "signing", "storage"}
    for file in Path(versions.__file__).parent.glob("v*.py"):
        imported = [
            node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        names = {name.name for node in imported if isinstance(node, ast.Import) for name in node.names}
        names |= {node.module or "" for node in imported if isinstance(node, ast.ImportFrom)}
        assert not ours & {name.partition(".")[0] for name in names}, file.name


def test_what_the_index_was_filled_with_anew_is_fixed() -> None:
    pages = [
        (1, zlib.compress("Quyết định số 12/QĐ-UBND".encode() + b"\x00[]")),
        (2, zlib.compress("Đà Nẵng, Đà Nẵng".encode() + b"\x00[]")),
        (3, zlib.compress(b"\x00[]")),
    ]
    first = ["quyet", "dinh", "so", "12", "qd", "ubnd", "_quyet_dinh", "_dinh_so", "_qd_ubnd"]
    second = ["da", "nang", "_da_nang", "_nang_da"]
    assert list(v0019_beginnings.rows_of(100, ["#o7"], pages)) == [
        (101, ["#o7", *first, "#1"]),
        (102, ["#o7", *second]),
        (103, ["#o7"]),
        (100, ["#o7", *first, *second, "#0"]),
    ]
    assert v0009_standing.canonical("000.00.53.H48-261122-0001") == "H48.53-261122-0001"


def test_papers_kept_before_scans_were_split_are_read_as_they_were(catalogue: Catalogue, database_url: str) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    with writing(catalogue.engine) as session:
        undo(session, "0005")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    assert migrated.papers() == [kept]
    migrated.close()


def test_papers_stored_before_there_were_grades_get_the_lowest(catalogue: Catalogue, database_url: str) -> None:
    sealed = replace(paper(b"sealed"), sealed=stored_object(b"sealed"), signed_origin=True)
    waiting = paper(b"waiting")
    catalogue.add_batch(batch(), [sealed, waiting], actor="station-1")
    with writing(catalogue.engine) as session:
        undo(session, "0007")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    assert [one.grade for one in migrated.papers()] == [SourceGrade.SEALED_SCAN, None]
    migrated.close()


def test_papers_stored_before_renewals_get_their_first_version(catalogue: Catalogue, database_url: str) -> None:
    kept, waiting = paper(), paper(b"other")
    catalogue.add_batch(batch(), [kept, waiting], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        kept = catalogue.save(replace(kept, state=state), actor="w", action="test")
    sealed = stored_object(b"sealed")
    kept = replace(kept, state=PaperState.STORED, sealed=sealed, stored_at=NOON, protected_until=NOON)
    kept = catalogue.save(kept, actor="w", action="test")
    with writing(catalogue.engine) as session:
        undo(session, "0006")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    known = replace(kept, protected_until=None, grade=SourceGrade.SEALED_SCAN)
    assert migrated.papers() == [known, waiting]
    expected = SealedVersion(kept.id, 1, sealed.key, sealed.version, sealed.sha256)
    assert unproven(migrated, NOON + dt.timedelta(seconds=1)) == [expected]
    assert unproven(migrated, NOON) == []
    migrated.close()


def test_papers_of_a_dossier_are_found_by_the_one_form_of_its_number(catalogue: Catalogue, database_url: str) -> None:
    older, present = DossierNumber("000.00.53.H48-261122-0001"), DossierNumber("H48.53-261122-0001")
    papers = [replace(paper(str(number).encode()), dossier=number) for number in (older, present, None)]
    handed_in = replace(batch(), dossier=older)
    catalogue.add_batch(handed_in, papers, actor="station-1")
    with writing(catalogue.engine) as session:
        undo(session, "0009")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    assert [one.dossier for one in migrated.papers()] == [present, present, None]
    assert migrated.batch(handed_in.id).dossier == present
    assert not migrated.add_batch(handed_in, papers, actor="station-1"), "the same batch it was"
    migrated.close()


@pytest.mark.parametrize("reused", [False, True])
def test_what_the_portal_was_told_is_kept_and_reuses_are_followed_anew(
    catalogue: Catalogue, database_url: str, *, reused: bool
) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    for kind in ("paper.stored", REUSED if reused else "paper.verified", "paper.renewed"):
        changed = replace(catalogue.paper(kept.id), title=kind)
        catalogue.save(changed, actor="w", action="test", event=Event(kind, kept.id, NOON))
    followed = portal.touched(catalogue)
    assert followed.ends > 2
    portal.want(catalogue, followed, {portal.Subject(kept.id): "digest"})
    told = portal.entries(catalogue)
    with writing(catalogue.engine) as session:
        undo(session, "0018")
    catalogue.close()
    migrated = Catalogue.open(database_url)
    assert portal.entries(migrated) == told
    assert (told[0].paper, told[0].reference) == (kept.id, None)
    anew = portal.touched(migrated)
    assert (anew.begins, anew.ends) == (followed.ends - 2 if reused else followed.ends, followed.ends)
    migrated.close()


def test_opening_again_changes_nothing(catalogue: Catalogue, database_url: str) -> None:
    catalogue.record("a", "test", "one")
    Catalogue.open(database_url).close()
    catalogue.record("a", "test", "two")


def test_processes_may_open_a_new_database_at_once(database_url: str) -> None:
    command = [sys.executable, "-c", OPEN_AND_RECORD, database_url]
    processes = [subprocess.Popen([*command, str(i)], stderr=subprocess.PIPE, text=True) for i in range(2)]
    assert [process.communicate()[1] for process in processes] == [""] * 2
    catalogue = Catalogue.open(database_url)
    with catalogue.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 2
    catalogue.close()


def test_a_database_of_a_newer_version_is_left_alone(catalogue: Catalogue, database_url: str) -> None:
    with writing(catalogue.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable):
        Catalogue.open(database_url)


def test_a_full_disk_is_told_apart(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/small.db")
    with writing(engine) as session:
        session.execute(text("CREATE TABLE a (b BLOB)"))
        session.execute(text("PRAGMA max_page_count = 4"))
    with pytest.raises(DiskFull), writing(engine) as session:
        session.execute(text("INSERT INTO a VALUES (zeroblob(100000))"))


def test_a_disk_too_full_to_open_the_database_is_told_apart() -> None:
    refused = sqlite3.OperationalError("disk I/O error")
    refused.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE  # as SQLite 3.40 says on a full file system
    with pytest.raises(DiskFull), failures():
        raise OperationalError("PRAGMA journal_mode", {}, refused)


def test_sqlite_is_durable_and_checks_references(tmp_path: Path) -> None:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path}/new/folder/catalogue.db")
    with catalogue.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    catalogue.close()


@pytest.mark.parametrize(
    "url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "not a url", "postgresql://host:port/x"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        connect(url)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreUnavailable):
        Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")


def test_a_server_that_is_gone_is_unavailable_and_names_no_secret(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as gone:
        Catalogue.open(f"postgresql://user:hush@/postgres?host={tmp_path}")
    assert "hush" not in str(gone.value)


def test_a_folder_in_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").mkdir()
    with pytest.raises(StoreUnavailable):
        Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        Catalogue.open(f"sqlite:///{tmp_path}/file/catalogue.db")
