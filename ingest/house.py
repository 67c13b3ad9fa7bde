"""The house: every part a process needs, opened once from the settings and handed to the steps.

Nothing else reads settings or decides which store, key or authority is used.
"""

import datetime as dt
import hmac
import os
import secrets
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pyhanko.sign.timestamps import TimeStamper

from dossier import times
from dossier.agencies import Agencies, load_agencies
from dossier.catalogue_files import load_paper_types
from dossier.errors import ConfigurationError
from dossier.forms import Form, load_forms
from dossier.identifiers import AgencyCode, ProcedureCode
from dossier.paper_types import PaperType
from dossier.procedures import Procedure, load_procedures
from dossier.retention import GENERAL, RetentionClass, retention_classes
from dossier.units import Units, load_units
from ingest.intake.clamav import ClamAv
from ingest.intake.gate import Gate
from ingest.limited.limits import Limits
from ingest.limited.page_work import PageWork, Readers
from ingest.limited.politeness import step_back
from ingest.proof.seals import Seals, declared_seals
from ingest.proof.verifying import Verifier
from ingest.secret_files import Secret
from ingest.settings import Environment, Settings
from ingest.telling.national_portal import NationalPortal
from ingest.telling.outward import Rules, parse_networks, trust_context
from ingest.telling.portal_http import HttpPortal
from signing.development import DevelopmentAuthority
from signing.timestamps import HttpTimeStamper, TimestampRules, first_awake
from signing.trust import TrustFolders, TrustStore
from storage.audit_log.audit import PREFIX as AUDIT_PREFIX
from storage.catalogue import Catalogue
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKeys
from storage.objects.object_store import ObjectStore
from storage.objects.routed import RoutedStore
from storage.objects.s3 import S3Store

A = TypeVar("A")
B = TypeVar("B")


QUARANTINE = "quarantine/"
"""How the keys begin of what may not be given out."""


@dataclass(frozen=True)
class House:
    """The parts. Those that cost time are opened when first used.

    Attributes:
        settings: What everything is opened from.
    """

    settings: Settings

    @cached_property
    def catalogue(self) -> Catalogue:
        """Papers, owners, batches, keys and the audit log."""
        url = self.settings.database_url.get_secret_value()
        return Catalogue.open(url or f"sqlite:///{self._folder() / 'catalogue.db'}")

    @cached_property
    def gate(self) -> Gate:
        """What lets papers in, or asks stations to come later."""
        settings = self.settings
        return Gate(self.catalogue, self._folder(), most=settings.max_under_way, free_mb=settings.min_free_mb)

    @cached_property
    def objects(self) -> ObjectStore:
        """Originals, work in progress, sealed papers."""
        settings = self.settings
        if settings.object_store == "folder":
            return FolderStore(self._folder() / "objects", keys=self.object_keys)
        store: ObjectStore = self._bucket(settings.s3_bucket)
        apart = ((AUDIT_PREFIX, settings.s3_audit_bucket), (QUARANTINE, settings.s3_quarantine_bucket))
        for prefix, bucket in apart:
            store = RoutedStore(store, prefix, self._bucket(bucket)) if bucket else store
        return store

    def _bucket(self, name: str) -> S3Store:
        settings = self.settings
        return S3Store(
            endpoint=settings.s3_endpoint,
            bucket=name,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key.get_secret_value(),
            secure=settings.s3_secure,
            region=settings.s3_region,
            link_endpoint=None if settings.s3_link_endpoint == "none" else settings.s3_link_endpoint,
            encrypted=settings.s3_encryption == "sse-s3",
        )

    @cached_property
    def object_keys(self) -> ObjectKeys:
        """The keys under which the folder store encrypts."""
        return ObjectKeys(self.settings.object_keys_file or self._folder() / "object-keys")

    @cached_property
    def replica(self) -> ObjectStore | None:
        """A second store with a copy of every object, from which what is damaged is mended; ``None`` if none is set.

        Raises:
            ConfigurationError: Its folder is not named. StoreUnavailable: It does not answer.
        """
        settings = self.settings
        if settings.replica_store == "folder":
            if settings.replica_dir is None:
                raise ConfigurationError(reason="replica_store is 'folder', and replica_dir names none")
            return FolderStore(settings.replica_dir.expanduser().resolve(), keys=self.object_keys)
        if settings.replica_store == "s3":
            return S3Store(
                endpoint=settings.replica_s3_endpoint,
                bucket=settings.replica_s3_bucket,
                access_key=settings.replica_s3_access_key,
                secret_key=settings.replica_s3_secret_key.get_secret_value(),
                secure=settings.replica_s3_secure,
                region=settings.replica_s3_region,
                encrypted=settings.s3_encryption == "sse-s3",
            )
        return None

    @cached_property
    def paper_types(self) -> Mapping[str, PaperType]:
        """The catalogue of paper types by code."""
        extra = self.settings.paper_types_dir
        return load_paper_types(*([extra] if extra else []))

    @cached_property
    def procedures(self) -> Mapping[ProcedureCode, Procedure]:
        """The catalogue of procedures by code."""
        extra = self.settings.procedures_dir
        return load_procedures(*([extra] if extra else []), paper_types=self.paper_types)

    @cached_property
    def agencies(self) -> Agencies:
        """The agencies that are named, and who took over from those that ended."""
        return load_agencies(self.settings.agencies_file)

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The catalogue of forms by code."""
        extra = self.settings.forms_dir
        return load_forms(*([extra] if extra else []))

    @cached_property
    def units(self) -> Units:
        """The administrative units, former and present."""
        extra = self.settings.units_dir
        return load_units(*([extra] if extra else []))

    @cached_property
    def readers(self) -> Readers:
        """What reads text: to ask for their names, for they read in ``page_work``."""
        return Readers(self.settings.reader, self.settings.language)

    @cached_property
    def page_work(self) -> PageWork:
        """What cleans pages, reads them and finds fields on them, each in a limited process."""
        settings = self.settings
        return PageWork(
            reader=settings.reader, language=settings.language, nice=settings.nice, processes=settings.concurrency
        )

    @cached_property
    def page_threads(self) -> ThreadPoolExecutor:
        """Threads that ask for pages to be cleaned and read: one per paper worked on at once, shared by all papers."""
        return ThreadPoolExecutor(self.settings.concurrency, "sohoa-page", step_back, (self.settings.nice,))

    def over_pages(self, function: Callable[[A], B], pages: Iterable[A]) -> Iterator[B]:
        """Yield ``function`` of each page in order, worked out on all processors; few pages are held at a time.

        Where ``pages`` is a generator it is closed at the end, also where a page has failed.
        """
        waiting: deque[Future[B]] = deque()
        try:
            for page in pages:
                waiting.append(self.page_threads.submit(function, page))
                if len(waiting) > self.settings.concurrency:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # nothing of other pages goes on, or is kept, once one has failed
            for one in waiting:
                one.cancel()
            wait(waiting)
            if isinstance(pages, Generator):
                pages.close()

    @cached_property
    def agency(self) -> AgencyCode:
        """The digitizing agency."""
        return AgencyCode.parse(self.settings.agency_code)

    @cached_property
    def limits(self) -> Limits:
        """What a received file may ask of this machine."""
        return Limits(max_bytes=self.settings.max_upload_bytes)

    @cached_property
    def virus_scanner(self) -> ClamAv | None:
        """What looks at every file before anything else does, if the settings name one.

        Raises:
            ConfigurationError: Its address is malformed.
        """
        settings = self.settings
        return ClamAv(settings.clamav_socket, settings.clamav_timeout_s) if settings.clamav_socket else None

    @cached_property
    def development(self) -> DevelopmentAuthority:
        """The TEST authority of the embedded default.

        Raises:
            ConfigurationError: The environment is ``production``.
        """
        if self.settings.environment is Environment.PRODUCTION:
            raise ConfigurationError(
                reason="production needs a seal of its own, timestamp_url and trust_dir; TEST keys are refused"
            )
        return DevelopmentAuthority.open(self._folder() / "development")

    @cached_property
    def seals(self) -> Seals:
        """The agencies' keys: in hardware modules, in PKCS#12 files, or of the development authority."""
        return Seals(declared_seals(self.settings), lambda: self.development)

    @cached_property
    def time_authorities(self) -> tuple[HttpTimeStamper, ...]:
        """The time-stamp authorities in the order in which they are asked; none: the development authority is."""
        settings = self.settings
        rules = TimestampRules(
            timeout=settings.timestamp_timeout_s,
            rest=settings.retry_s,
            policy=settings.timestamp_policy,
            tolerance=dt.timedelta(seconds=settings.timestamp_tolerance_s),
            test_allowed=settings.environment is not Environment.PRODUCTION,
        )
        return tuple(HttpTimeStamper(url, rules) for url in settings.timestamp_url.split())

    @property
    def time_stamper(self) -> TimeStamper:
        """Who stamps the next document.

        Raises:
            TimestampUnavailable: Every authority failed a moment ago.
        """
        return first_awake(self.time_authorities) if self.time_authorities else self.development_stamper

    @cached_property
    def development_stamper(self) -> TimeStamper:
        """The TEST time-stamp authority of the embedded default."""
        return self.development.time_stamper()

    @property
    def trust(self) -> TrustStore:
        """Whom signatures are traced back to, as the folders tell now: revocation lists are replaced there."""
        if self.settings.environment is Environment.DEVELOPMENT:
            self.development.renew_crl(times.now())
        return self._trust_folders.store

    @cached_property
    def _trust_folders(self) -> TrustFolders:
        folders = [self.settings.trust_dir] if self.settings.trust_dir else []
        if self.settings.environment is Environment.DEVELOPMENT:
            folders.append(self.development.trust_folder)
        return TrustFolders(*folders)

    @cached_property
    def verifier(self) -> Verifier:
        """What checks signed files from strangers, in limited processes."""
        return Verifier(lambda: self.trust, processes=self.settings.concurrency)

    @cached_property
    def owner_secret(self) -> bytes:
        """Key of the owners' pseudonyms in object keys: 32 random bytes, kept with the catalogue's data."""
        return _secret(self._folder() / "owner-secret")

    @cached_property
    def link_secret(self) -> bytes:
        """Key under which links to files are signed: 32 bytes, the same on every machine of the service."""
        return hmac.digest(self.owner_secret, b"links to files", "sha256")

    def retention_class(self, paper_type: str | None) -> RetentionClass:
        """Return how long papers of a type are kept."""
        found = self.paper_types.get(paper_type or "")
        return retention_classes()[found.retention if found else GENERAL]

    def retain_until(
        self, moment: dt.datetime, paper_type: str | None = None, *, at: dt.datetime | None = None
    ) -> dt.datetime:
        """Return until when the store locks what was kept at ``moment``.

        A paper that is kept permanently is locked for ``retention_years`` at a time: half that time before the end, its
        next lock is asked for here.

        Args:
            moment: When a paper was confirmed, or anything else was made.
            paper_type: Of a paper; without it, what belongs to no paper alone is locked for ``retention_years``.
            at: The present moment.
        """
        years = self.settings.retention_years
        if not years:
            return moment.replace(microsecond=0)
        permanent = paper_type is not None and self.retention_class(paper_type).years is None
        if paper_type is not None and not permanent:
            years = self.retention_class(paper_type).years or years
        lock = dt.timedelta(days=round(365.2425 * years))
        until = moment.replace(microsecond=0) + lock
        while permanent and until < (at or times.now()) + lock / 2:
            until += lock
        return until

    @cached_property
    def webhook_rules(self) -> Rules:
        """Where webhooks may lead."""
        settings = self.settings
        return Rules(
            networks=parse_networks(settings.webhook_networks),
            seconds=settings.webhook_timeout_s,
            context=trust_context(settings.webhook_ca_file),
        )

    @cached_property
    def portal(self) -> NationalPortal | None:
        """The national portal, if it is to be told.

        Raises:
            ConfigurationError: Its address cannot be asked, or the one of files is not set.
        """
        settings = self.settings
        if not settings.portal_url:
            return None
        if not settings.portal_files_url:
            raise ConfigurationError(reason="portal_files_url must say where the portal gets files from")
        token = Secret(file=settings.portal_token_file, setting=settings.portal_token)
        plain = settings.environment is Environment.DEVELOPMENT
        rules = Rules(
            networks=None,
            plain=plain,
            seconds=settings.portal_timeout_s,
            most_bytes=64 * 1024,
            context=trust_context(None),
        )
        return HttpPortal(settings.portal_url, token.read, rules)

    def close(self) -> None:
        """Close what was opened."""
        if "page_threads" in self.__dict__:
            self.page_threads.shutdown()
        if "verifier" in self.__dict__:
            self.verifier.close()
        if "objects" in self.__dict__:
            self.objects.close()
        if self.__dict__.get("replica") is not None:
            self.__dict__["replica"].close()
        if "catalogue" in self.__dict__:
            self.catalogue.close()

    def _folder(self) -> Path:
        root = self.settings.root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return root


def _secret(path: Path) -> bytes:
    """Return the secret kept at ``path``, made on first use; two processes starting at once agree on one."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_bytes()
