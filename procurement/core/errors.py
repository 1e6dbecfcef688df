"""What can be refused, and why. Raised by operations, told to people at the edge.

A message is an English msgid with named parameters, translated where the person's language is known.
"""

from collections.abc import Mapping
from typing import Any

from procurement.core.i18n import N_


class Refusal(Exception):  # noqa: N818 - it is a refusal, not a fault of the program
    """Something that a person asked for and that can't be done; says what to do instead.

    `message` is an English msgid, `params` what it is filled with.
    """

    status = 400

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params: Mapping[str, Any] = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class NotFound(Refusal):
    """It doesn't exist, or doesn't exist for this person."""

    status = 404

    def __init__(
        self, message: str = N_("This page doesn't exist, or isn't open to you."), **params: Any
    ) -> None:
        super().__init__(message, **params)


class Forbidden(Refusal):
    """The person's role doesn't allow it."""

    status = 403

    def __init__(self, message: str = N_("Your role doesn't allow this."), **params: Any) -> None:
        super().__init__(message, **params)


class Invalid(Refusal):
    """A value that can't be taken; `field` names the form's field it belongs to, where there is one."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(message, **params)
        self.field = field


class TooLate(Refusal):
    """The moment for it has passed, or the state of the thing no longer allows it."""

    status = 409


class Conflict(Refusal):
    """Somebody changed the same thing in between, or it would contradict what is recorded."""

    status = 409


class StaleVersion(Conflict):
    """The form was filled on an older version of the record; `current` is the version that stands now."""

    def __init__(self, current: int) -> None:
        super().__init__(N_("Somebody else changed this while you were writing."))
        self.current = current
