"""The application as processes that serve people start it: not with weak settings."""

import sys
from collections.abc import Iterable

from flask import Flask

from config import Settings
from procurement.core.i18n import DEFAULT_LOCALE, N_, translate
from procurement.web.startup.findings import Finding, weaknesses
from procurement.web.startup.surroundings import demo_accounts, folders


def refuse_weak(app: Flask) -> None:
    """Raise SystemExit, once all is said on standard error, where `app` shouldn't be relied on.

    In words of the house's language. What only could be better isn't told here: `flask check` does.
    """
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        grave = [one for one in weaknesses(settings) if one.grave]
        if not settings.embedded:
            grave += [*folders(settings), *demo_accounts(settings)]
    if app.debug or app.testing or not app.config["WTF_CSRF_ENABLED"]:
        grave.append(
            Finding("FLASK_DEBUG", N_("Take it away: it shows the program's insides to whoever comes."))
        )
    if grave:
        head = translate(N_("The settings aren't fit for use; nothing was started:"), DEFAULT_LOCALE)
        sys.stderr.write("\n".join([head, *said(grave, DEFAULT_LOCALE)]) + "\n")
        raise SystemExit(78)


def said(findings: Iterable[Finding], language: str) -> list[str]:
    """Each on a line: the setting, then what to do."""
    return [f"  {one.setting}: {translate(one.words, language, **one.params)}" for one in findings]
