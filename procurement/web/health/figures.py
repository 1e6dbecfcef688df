"""Figures for Prometheus: requests counted in this process, the rest read from the database when asked for."""

from collections.abc import Iterable, Mapping

from flask import Flask, current_app
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from procurement.core import clock, heartbeats
from procurement.core.db import db
from procurement.core.heartbeats import Heartbeat
from procurement.notifications.queries.health import Events, Outbox, Standing, read_events, read_outbox

disable_created_metrics()  # type: ignore[no-untyped-call]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
OUTSIDE = "none"
"""The endpoint of an address that isn't there."""


class Figures:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "marches_requests",
            "Requests answered by this process.",
            ("endpoint", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "marches_request_seconds",
            "Seconds to answer, by page.",
            ("endpoint",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.registry.register(_Stored())

    def count(self, endpoint: str | None, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        name = endpoint or OUTSIDE
        self._requests.labels(name, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(name).observe(seconds)


class _Stored(Collector):
    """What the database knows, read at each scrape. Three statements."""

    def collect(self) -> Iterable[Metric]:
        """The outbox, the changes that wait, the ticks."""
        up = GaugeMetricFamily("marches_database_up", "Whether the database answers.")
        try:
            outbox, events, signs = read_outbox(), read_events(), heartbeats.read()
        except SQLAlchemyError:
            db.session.rollback()
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield from _figures(outbox, events, signs)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the database isn't asked before somebody does."""
        return ()


def _figures(outbox: Outbox, events: Events, signs: Mapping[str, Heartbeat]) -> Iterable[Metric]:
    now = clock.now()
    mails = GaugeMetricFamily("marches_mails", "Mails by where they stand.", labels=["state"])
    for standing, number in outbox.count.items():
        mails.add_metric([standing.value], number)
    yield mails
    yield CounterMetricFamily(
        "marches_mails_sent", "Mails that the server took.", value=outbox.count[Standing.SENT]
    )
    yield GaugeMetricFamily(
        "marches_mails_failed", "Mails that failed for good.", value=outbox.count[Standing.FAILED]
    )
    late = (now - outbox.oldest_due).total_seconds() if outbox.oldest_due else 0
    yield GaugeMetricFamily(
        "marches_oldest_due_seconds", "How late the oldest mail that should have left is.", value=late
    )
    yield GaugeMetricFamily(
        "marches_events_unhandled", "Changes that haven't been told yet.", value=events.waiting
    )
    yield GaugeMetricFamily(
        "marches_events_set_aside", "Changes from which nothing could be drawn.", value=events.set_aside
    )
    ticks = GaugeMetricFamily(
        "marches_heartbeat_age_seconds", "Since the last sign of life, by what gives it.", labels=["name"]
    )
    for name, sign in signs.items():
        ticks.add_metric([name], max((now - sign.at).total_seconds(), 0))
    yield ticks


def register(app: Flask) -> None:
    """Give `app` figures of its own."""
    app.extensions["figures"] = Figures()


def figures() -> Figures:
    """The figures of this application."""
    found: Figures = current_app.extensions["figures"]
    return found
