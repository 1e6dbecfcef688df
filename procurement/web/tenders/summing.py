"""A tender on one page: read and printed by the network's people, written by the delegate."""

from collections.abc import Sequence
from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from procurement.core.errors import Invalid, Refusal, StaleVersion
from procurement.core.policy import in_network
from procurement.core.text import number_in
from procurement.notices.criteria import criteria_of
from procurement.notices.parsed import ReadCriterion
from procurement.tenders import policy
from procurement.tenders.models import Summary
from procurement.tenders.queries import visible_tender
from procurement.tenders.summary import (
    PARTS,
    Line,
    Parts,
    parts_of,
    read_lines,
    summary_of,
    total_weight,
    write_summary,
    written,
)
from procurement.web.edge import current_actor
from procurement.web.formats import number
from procurement.web.forms import Form, Limited
from procurement.web.tenders.blueprint import room

NAMES = {
    "pieces": _l("Documents to provide"),
    "criteria": _l("Criteria"),
    "bans": _l("What the rules forbid"),
    "group_form": _l("Form of the group"),
    "others": _l("Also to know"),
}
SORTS = {"price": _l("Price"), "cost": _l("Cost"), "quality": _l("Quality")}
"""What a criterion without words of its own is called, by its sort."""
_LONGEST = 30_000


class SummaryForm(Form):
    """A part each, a line for each thing."""

    version = HiddenField(default="0")
    pieces = TextAreaField(NAMES["pieces"], [Limited(_LONGEST)])
    criteria = TextAreaField(NAMES["criteria"], [Limited(_LONGEST)])
    bans = TextAreaField(NAMES["bans"], [Limited(_LONGEST)])
    group_form = TextAreaField(NAMES["group_form"], [Limited(_LONGEST)])
    others = TextAreaField(NAMES["others"], [Limited(_LONGEST)])

    def parts(self) -> Parts:
        """What was typed, line by line. Raises Invalid, naming the field and the line."""
        return {name: self._lines(name) for name in PARTS}

    def _lines(self, name: str) -> Sequence[Line]:
        try:
            return read_lines(self._fields[name].data or "", weighted=name == "criteria")
        except Invalid as invalid:
            raise Invalid(invalid.message, field=name, **invalid.params) from None

    def fill(self, summary: Summary | None, read: Sequence[Line]) -> None:
        """Show what stands; where no criteria do, those that were `read` in the notice."""
        for name, lines in parts_of(summary).items():
            self._fields[name].data = written(lines, weighted=name == "criteria")
        if not self.criteria.data:
            self.criteria.data = written(read, weighted=True)
        self.version.data = str(summary.version if summary else 0)


@room.get("/marches/<int:tender_id>/resume", may=in_network)
def summary(tender_id: int) -> ResponseReturnValue:
    """The page alone, to be read or printed."""
    actor = current_actor()
    tender = visible_tender(actor, tender_id)
    found = summary_of(actor, tender_id)
    return render_template(
        "tenders/summary.html", tender=tender, summary=shown(found), writes=policy.write(actor)
    )


@room.route("/marches/<int:tender_id>/resume/modifier", methods=["GET", "POST"], may=policy.write)
def write_summary_page(tender_id: int) -> ResponseReturnValue:
    """Write it; whoever comes second keeps what was typed, and sees what the other wrote."""
    actor = current_actor()
    tender = visible_tender(actor, tender_id)
    form, theirs, stands = SummaryForm(), None, summary_of(actor, tender_id)
    read = [] if parts_of(stands)["criteria"] else [_line(one) for one in criteria_of(tender_id)]
    if not form.is_submitted():
        form.fill(stands, read)
    elif form.validate():
        try:
            write_summary(actor, tender_id, form.parts(), number_in(form.version.data))
        except StaleVersion as stale:
            form.refuse(stale)
            theirs = shown(summary_of(actor, tender_id))
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The one-page summary is saved."), "success")
            return redirect(url_for("tenders.show", tender_id=tender_id, _anchor="summary"))
    filled = bool(read) and form.criteria.data == written(read, weighted=True)
    return render_template(
        "tenders/write_summary.html", tender=tender, form=form, theirs=theirs, filled=filled
    ), form.status


def _line(criterion: ReadCriterion) -> Line:
    """A criterion of a notice as a line. Where lots differ, weights are told in words: together they are no whole."""
    what = criterion.name or str(SORTS[criterion.sort])
    if not criterion.lots:
        return Line(what.replace(";", ","), criterion.weight)
    weight = "" if criterion.weight is None else f" ({_percent(criterion.weight)})"
    numbers = ", ".join(criterion.lots)
    lots = ngettext("Lot %(numbers)s", "Lots %(numbers)s", len(criterion.lots), numbers=numbers)
    return Line(f"{lots} – {what}{weight}".replace(";", ","))


def _percent(weight: Decimal) -> str:
    return gettext("%(percent)s%%", percent=number(weight))


def shown(found: Summary | None) -> dict[str, object] | None:
    """A summary for a page: its parts that say something, by name, and what the weights come to; None for none."""
    if found is None:
        return None
    parts = parts_of(found)
    return {
        "parts": [(str(NAMES[name]), name, lines) for name, lines in parts.items() if lines],
        "total": total_weight(parts["criteria"]),
        "at": found.updated_at,
    }
