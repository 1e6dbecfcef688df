"""What the processes say of themselves: one form for our own lines and the libraries', and nobody's data in them.

Production: one JSON object a line; on one's own machine: lines to read. A line names people, structures and tenders
by their numbers. What libraries quote is another matter: addresses are masked in whatever is said, and an exception
tells its words only where these can't be what somebody typed.
"""

import logging
import re
import sys
import traceback
from typing import Any, Final

import psycopg
import structlog
from jinja2 import TemplateError
from sqlalchemy.exc import DBAPIError
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

MASK: Final = "…@…"
_ADDRESS = re.compile(r"""[^\s<>"'(),;:=\[\]{}]+@[^\s<>"'(),;:=\[\]{}]+""")

SPEAKING = (
    OSError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    RuntimeError,
    TemplateError,
    TypeError,
)
"""Exceptions whose words are the program's own. The others' may quote what somebody typed: they aren't repeated."""

QUIET = ("celery.beat", "celery.worker.strategy", "celery.app.trace")
"""Libraries that say something at each tick: below a warning they are kept silent."""

SILENT = ("sqlalchemy", "mail.log")
"""Libraries that would tell rows, or mails as they pass by: never below a warning."""


def configure(level: str | int, *, readable: bool) -> None:
    """Have everything that is logged in this process, by us or by libraries, leave in one form on standard error.

    `readable`: lines for a person, with the words of every exception; otherwise JSON for a machine. Doing it again
    replaces what was set.
    """
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *common, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    last: Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = _Handler()
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                _tell_exception(all_words=readable),
                mask,
                last,
            ],
        )
    )
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in (*QUIET, *SILENT):
        told = root.level <= logging.DEBUG and name not in SILENT
        logging.getLogger(name).setLevel(logging.NOTSET if told else max(logging.WARNING, root.level))
    logging.captureWarnings(not readable)


class _Handler(logging.StreamHandler[Any]):
    """Ours; writes to whatever standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        """Nothing: it follows."""


def request_id() -> str | None:
    """The request at work in this process at this moment, as its log lines name it; None outside requests."""
    known = structlog.contextvars.get_contextvars().get("request_id")
    return str(known) if known else None


def mask(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """`said` without any address of electronic mail, wherever it hides."""
    return {key: _masked(value) for key, value in said.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _ADDRESS.sub(MASK, value) if "@" in value else value
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _masked(str(value))


def _tell_exception(*, all_words: bool) -> Processor:
    """A processor that tells an exception: its kind and those it came from, where, and its words where they are ours."""

    def told(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
        given = said.pop("exc_info", None)
        error = given if isinstance(given, BaseException) else None
        if isinstance(given, tuple):
            error = given[1]
        elif given is True:
            error = sys.exc_info()[1]
        if error is not None:
            said["exception"] = describe(error, all_words=all_words)
        return said

    return told


def describe(error: BaseException, *, all_words: bool = False) -> str:
    """An exception and those it came from, the first one first, each with where it was raised."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    told = []
    for one in reversed(chain):
        frames = "".join(traceback.format_tb(one.__traceback__))
        words = str(one) if all_words else _words(one)
        kind = f"{type(one).__module__}.{type(one).__qualname__}".removeprefix("builtins.")
        told.append(f"{frames}{kind}{f': {words}' if words else ''}")
    return "\n\n".join(told)


def brief(error: BaseException) -> str:
    """An exception in a line, for the office to read. What the database quotes, whole rows at times, is left out."""
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__}({_words(error)})"
    return repr(error)[:1000]


def _words(error: BaseException) -> str:
    """What an exception says, where that can't be anybody's data.

    The database quotes values: of its refusals the code and the constraint are told; of a lost connection all is.
    """
    if isinstance(error, DBAPIError):
        return _words(error.orig) if error.orig is not None else ""
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return str(error)
        names = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
        return " ".join(filter(None, (error.sqlstate, *names)))
    return str(error) if isinstance(error, SPEAKING) else ""
