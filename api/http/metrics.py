"""Measurements for Prometheus, in a registry of each application's own. Labels hold codes and templates only."""

import contextlib
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.http.telling_metrics import Telling
from dossier import times
from dossier.errors import AuditChainBroken, ObjectDamaged, SohoaError, StoreUnavailable
from ingest.house import House
from ingest.proof.seals import Official
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.under_way.setbacks import count_failed
from storage.under_way.waiting import count
from storage.upkeep import inventory

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What one application counts."""

    def __init__(self, house: House) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Papers(house.catalogue))
        self._registry.register(_Fixity(house.catalogue))
        self._registry.register(_Seals(house))
        self._registry.register(_Log(house))
        self._registry.register(Telling(house))
        self._requests = Counter(
            "sohoa_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "sohoa_http_request_seconds",
            "Seconds from a request's headers to its answer's end.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request, by its route's template."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all measurements in Prometheus' text format."""
        return generate_latest(self._registry)


class _Papers(Collector):
    """Counts the papers in the catalogue when asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the measurements without taking them."""
        yield from _papers_families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Take the measurements; a state without papers, and what none waits for, counts zero."""
        by_state, waiting, failed = _papers_families()
        for state, number in self._catalogue.count_by_state().items():
            by_state.add_metric([state.value], number)
        for code, number in count(self._catalogue.engine).items():
            waiting.add_metric([code], number)
        for code, number in count_failed(self._catalogue.engine).items():
            failed.add_metric([code], number)
        yield from (by_state, waiting, failed)


class _Fixity(Collector):
    """Tells how sound the object store is, and how far the replica is behind."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def describe(self) -> Iterator[Metric]:
        """Name the measurements without taking them."""
        yield from _fixity_families()

    def collect(self) -> Iterator[Metric]:
        """Take the measurements."""
        health, counts = inventory.health(self._catalogue), inventory.counts(self._catalogue)
        now = self._catalogue.now()
        objects, age, lag, waiting, *counters = _fixity_families()
        for outcome, number in health.objects.items():
            objects.add_metric([outcome.value], number)
        for family, since in ((age, health.unchecked_since), (lag, health.waiting_since)):
            family.add_metric([], max(0.0, (now - since).total_seconds()) if since else 0.0)
        waiting.add_metric([], health.waiting)
        for family, name in zip(counters, ("bytes", "damaged", "mended"), strict=True):
            family.add_metric([], counts[f"fixity.{name}"])
        yield from (objects, age, lag, waiting, *counters)


class _Log(Collector):
    """Tells whether the audit log is as it was anchored last, and how old the first entry is that no anchor has."""

    def __init__(self, house: House) -> None:
        self._house = house

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the measurements without taking them."""
        yield from _log_families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Take the measurements; none where the object store is away."""
        broken, unanchored = _log_families()
        with contextlib.suppress(StoreUnavailable):
            try:
                since = audit.tail(self._house.catalogue, self._house.objects).since
            except (AuditChainBroken, ObjectDamaged):
                broken.add_metric([], 1)
            else:
                broken.add_metric([], 0)
                age = (self._house.catalogue.now() - since).total_seconds() if since else 0.0
                unanchored.add_metric([], max(0.0, age))
        yield from (broken, unanchored)


class _Seals(Collector):
    """Tells how long the seals' certificates last; one that cannot be opened now is left out."""

    def __init__(self, house: House) -> None:
        self._house = house

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the measurement without taking it."""
        yield _days_family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Take the measurement: of each agency the signer whose last certificate ends first, its officials among them.

        A certificate whose successor is declared already does not count.
        """
        days: dict[str, dict[str, float]] = {}
        moment = times.now()
        for seal, holder in self._house.seals.holders(moment):
            signers = days.setdefault(seal.agency.canonical.value, {})
            signer = holder.name if isinstance(holder, Official) else ""
            with contextlib.suppress(SohoaError):
                left = self._house.seals.key(holder).days_left(moment)
                signers[signer] = max(left, signers.get(signer, left))
        family = _days_family()
        for agency, signers in days.items():
            if signers:
                family.add_metric([agency], min(signers.values()))
        yield family


def _papers_families() -> tuple[GaugeMetricFamily, ...]:
    return (
        GaugeMetricFamily("sohoa_papers", "Papers in the catalogue.", labels=["state"]),
        GaugeMetricFamily("sohoa_papers_waiting", "Papers that wait for a part that is away.", labels=["code"]),
        GaugeMetricFamily("sohoa_papers_failed", "Papers that were set aside, to be looked into.", labels=["code"]),
    )


def _fixity_families() -> tuple[GaugeMetricFamily | CounterMetricFamily, ...]:
    return (
        GaugeMetricFamily(
            "sohoa_objects", "Versions in the object store by what is known of them.", labels=["outcome"]
        ),
        GaugeMetricFamily("sohoa_fixity_age_seconds", "Since the version read longest ago was read."),
        GaugeMetricFamily("sohoa_replica_lag_seconds", "Since the oldest version without a twin was kept."),
        GaugeMetricFamily("sohoa_replica_waiting", "Versions without a twin in the replica store."),
        CounterMetricFamily("sohoa_fixity_bytes", "Bytes read again."),
        CounterMetricFamily("sohoa_fixity_damaged", "Versions found damaged or gone that could not be mended then."),
        CounterMetricFamily("sohoa_fixity_mended", "Versions mended."),
    )


def _log_families() -> tuple[GaugeMetricFamily, ...]:
    return (
        GaugeMetricFamily("sohoa_audit_broken", "1: the audit log was cut off or rewritten behind its newest anchor."),
        GaugeMetricFamily("sohoa_audit_unanchored_seconds", "Since the first entry that no anchor has was made."),
    )


def _days_family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "sohoa_seal_days_left", "Days until the first of an agency's signers has no certificate.", labels=["agency"]
    )
