"""The inner half of ``dev.py``: runs in ``.venv``, started by ``guard`` with a verb and its arguments."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from devtools import embedded, run, tasks
from devtools.console import DevError, in_words, say
from devtools.keeper import Keeper, PartEndedError, Stopping, end_in_words

VERBS: dict[str, Callable[[Keeper, Sequence[str]], int]] = {
    "run": run.run,
    "test": tasks.test,
    "lint": tasks.lint,
    "module": tasks.module,
    "flask": tasks.flask,
}
errors: Any = import_module(f"{embedded.NAME}.errors")


def main() -> int:
    """Do the verb of the command line; returns the exit status."""
    verb, *arguments = sys.argv[1:]
    try:
        with Keeper() as keeper:
            return VERBS[verb](keeper, arguments)
    except Stopping as stopping:
        return end_in_words(stopping.number)
    except (PartEndedError, errors.ServerError) as error:
        say(str(error))
    except DevError as failure:
        say(str(failure))
        return failure.status
    except OSError as error:
        say(str(in_words(error)))
    return 1


if __name__ == "__main__":
    sys.exit(main())
