"""The object store on any S3 server with versioning and Object Lock; the one module that knows the ``minio`` SDK.

SHA-256 and media type travel as user metadata; the hash is checked on every read. (SeaweedFS 4.48 forgets the Content-
Type of a version whose lock is extended.) Locks are Object Lock in COMPLIANCE mode: no key of the server, its
administrator's included, can shorten or lift them. Nothing is ever hidden by a delete marker: versions are deleted for
good or not at all.

Known servers: SeaweedFS passes the contract tests of this project. Ceph RGW writes lock dates with nanoseconds, which
the SDK's own parser refuses, so they are read from the headers here. Two writers that put the same new bytes at the
same moment may make two versions of them; ``if_absent`` is decided by the server (``If-None-Match``) and has no such
race.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.helpers import genheaders
from minio.retention import Retention
from minio.sse import SseS3

from dossier import times
from dossier.errors import (
    AlreadyExists,
    ConfigurationError,
    DiskFull,
    NotFound,
    ObjectDamaged,
    ObjectHeld,
    RetentionLocked,
    StoreUnavailable,
)
from dossier.papers import StoredObject
from storage.objects.object_store import (
    Kept,
    Listed,
    checked_key,
    checked_life,
    checked_prefix,
    checked_range,
    checked_some,
    whole_second,
)

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 60
CONNECTIONS = 16
"""Kept open for threads that use the store at once."""
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "InvalidVersionId"})
_PRESENT = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"})
"""Ceph RGW's quota, and what servers answer that have no room."""
_REASONS = {
    "InternalError": "InternalError; is it full, or without its key for SSE-S3?",
    "RequestTimeTooSkewed": "RequestTimeTooSkewed; the clocks of server and machine differ: keep NTP",
}
"""What more can be said of a code. Of the first SeaweedFS says no more in both cases; its log does."""
_LOCK_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_RETRIES = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], raise_on_status=False)


class S3Store:
    """An ``ObjectStore`` in one bucket, which is made with Object Lock if it does not exist.

    Args:
        endpoint: ``host:port``, without scheme.
        bucket: Its name.
        access_key: Of an identity that may read, write, list and set retention in the bucket.
        secret_key: Belongs to ``access_key``.
        secure: TLS; leave it on except on loopback.
        region: As the server calls it.
        link_endpoint: ``host:port`` under which others reach the server, for ``presign``; ``endpoint`` if empty;
            ``None``: they do not.
        encrypted: Have the server encrypt what it keeps (SSE-S3), and refuse one that does not say that it did.
        clock: Tells the present moment, for the ends of locks.

    Raises:
        StoreUnavailable: The server does not answer, refuses the keys, or the bucket lacks versioning or Object Lock.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        *,
        access_key: str,
        secret_key: str,
        secure: bool = True,
        region: str = "us-east-1",
        link_endpoint: str | None = "",
        encrypted: bool = True,
        clock: Callable[[], dt.datetime] = times.now,
    ) -> None:
        self._bucket = bucket
        self._sse = SseS3() if encrypted else None
        self._clock = clock
        self._http = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            retries=_RETRIES,
        )
        self._client = Minio(
            endpoint, access_key, secret_key, secure=secure, region=region, http_client=self._http, cert_check=True
        )
        self._linking = (
            None
            if link_endpoint is None
            else Minio(link_endpoint or endpoint, access_key, secret_key, secure=secure, region=region)
        )
        with _server():
            if not self._client.bucket_exists(bucket):
                self._make_bucket()
        self.check()

    def put(
        self,
        key: str,
        data: bytes,
        *,
        media_type: str,
        retain_until: dt.datetime | None = None,
        if_absent: bool = False,
    ) -> StoredObject:
        """See ``ObjectStore.put``."""
        checked_key(key)
        until, sha256 = self._lasting(retain_until), hashlib.sha256(data).hexdigest()
        headers = self._headers(sha256, media_type, until)
        # Nearly every key is new: the server is asked for it only where it says that it is not. SeaweedFS says so, too,
        # of a key that others begin with.
        version = self._upload(key, data, {**headers, "If-None-Match": "*"})
        if version:
            return StoredObject(key, version, sha256, len(data), media_type)
        latest = self._latest(key)
        if not if_absent and (latest is None or latest.sha256 != sha256):
            return self._add(key, data, media_type, retain_until)
        if latest is None:
            raise StoreUnavailable(part="S3", reason="another writer changed the object meanwhile")
        if latest.sha256 != sha256:
            raise AlreadyExists(kind="object", id=key)
        present = self.retention(key, latest.version)
        if until and (present is None or until > present):
            self.retain(key, latest.version, until)
        return latest

    def get(self, key: str, version: str | None = None) -> bytes:
        """See ``ObjectStore.get``."""
        data, headers = self._read(key, version)
        if hashlib.sha256(data).hexdigest() != headers.get("x-amz-meta-sha256"):
            raise ObjectDamaged(key=key)
        return data

    def get_range(self, key: str, start: int, end: int, version: str | None = None) -> bytes:
        """See ``ObjectStore.get_range``."""
        checked_range(start, end)
        if start == end:
            self.head(key, version)
            return b""
        try:
            data, headers = self._read(key, version, offset=start, length=end - start)
        except _BeyondEndError:
            return b""
        size = headers.get("Content-Range", "").rpartition("/")[2]
        if not size.isdecimal() or len(data) != min(end, int(size)) - start:
            raise ObjectDamaged(key=key)
        return data

    def head(self, key: str, version: str | None = None) -> StoredObject:
        """See ``ObjectStore.head``."""
        return self._stat(key, version).stored

    def kept(self, key: str, version: str | None = None) -> Kept:
        """See ``ObjectStore.kept``."""
        return self._stat(key, version)

    def versions(self, key: str) -> list[StoredObject]:
        """See ``ObjectStore.versions``."""
        return [self.head(key, version) for version, deleted in self._listed(checked_key(key)) if not deleted]

    def delete(self, key: str, version: str | None = None) -> None:
        """See ``ObjectStore.delete``."""
        doomed = [found for found in self._listed(checked_key(key)) if version in (None, found[0])]
        if all(deleted for _, deleted in doomed):
            raise NotFound(kind="object", id=key)
        for name, deleted in doomed:
            if not deleted:
                self._require_free(self._stat(key, name))
        for name, _ in doomed:
            with _server(key):
                self._client.remove_object(self._bucket, key, version_id=name)

    def clear(self, prefix: str) -> None:
        """See ``ObjectStore.clear``: a call for a thousand versions, of which the server itself refuses locked ones."""
        with _server():
            found = self._beginning(checked_some(prefix), versions=True)
            doomed = [DeleteObject(str(one.object_name), one.version_id) for one in found]
            refused = list(self._client.remove_objects(self._bucket, doomed))
        for one in refused:
            with suppress(NotFound):
                self._require_free(self._stat(str(one.name), one.version_id))
                raise StoreUnavailable(part="S3", reason=one.code)

    def retain(self, key: str, version: str, until: dt.datetime) -> None:
        """See ``ObjectStore.retain``; the server too refuses to shorten a lock."""
        wanted = whole_second(until)
        present = self.retention(key, version)
        if present and wanted < present:
            raise RetentionLocked(until=times.iso_local(present))
        if self._lasting(until) is None:
            return
        with _server(key):
            self._client.set_object_retention(self._bucket, key, Retention(COMPLIANCE, wanted), version_id=version)

    def retention(self, key: str, version: str | None = None) -> dt.datetime | None:
        """See ``ObjectStore.retention``."""
        return self._stat(key, version).locked_until

    def hold(self, key: str, version: str, *, on: bool) -> None:
        """See ``ObjectStore.hold``."""
        self.head(key, version)
        change = self._client.enable_object_legal_hold if on else self._client.disable_object_legal_hold
        with _server(key):
            change(self._bucket, key, version_id=version)

    def held(self, key: str, version: str | None = None) -> bool:
        """See ``ObjectStore.held``."""
        return self._stat(key, version).held

    def presign(self, key: str, version: str, *, seconds: int, file_name: str) -> str | None:
        """See ``ObjectStore.presign``; the server checks the URL's signature (AWS Signature Version 4) and its age."""
        life = dt.timedelta(seconds=checked_life(seconds))
        shown: dict[str, str | list[str] | tuple[str]] = {
            "response-content-disposition": f'attachment; filename="{file_name}"'
        }
        checked_key(key)
        if self._linking is None:
            return None
        return self._linking.presigned_get_object(
            self._bucket, key, expires=life, version_id=version, response_headers=shown
        )

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See ``ObjectStore.keys``."""
        with _server():
            for found in self._beginning(checked_prefix(prefix)):
                yield str(found.object_name)

    def walk(self, prefix: str = "") -> Iterator[Listed]:
        """See ``ObjectStore.walk``."""
        wanted = checked_prefix(prefix)
        with _server():
            for found in self._beginning(wanted, versions=True):
                if not found.is_delete_marker and found.last_modified:
                    yield Listed(str(found.object_name), str(found.version_id), found.last_modified)

    def _beginning(self, prefix: str, *, versions: bool = False) -> Iterator[Object]:
        """Yield what is listed under a prefix, but for keys that do not begin with it.

        SeaweedFS keeps the versions of ``a`` in a folder ``a.versions``, and lists them under the prefix ``a.`` too.
        """
        for found in self._client.list_objects(self._bucket, prefix=prefix, recursive=True, include_version=versions):
            if str(found.object_name).startswith(prefix):
                yield found

    def mend(
        self, key: str, version: str, data: bytes, *, media_type: str, retain_until: dt.datetime | None = None
    ) -> StoredObject:
        """See ``ObjectStore.mend``: the damaged version stays behind, for it may be locked."""
        checked_key(key)
        newest = next((found for found, deleted in self._listed(key) if not deleted), version)
        mended = self._add(key, data, media_type, retain_until)
        with suppress(NotFound, ObjectDamaged):
            if self.held(key, version):
                self.hold(key, mended.version, on=True)
        if newest != version:
            with suppress(ObjectDamaged):  # it will be mended itself
                top = self._stat(key, newest)
                if top.stored.sha256 != mended.sha256:
                    self._add(key, self.get(key, newest), top.stored.media_type, top.locked_until)
        return mended

    def check(self) -> None:
        """See ``ObjectStore.check``: the bucket answers, keeps versions and can lock them."""
        with _server():
            if self._client.get_bucket_versioning(self._bucket).status != "Enabled":
                raise StoreUnavailable(part="S3", reason="the bucket does not keep versions")
            self._client.get_object_lock_config(self._bucket)

    def close(self) -> None:
        """See ``ObjectStore.close``."""
        self._http.clear()

    def _require_free(self, found: Kept) -> None:
        if found.held:
            raise ObjectHeld
        if found.locked_until and found.locked_until > self._clock():
            raise RetentionLocked(until=times.iso_local(found.locked_until))

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self._bucket, object_lock=True)
        except S3Error as error:
            # Another process made it in the same moment.
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    def _add(self, key: str, data: bytes, media_type: str, retain_until: dt.datetime | None) -> StoredObject:
        """Keep ``data`` as a further version, whatever is there."""
        sha256 = hashlib.sha256(data).hexdigest()
        version = self._upload(key, data, self._headers(sha256, media_type, self._lasting(retain_until)))
        return StoredObject(key, str(version), sha256, len(data), media_type)

    def _lasting(self, until: dt.datetime | None) -> dt.datetime | None:
        """Return until when a version is to be locked, in whole seconds; a server refuses a lock that has ended."""
        wanted = whole_second(until) if until else None
        return wanted if wanted and wanted > self._clock() else None

    def _headers(
        self, sha256: str, media_type: str, until: dt.datetime | None
    ) -> dict[str, str | list[str] | tuple[str]]:
        retention = Retention(COMPLIANCE, until) if until else None
        facts: dict[str, str | list[str] | tuple[str]] = {"sha256": sha256, "media-type": media_type}
        headers = genheaders(facts, self._sse, None, retention, legal_hold=False)
        headers["Content-Type"] = media_type
        return headers

    def _upload(self, key: str, data: bytes, headers: dict[str, str | list[str] | tuple[str]]) -> str | None:
        """Return the new version, or ``None`` if ``headers`` forbid a second one and there is one."""
        try:
            with _server(key):
                # The public put_object would send If-None-Match as user metadata.
                result = self._client._put_object(self._bucket, key, data, headers)  # noqa: SLF001
        except _KeyPresentError:
            return None
        if not result.version_id:
            raise StoreUnavailable(part="S3", reason="the bucket does not keep versions")
        if self._sse and "x-amz-server-side-encryption" not in result.http_headers:
            raise ConfigurationError(
                reason="the S3 server does not encrypt (SSE-S3) although s3_encryption asks for it"
            )
        return str(result.version_id)

    def _read(
        self, key: str, version: str | None, *, offset: int = 0, length: int = 0
    ) -> tuple[bytes, Mapping[str, str]]:
        """Return bytes of a version, all of them if ``length`` is 0, and the headers they came with."""
        with _server(checked_key(key)):
            response = self._client.get_object(self._bucket, key, offset=offset, length=length, version_id=version)
            try:
                return bytes(response.data), response.headers
            finally:
                response.close()
                response.release_conn()

    def _latest(self, key: str) -> StoredObject | None:
        try:
            return self.head(key)
        except NotFound:
            return None

    def _stat(self, key: str, version: str | None) -> Kept:
        with _server(checked_key(key)):
            found = self._client.stat_object(self._bucket, key, version_id=version)
        headers: Mapping[str, str] = found.metadata or {}
        sha256, media_type = headers.get("x-amz-meta-sha256"), headers.get("x-amz-meta-media-type")
        if sha256 is None or media_type is None:
            raise ObjectDamaged(key=key)
        stored = StoredObject(key, str(found.version_id), sha256, int(found.size or 0), media_type)
        until = headers.get("x-amz-object-lock-retain-until-date")
        held = headers.get("x-amz-object-lock-legal-hold") == "ON"
        return Kept(stored, parse_lock_date(until) if until else None, held)

    def _listed(self, key: str) -> list[tuple[str, bool]]:
        """Return the versions of ``key``, newest first, each with whether it is a delete marker."""
        versions = []
        with _server(key):
            for found in self._beginning(key, versions=True):
                if found.object_name == key:
                    versions.append((str(found.version_id), bool(found.is_delete_marker)))
                elif not found.is_delete_marker:
                    # Keys are listed in order, those that only begin with this one last; markers come out of turn.
                    break
        return versions


def parse_lock_date(text: str) -> dt.datetime:
    """Return the end of a lock as servers write it (RFC 3339), rounded up to a second.

    A fraction may have any number of digits: Ceph RGW writes nanoseconds, where ``datetime`` reads six digits at most.

    Raises:
        StoreUnavailable: It is no date with a zone.
    """
    unreadable = StoreUnavailable(part="S3", reason="the server gave an unreadable lock date")
    found = _LOCK_DATE.fullmatch(text)
    if found is None:
        raise unreadable
    try:
        whole = dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{found[4].upper()}").astimezone(dt.UTC)
        return whole + dt.timedelta(seconds=1) if (found[3] or "").strip("0") else whole
    except (ValueError, OverflowError):
        raise unreadable from None


class _KeyPresentError(Exception):
    """The server refused a put because the key exists."""


class _BeyondEndError(Exception):
    """The server refused a range that begins behind the end."""


@contextmanager
def _server(key: str = "") -> Iterator[None]:
    """Turn failures of the server and of the way to it into ours."""
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise NotFound(kind="object", id=key) from None
        if error.code in _PRESENT:
            raise _KeyPresentError from None
        if error.code == "InvalidRange":
            raise _BeyondEndError from None
        if error.code in _FULL:
            raise DiskFull from error
        raise StoreUnavailable(part="S3", reason=_REASONS.get(str(error.code), str(error.code))) from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise StoreUnavailable(part="S3", reason=type(error).__name__) from error
