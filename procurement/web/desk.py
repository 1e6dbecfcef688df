"""The first screen of each person: what needs them now."""

from flask import render_template
from flask.typing import ResponseReturnValue

from procurement.core import policy
from procurement.web.edge import Room

room = Room("desk", __name__)


@room.get("/", may=policy.anyone)
def home() -> ResponseReturnValue:
    """The first screen."""
    return render_template("desk/visitor.html")
