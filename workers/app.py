"""The Celery application: `celery -A workers.app:celery worker`, and `… beat`.

No job is ever set for later in the broker (N1): beat rings each few seconds, and what is due then is read from the
database. So a message that is lost, late, doubled or out of date does no harm.
"""

import logging
from time import monotonic
from typing import Any

import structlog
from celery import Celery, Task, signals

from config import settings
from procurement import create_app, settle
from procurement.core import logs
from procurement.core.db import db
from procurement.web.startup.serving import refuse_weak
from workers import heart
from workers.schedule import BEAT

VISIBILITY = 300
"""Seconds after which a message taken by a worker that died is given again; no task lasts as long."""

flask_app = create_app()
settle()


class AppTask(Task):
    """A task that runs inside the application's context, with a session of its own."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, and say so when it has come to its end."""
        with flask_app.app_context(), structlog.contextvars.bound_contextvars(task=self.name):
            began = monotonic()
            done = self.run(*args, **kwargs)
            if not self.request.called_directly:
                heart.job_done(str(self.name), str(self.request.hostname), monotonic() - began, done)
            return done


celery = Celery(
    "workers",
    task_cls=AppTask,
    broker=settings().redis_url,
    include=["workers.accounts", "workers.notifications", "workers.notices", "workers.privacy"],
)
celery.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_time_limit=VISIBILITY - 60,
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=400_000,
    # A sweep that speaks to the mail server goes on when the broker is gone for a moment.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    enable_utc=True,
    timezone="UTC",
    # Nothing of the schedule is worth keeping over a restart.
    beat_scheduler="workers.bell:Bell",
    beat_max_loop_interval=1,
    beat_schedule=BEAT,
)


@signals.celeryd_init.connect
@signals.beat_init.connect
def _only_if_fit(**_: object) -> None:
    """Neither worker nor beat starts with weak settings."""
    refuse_weak(flask_app)


@signals.setup_logging.connect
def _speak_as_the_others_do(loglevel: int, **_: object) -> None:
    """Celery leaves its own way of logging for ours; of its `--loglevel` and LOG_LEVEL the stricter holds."""
    given = settings()
    logs.configure(max(loglevel, logging.getLevelName(given.level)), readable=given.embedded)


@signals.worker_process_init.connect
def _forget_connections(**_: object) -> None:
    """A process of the pool makes its own connections to the database: those of its parent aren't to be shared."""
    with flask_app.app_context():
        db.engine.dispose(close=False)
