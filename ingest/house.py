"""The house: every part a process needs, opened once from the settings and handed to the steps.

Nothing else reads settings or decides which store, key or authority is used.
"""

import datetime as dt
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from pyhanko.sign.timestamps import TimeStamper

from dossier.catalogue_files import load_paper_types
from dossier.errors import ConfigurationError
from dossier.identifiers import AgencyCode
from dossier.paper_types import PaperType
from dossier.units import Units, load_units
from ingest.limits import Limits
from ingest.settings import Environment, Settings
from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.orientation import OrientationDetector, orientation
from ocr.tesseract import TesseractEngine
from signing.development import DevelopmentAuthority
from signing.keys import SealKey, load_pkcs12, open_pkcs11
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from storage.catalogue import Catalogue
from storage.folder import FolderStore
from storage.objects import ObjectStore
from storage.s3 import S3Store

A = TypeVar("A")
B = TypeVar("B")


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
    def objects(self) -> ObjectStore:
        """Originals, work in progress, sealed papers."""
        settings = self.settings
        if settings.object_store == "folder":
            return FolderStore(self._folder() / "objects")
        return S3Store(
            endpoint=settings.s3_endpoint,
            bucket=settings.s3_bucket,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key.get_secret_value(),
            secure=settings.s3_secure,
            region=settings.s3_region,
        )

    @cached_property
    def paper_types(self) -> Mapping[str, PaperType]:
        """The catalogue of paper types by code."""
        extra = self.settings.paper_types_dir
        return load_paper_types(*([extra] if extra else []))

    @cached_property
    def units(self) -> Units:
        """The administrative units, former and present."""
        extra = self.settings.units_dir
        return load_units(*([extra] if extra else []))

    @cached_property
    def engine(self) -> LineReader:
        """What reads text."""
        return self.tesseract if self.settings.reader == "tesseract" else CtcReader()

    @cached_property
    def second(self) -> LineReader:
        """What is asked where ``engine`` is in doubt: the other reader."""
        return CtcReader() if self.settings.reader == "tesseract" else self.tesseract

    @cached_property
    def tesseract(self) -> TesseractEngine:
        """Tesseract: reads what is in doubt, or all where the settings say so."""
        return TesseractEngine(language=self.settings.language)

    @cached_property
    def orientation(self) -> OrientationDetector:
        """Tells which way up a page lies, where its lines do not: by reading some."""
        return partial(orientation, engine=self.engine)

    @cached_property
    def page_threads(self) -> ThreadPoolExecutor:
        """Threads on which pages are cleaned and read: one per paper worked on at once, shared by all papers.

        The work is done in child processes and in OpenCV, which both leave the interpreter free.
        """
        return ThreadPoolExecutor(self.settings.concurrency, thread_name_prefix="sohoa-page")

    def over_pages(self, function: Callable[[A], B], pages: Iterable[A]) -> Iterator[B]:
        """Yield ``function`` of each page in order, worked out on all processors; few pages are held at a time."""
        waiting: deque[Future[B]] = deque()
        for page in pages:
            waiting.append(self.page_threads.submit(function, page))
            if len(waiting) > self.settings.concurrency:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    @cached_property
    def agency(self) -> AgencyCode:
        """The digitizing agency."""
        return AgencyCode.parse(self.settings.agency_code)

    @cached_property
    def limits(self) -> Limits:
        """What a received file may ask of this machine."""
        return Limits(max_bytes=self.settings.max_upload_bytes)

    @cached_property
    def development(self) -> DevelopmentAuthority:
        """The TEST authority of the embedded default.

        Raises:
            ConfigurationError: The environment is ``production``.
        """
        if self.settings.environment is Environment.PRODUCTION:
            raise ConfigurationError(
                reason="production needs seal_pkcs12, timestamp_url and trust_dir; TEST keys are refused"
            )
        return DevelopmentAuthority.open(self._folder() / "development")

    @cached_property
    def seal_key(self) -> SealKey:
        """The agency's key, loaded: from a hardware module, a PKCS#12 file, or the development authority."""
        settings = self.settings
        secret = settings.seal_passphrase.get_secret_value()
        if settings.seal_pkcs11_module:
            return open_pkcs11(
                settings.seal_pkcs11_module, settings.seal_pkcs11_token, settings.seal_pkcs11_label, secret
            )
        if settings.seal_pkcs12:
            return load_pkcs12(settings.seal_pkcs12, secret or None)
        return self.development.seal_key(settings.agency_name)

    @cached_property
    def time_stamper(self) -> TimeStamper:
        """The time-stamp authority."""
        url = self.settings.timestamp_url
        return rfc3161(url) if url else self.development.time_stamper()

    @cached_property
    def trust(self) -> TrustStore:
        """Whom signatures are traced back to."""
        folders = [self.settings.trust_dir] if self.settings.trust_dir else []
        if self.settings.environment is Environment.DEVELOPMENT:
            folders.append(self.development.trust_folder)
        return TrustStore.load(*folders)

    @cached_property
    def owner_secret(self) -> bytes:
        """Key of the owners' pseudonyms in object keys: 32 random bytes, kept with the catalogue's data."""
        return _secret(self._folder() / "owner-secret")

    def retain_until(self, moment: dt.datetime) -> dt.datetime:
        """Return the end of the retention of a paper stored at ``moment``."""
        return moment.replace(microsecond=0) + dt.timedelta(days=round(365.2425 * self.settings.retention_years))

    def close(self) -> None:
        """Close what was opened."""
        if "page_threads" in self.__dict__:
            self.page_threads.shutdown()
        if "objects" in self.__dict__:
            self.objects.close()
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
