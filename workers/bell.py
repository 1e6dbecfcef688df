"""Beat's scheduler: Celery's own, which says that it rang."""

from time import monotonic
from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from workers import heart
from workers.app import flask_app


class Bell(Scheduler):
    """Celery's scheduler with a sign of life. A tick that the broker didn't take is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signed = float("-inf")
        with flask_app.app_context():
            heart.forget_gone()

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        """Ring for one entry."""
        rung = super().apply_async(entry, *args, **kwargs)
        if monotonic() - self._signed >= heart.REST:
            with flask_app.app_context():
                heart.rang()
            self._signed = monotonic()
        return rung
