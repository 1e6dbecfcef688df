"""The page of health: is all well, and if not, what is wrong and what to do."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from procurement.core import clock
from procurement.core.heartbeats import JOB, WORKER
from procurement.core.policy import delegate_or_admin
from procurement.notices.live.sources import live_sources
from procurement.notices.queries import silent_sources
from procurement.notifications.queries.health import Standing, health
from procurement.notifications.watch import WORKER_ALIVE, faults, silent_jobs
from procurement.web import activity
from procurement.web.edge import Room, current_actor
from procurement.web.health import words
from procurement.web.notices.words import name as source_name

room = Room("health", __name__)

DRAWN = (
    Standing.WAITING,
    Standing.AGAIN,
    Standing.DUE,
    Standing.LEAVING,
    Standing.DOUBT,
    Standing.FAILED,
)
"""What waits and what didn't arrive; what was sent is figures of another size."""


@room.get("/sante", may=delegate_or_admin)
def show() -> ResponseReturnValue:
    """How what leaves stands: faults first, then figures."""
    now = clock.now()
    found = health(current_actor())
    live = live_sources(current_app.config["SETTINGS"])
    silent = silent_jobs(found.vitals.jobs, now)
    return render_template(
        "health/show.html",
        found=found,
        wrong=[words.say(fault, found.vitals) for fault in faults(found.vitals, now)]
        + [words.silent_source(source_name(source), since) for source, since in silent_sources(live)],
        bars=[(standing, found.outbox.count[standing]) for standing in DRAWN],
        jobs=[
            (words.job(name), sign, words.did(sign.what), name not in silent)
            for sign in found.jobs
            for name in [sign.name.removeprefix(JOB)]
        ],
        workers=[
            (sign.name.removeprefix(WORKER), sign, now - sign.at <= WORKER_ALIVE) for sign in found.workers
        ],
        sentences=activity.SENTENCES,
    )
