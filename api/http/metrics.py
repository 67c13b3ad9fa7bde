"""Measurements for Prometheus, in a registry of each application's own. Labels hold codes and templates only."""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from storage.catalogue import Catalogue

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What one application counts."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_PapersByState(catalogue))
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


class _PapersByState(Collector):
    """Counts the papers in the catalogue when asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the measurement without taking it."""
        yield _papers_family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Take the measurement; a state without papers counts zero."""
        family = _papers_family()
        for state, count in self._catalogue.count_by_state().items():
            family.add_metric([state.value], count)
        yield family


def _papers_family() -> GaugeMetricFamily:
    return GaugeMetricFamily("sohoa_papers", "Papers in the catalogue.", labels=["state"])
