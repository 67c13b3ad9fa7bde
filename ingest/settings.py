"""Settings: environment variables with the prefix ``SOHOA_`` first, then ``sohoa.toml`` in the working folder.

Every setting has a default with which the service runs on one machine, embedded, bound to loopback.
"""

import datetime as dt
import os
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dossier.errors import ConfigurationError
from signing.seal import Level


class Environment(StrEnum):
    """Whether TEST keys may seal."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Everything that can be set.

    Attributes:
        environment: ``production`` refuses every key marked TEST.
        data_dir: Folder of the embedded default: catalogue, objects, development keys.
        database_url: Catalogue and work queue; empty means SQLite files in ``data_dir``; else ``postgresql://…``.
        object_store: ``folder`` (in ``data_dir``) or ``s3``.
        object_keys_file: Keys under which the folder store encrypts; empty means ``object-keys`` in ``data_dir``.
        s3_endpoint, s3_bucket, s3_access_key, s3_secret_key, s3_secure, s3_region: Of the S3 store.
            s3_audit_bucket: Of what proves the audit log; empty means in ``s3_bucket``. s3_quarantine_bucket:
            Likewise, of what may not be given out. s3_encryption: ``sse-s3``, the
            server encrypts what it keeps, or ``none``. s3_link_endpoint: Where other systems reach it, if not at
            ``s3_endpoint``; ``none``: nowhere, files are given out by this service alone.
        replica_store: A second store with a copy of every object: ``folder`` or ``s3``; empty means none.
        replica_dir: Its folder, on another disk. replica_s3_endpoint, replica_s3_bucket, replica_s3_access_key,
            replica_s3_secret_key, replica_s3_secure, replica_s3_region: Or where it is.
        fixity_days: Days within which every object is read again and held against its SHA-256.
        fixity_mb_s: Megabytes (10⁶ bytes) a process reads for that in a second at most.
        agency_code, agency_name: The digitizing agency, for the catalogue and the stamp.
        seal_pkcs12: File with the agency's key. seal_pkcs11_module, seal_pkcs11_token, seal_pkcs11_label: Or where a
            hardware module holds it. seal_passphrase: Of the file, or the module's PIN; or seal_passphrase_file, which
            holds it. Empty: the development seal.
        seals_file: Instead of these, the seals of several agencies (`ingest.proof.seals`).
        seal_level: How long seals can be proven: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``.
        timestamp_url: RFC 3161 authorities in the order in which they are asked, parted by spaces; empty means the
            development authority. timestamp_policy: Identifier of the policy to stamp under; any if empty.
            timestamp_timeout_s: Seconds for an answer. timestamp_tolerance_s: Seconds between a stated time and ours.
        trust_dir: Folder of trust anchors; the development anchor is trusted besides in development.
        paper_types_dir: Folder of additional paper types. units_dir: Folder of additional administrative units.
        procedures_dir: Folder of additional procedures. agencies_file: Names and successors of agencies.
        forms_dir: Folder of additional forms.
        intake_twins: What happens to a file whose paper the store seems to have already: ``warn`` tells the sender,
            ``refuse`` refuses it until the sender gives a reason.
        reader: What reads lines: ``sohoa``, the trained reader of ours, or ``tesseract``. language: Tesseract's model.
        host, port: Where ``sohoa serve`` listens.
        workers: Papers worked on at once by one process; 0 means one per processor.
        nice: How far the work on papers steps back behind the answering of requests, 0 to 19.
        heartbeat_s: Seconds between a worker's signs of life. dead_after_s: Silence after which its work is taken over.
        max_losses: So many workers may end in one step of a paper, one after the other; then it is left alone.
        drain_s: Seconds that a process which is to end waits for the steps under way.
        retry_s: Seconds until a paper that waits for a part is tried again; each time twice as long, up to 64 times.
        retention_years: How long evidence is locked in the store, and at a time papers that are kept permanently; 0:
            nothing is locked, papers of a class of years neither (for trials alone).
        audit_anchor_minutes: Entries of the audit log are anchored in the object store when they are so old.
        max_upload_bytes: Largest file accepted.
        station_unfinished_bytes: What one station may have begun to upload in pieces and not finished, altogether.
        max_under_way: So many papers may be received or confirmed before stations are asked to come later; 0: any.
        min_free_mb: Megabytes (10⁶ bytes) that must be free on the disk of ``data_dir`` for more to be taken in.
        session_idle_minutes: After so long without use a person at a desk is signed out. session_hours: And after so
            long in any case.
        second_person: Whoever corrected a critical field of a paper, its type or owner, cannot confirm it.
        webhook_networks: Networks besides the public Internet to which webhooks may lead, parted by spaces.
            webhook_ca_file: Certificates of further authorities that webhooks' receivers may have theirs from.
            webhook_timeout_s: Seconds for one delivery.
        portal_url: Where the national portal is told of papers; empty: it is not told.
            portal_token: The credentials; or portal_token_file, which holds them. portal_timeout_s: Seconds for one
            message. portal_files_url: Where the portal reaches this service to get files.
        rate_per_key: Requests that one key may send in a second, on average, to one process; 0: as many as it likes.
            refusals_per_minute: Refusals for want of a key that one address gets in full.
        clamav_socket: Where the virus scanner listens: the path of its socket, or ``host:port``; empty: none looks.
            clamav_timeout_s: Seconds for one file.
        oidc_issuer: Whose access tokens are taken (OpenID Connect); empty: none are. oidc_audience: For whom they must
            be made out. oidc_roles_claim: Where a token says its bearer's roles; dots lead into objects.
            oidc_roles: Pairs ``theirs=ours``, parted by spaces, where the issuer's names of roles are not ours.
            oidc_leeway_s: Seconds by which clocks may differ. oidc_keys_s: Seconds for which its keys are remembered.
            oidc_ca_file: Certificates of further authorities that the issuer may have its own from.
            oidc_client_id: Under which people may sign in at the desks with the issuer's accounts; empty: they may
            not. oidc_client_secret: Of that client; or oidc_client_secret_file, which holds it. Empty: it has none.
    """

    model_config = SettingsConfigDict(
        env_prefix="SOHOA_", toml_file="sohoa.toml", extra="forbid", frozen=True, env_ignore_empty=True
    )

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("~/.local/share/sohoa")
    database_url: SecretStr = SecretStr("")
    object_store: str = Field(default="folder", pattern="^(folder|s3)$")
    object_keys_file: Path | None = None
    s3_endpoint: str = "127.0.0.1:8333"
    s3_bucket: str = "sohoa"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_secure: bool = True
    s3_region: str = "us-east-1"
    s3_audit_bucket: str = ""
    s3_quarantine_bucket: str = ""
    s3_link_endpoint: str = ""
    s3_encryption: str = Field(default="sse-s3", pattern="^(sse-s3|none)$")
    replica_store: str = Field(default="", pattern="^(folder|s3)?$")
    replica_dir: Path | None = None
    replica_s3_endpoint: str = ""
    replica_s3_bucket: str = "sohoa-replica"
    replica_s3_access_key: str = ""
    replica_s3_secret_key: SecretStr = SecretStr("")
    replica_s3_secure: bool = True
    replica_s3_region: str = "us-east-1"
    fixity_days: float = Field(default=30.0, gt=0, le=366)
    fixity_mb_s: float = Field(default=20.0, gt=0)
    agency_code: str = "H41.99"
    agency_name: str = "Trung tâm Phục vụ hành chính công (THỬ NGHIỆM)"
    seal_pkcs12: Path | None = None
    seal_pkcs11_module: Path | None = None
    seal_pkcs11_token: str = ""
    seal_pkcs11_label: str = ""
    seal_passphrase: SecretStr = SecretStr("")
    seal_passphrase_file: Path | None = None
    seals_file: Path | None = None
    seal_level: Level = Level.B_LTA
    timestamp_url: str = ""
    timestamp_policy: str = Field(default="", pattern=r"^([0-2](\.(0|[1-9][0-9]*))+)?$")
    timestamp_timeout_s: float = Field(default=10.0, gt=0, le=120)
    timestamp_tolerance_s: float = Field(default=60.0, gt=0, le=3600)
    trust_dir: Path | None = None
    paper_types_dir: Path | None = None
    units_dir: Path | None = None
    procedures_dir: Path | None = None
    agencies_file: Path | None = None
    forms_dir: Path | None = None
    intake_twins: str = Field(default="warn", pattern="^(warn|refuse)$")
    reader: str = Field(default="sohoa", pattern="^(sohoa|tesseract)$")
    language: str = "vie"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    workers: int = Field(default=0, ge=0, le=256)
    nice: int = Field(default=5, ge=0, le=19)
    heartbeat_s: float = Field(default=2.0, gt=0)
    dead_after_s: float = Field(default=15.0, gt=0)
    max_losses: int = Field(default=3, ge=2, le=100)
    drain_s: float = Field(default=20.0, ge=0, le=3600)
    retry_s: float = Field(default=5.0, gt=0)
    retention_years: int = Field(default=20, ge=0)
    audit_anchor_minutes: float = Field(default=5.0, gt=0, le=24 * 60)
    max_upload_bytes: int = Field(default=200 * 1024 * 1024, gt=0)
    station_unfinished_bytes: int = Field(default=2 * 1024**3, gt=0)
    max_under_way: int = Field(default=20_000, ge=0)
    min_free_mb: int = Field(default=1000, ge=0)
    session_idle_minutes: float = Field(default=30.0, gt=0, le=24 * 60)
    session_hours: float = Field(default=10.0, gt=0, le=24)
    second_person: bool = False
    webhook_networks: str = ""
    webhook_ca_file: Path | None = None
    webhook_timeout_s: float = Field(default=10.0, gt=0, le=60)
    portal_url: str = ""
    portal_token: SecretStr = SecretStr("")
    portal_token_file: Path | None = None
    portal_timeout_s: float = Field(default=30.0, gt=0, le=240)
    rate_per_key: float = Field(default=200.0, ge=0)
    refusals_per_minute: float = Field(default=60.0, ge=0)
    clamav_socket: str = ""
    clamav_timeout_s: float = Field(default=120.0, gt=0, le=600)
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_roles_claim: str = Field(default="roles", pattern=r"^[A-Za-z0-9_:/-]+(\.[A-Za-z0-9_:/-]+)*$")
    oidc_roles: str = Field(default="", pattern=r"^([^\s=]+=[a-z]+( +[^\s=]+=[a-z]+)*)?$")
    oidc_leeway_s: float = Field(default=30.0, ge=0, le=300)
    oidc_keys_s: float = Field(default=3600.0, gt=0, le=86400)
    oidc_ca_file: Path | None = None
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    portal_files_url: str = Field(default="", pattern=r"^(https?://[^\s?#@]+)?$")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def load(cls) -> Self:
        """Return the settings of this process.

        Raises:
            ConfigurationError: A setting is unknown or out of its range.
        """
        try:
            return cls()
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
            raise ConfigurationError(reason=wrong) from None

    @property
    def root(self) -> Path:
        """``data_dir`` with ``~`` expanded, absolute."""
        return self.data_dir.expanduser().resolve()

    @property
    def session_idle(self) -> dt.timedelta:
        """After which a person at a desk who does nothing is signed out."""
        return dt.timedelta(minutes=self.session_idle_minutes)

    @property
    def session_longest(self) -> dt.timedelta:
        """After which a person at a desk is signed out in any case."""
        return dt.timedelta(hours=self.session_hours)

    @property
    def concurrency(self) -> int:
        """Papers worked on at once."""
        return self.workers or os.cpu_count() or 1
