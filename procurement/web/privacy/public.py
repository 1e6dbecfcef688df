"""Pages that the law wants everybody to find: who publishes this, what becomes of personal data, accessibility."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from config import Settings
from procurement.core import policy
from procurement.privacy import register
from procurement.web.privacy import words
from procurement.web.privacy.room import room


def publisher() -> Settings:
    """What the installation says of who stands behind it; empty values are shown as missing."""
    given: Settings = current_app.config["SETTINGS"]
    return given


@room.get("/mentions-legales", may=policy.anyone)
def legal() -> ResponseReturnValue:
    """Who publishes and who hosts the site (law 2004-575 of 21 June 2004, article 1-1)."""
    return render_template("privacy/legal.html", given=publisher())


@room.get("/donnees-personnelles", may=policy.anyone)
def notice() -> ResponseReturnValue:
    """What people must be told about their data (GDPR, article 13), drawn from the register."""
    return render_template(
        "privacy/notice.html", given=publisher(), activities=register.ACTIVITIES, duration=words.duration
    )


@room.get("/accessibilite", may=policy.anyone)
def accessibility() -> ResponseReturnValue:
    """What is done for people with disabilities, without claiming what no audit has shown."""
    return render_template("privacy/accessibility.html", given=publisher())
