"""Measurements of what other systems are told: subscriptions, and the national portal."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ingest.house import House
from storage.telling import portal
from storage.telling.webhooks import WebhookState, standings


class Telling(Collector):
    """Looks when asked. Labels are the subscriptions' identifiers, never their addresses."""

    def __init__(self, house: House) -> None:
        self._house = house

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the measurements without taking them."""
        yield from (*_webhook_families(), *_portal_families())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Take the measurements."""
        yield from self._webhooks()
        if self._house.portal is not None:
            yield from self._portal()

    def _webhooks(self) -> Iterator[GaugeMetricFamily]:
        suspended, dead, waiting, behind = _webhook_families()
        catalogue = self._house.catalogue
        for standing in standings(catalogue):
            labels = [standing.webhook.id]
            suspended.add_metric(labels, standing.webhook.state is WebhookState.SUSPENDED)
            dead.add_metric(labels, standing.dead)
            waiting.add_metric(labels, standing.waiting)
            late = (catalogue.now() - standing.oldest).total_seconds() if standing.oldest else 0.0
            behind.add_metric(labels, max(late, 0.0))
        yield from (suspended, dead, waiting, behind)

    def _portal(self) -> Iterator[GaugeMetricFamily]:
        papers, oldest = _portal_families()
        catalogue = self._house.catalogue
        for state, number in portal.count(catalogue).items():
            papers.add_metric([state.value], number)
        since = portal.oldest(catalogue)
        oldest.add_metric([], max((catalogue.now() - since).total_seconds(), 0.0) if since else 0.0)
        yield from (papers, oldest)


def _portal_families() -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily(
            "sohoa_portal_papers", "Messages to the national portal: papers in dossiers.", labels=["state"]
        ),
        GaugeMetricFamily("sohoa_portal_oldest_seconds", "For how long the portal has not known what it should."),
    )


def _webhook_families() -> tuple[GaugeMetricFamily, ...]:
    told = {
        "suspended": "Whether a subscription is served no more until somebody resumes it.",
        "dead": "Deliveries that were given up.",
        "waiting": "Deliveries that failed and are tried again.",
        "behind_seconds": "Age of the oldest change that is yet to be delivered.",
    }
    return tuple(GaugeMetricFamily(f"sohoa_webhook_{name}", text, labels=["webhook"]) for name, text in told.items())
