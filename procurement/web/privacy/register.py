"""The register of processing, for the network's office."""

from flask import render_template
from flask.typing import ResponseReturnValue

from procurement.core.policy import delegate_or_admin
from procurement.privacy import queries
from procurement.privacy import register as declared
from procurement.web.edge import current_actor
from procurement.web.privacy import words
from procurement.web.privacy.public import publisher
from procurement.web.privacy.room import room

RUNS_SHOWN = 10


@room.get("/donnees-personnelles/registre", may=delegate_or_admin)
def register() -> ResponseReturnValue:
    """What is done with personal data (GDPR, article 30), and the last days on which what was over was ended."""
    return render_template(
        "privacy/register.html",
        given=publisher(),
        activities=declared.ACTIVITIES,
        security=declared.SECURITY,
        runs=queries.last_runs(current_actor(), RUNS_SHOWN),
        requests=[(one, queries.answer_by(one.asked_at)) for one in queries.open_requests(current_actor())],
        terms={term.name: term for term in declared.ALL_TERMS},
        duration=words.duration,
        keeper=words.keeper,
    )
