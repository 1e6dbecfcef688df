"""Structures as a table: the directory as a file, a model to fill in, and a file brought in after a look at it."""

from collections.abc import Iterator, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from procurement.core import clock, policy
from procurement.core.errors import Conflict, Invalid, NotFound, Refusal
from procurement.core.i18n import LOCALES, N_
from procurement.core.storage import Kept, open_kept
from procurement.core.text import folded
from procurement.members import policy as rights
from procurement.members import queries
from procurement.members.importing import Plan, carry_out, plan
from procurement.members.models import Member, MemberKind, ServiceLine
from procurement.members.rules import format_siret
from procurement.members.sheets import COLUMNS, Fault, Line, columns_of, read_cells, read_lines
from procurement.web.edge import current_actor, shown_again
from procurement.web.files.fields import UploadField
from procurement.web.forms import Form
from procurement.web.labels import label
from procurement.web.members.forms import SearchForm
from procurement.web.members.room import room
from procurement.web.spreadsheets import XLSX, sent, workbook, written

SHOWN = 100
"""Faults, new structures and changes that the page shows of each; the file of faults has them all."""

HEADS = {
    "name": _l("Name"),
    "kind": _l("Kind"),
    "siret": _l("SIRET"),
    "town": _l("Town of its head office"),
    "department": _l("Department of its head office"),
    "territory": _l("Departments served"),
    "skills": _l("What it does"),
    "phone": _l("Telephone"),
    "services": _l("Services"),
    "cpv": _l("CPV codes"),
    "areas": _l("Communities and communes served"),
    "capacity_hours": _l("Capacity, in hours a week"),
    "capacity_note": _l("When, and with what limits"),
    "website": _l("Web site"),
}
"""The columns by the words of their first line."""


class ImportForm(Form):
    """A table of structures, and what to do with it when some lines are wrong."""

    file = UploadField(
        _l("The table"),
        needed=_l("Choose the file first."),
        among=("csv", "xlsx"),
        description=_l(
            "CSV or XLSX, with the columns of the model. Nothing is written before you have seen it."
        ),
    )
    whole = RadioField(
        _l("If some lines are wrong"),
        choices=[
            ("1", _l("Import nothing until all are right")),
            ("0", _l("Import the right ones, leave the others")),
        ],
        default="1",
    )


@room.get("/structures/export.<ending>", may=policy.in_network)
def export(ending: str) -> ResponseReturnValue:
    """The directory as it is narrowed, as a file."""
    if ending not in ("csv", "xlsx"):
        raise NotFound
    members = queries.everyone(current_actor(), SearchForm(request.args).filters())
    heads = [str(words) for words in HEADS.values()]
    name = f"structures-{clock.today().isoformat()}.{ending}"
    rows = (_cells(member) for member in members)
    return sent(written(heads, rows) if ending == "csv" else workbook("Structures", heads, rows), name)


@room.get("/structures/modele.xlsx", may=rights.create)
def model() -> ResponseReturnValue:
    """A table to fill in: the columns, and the words that are taken."""
    heads = [str(words) for words in HEADS.values()]
    kinds = ", ".join(kind.value.upper() for kind in MemberKind)
    services = " | ".join(label(line) for line in ServiceLine)
    hints = {
        "kind": kinds,
        "services": services,
        "department": "14",
        "territory": "14 | 50",
        "cpv": "9091 | 7731",
    }
    return sent(
        workbook("Structures", heads, [[hints.get(column, "") for column in COLUMNS]]),
        "modele-structures.xlsx",
    )


@room.route("/structures/importer", methods=["GET", "POST"], may=rights.create, takes_files=True)
def bring_in() -> ResponseReturnValue:
    """Look at a table of structures, then bring it in."""
    form = ImportForm()
    made: Plan | None = None
    if form.validate_on_submit():
        try:
            lines = _read(form.file.data[0])
            wanted = request.form.get("do")
            if wanted == "import":
                made = carry_out(current_actor(), lines, whole=form.whole.data == "1")
                flash(_done(made), "success")
                return redirect(url_for("members.index"))
            made = plan(current_actor(), lines)
            if wanted == "faults":
                heads = [gettext("Line"), gettext("Column"), gettext("What is wrong")]
                return shown_again(sent(written(heads, map(_fault_cells, made.faults)), "fautes.csv"))
        except Conflict as refusal:
            form.refuse(refusal)
            made = plan(current_actor(), _read(form.file.data[0]))
        except Refusal as refusal:
            form.refuse(refusal)
    page = render_template(
        "members/import.html", form=form, plan=made, heads=HEADS, shown=SHOWN, words=_fault_cells
    )
    return (shown_again(page) if made else page), form.status


def _read(kept: Kept) -> list[Line]:
    """The lines of the table that a kept file holds, checked one by one. Raises Invalid, in words."""
    with open_kept(kept.digest) as file:
        cells = read_cells(file, spreadsheet=kept.media_type == XLSX)
        first = next(cells, [])
        columns = columns_of(first, _columns())
        lines = list(read_lines(cells, columns, _kinds(), _services()))
    if not lines:
        raise Invalid(N_("This table holds no structure."), field="file")
    return lines


def _in_each_language() -> Iterator[str]:
    for locale in LOCALES:
        with force_locale(locale):
            yield locale


def _columns() -> dict[str, str]:
    """Each column by its words, in every language of the product, and by its name in the code."""
    found = {folded(column): column for column in COLUMNS}
    for _locale in _in_each_language():
        found |= {folded(str(words)): column for column, words in HEADS.items()}
    return found


def _kinds() -> dict[str, MemberKind]:
    found = {folded(kind.value): kind for kind in MemberKind}
    for _locale in _in_each_language():
        found |= {folded(label(kind)): kind for kind in MemberKind}
    return found


def _services() -> dict[str, ServiceLine]:
    found = {folded(line.value): line for line in ServiceLine}
    for _locale in _in_each_language():
        found |= {folded(label(line)): line for line in ServiceLine}
    return found


def _cells(member: Member) -> list[str]:
    """A structure as cells, in the order of `HEADS`: what an import reads back unchanged."""
    return [
        member.name,
        label(member.kind),
        format_siret(member.siret).replace("\u00a0", " "),
        member.town,
        member.department,
        " | ".join(member.territory),
        member.skills,
        member.phone,
        " | ".join(label(ServiceLine(value)) for value in member.services),
        " | ".join(member.cpv),
        " | ".join(member.areas),
        str(member.capacity_hours or ""),
        member.capacity_note,
        member.website,
    ]


def _fault_cells(fault: Fault) -> Sequence[str]:
    """A fault as its line's number, its column and what is wrong, in words."""
    return str(fault.line), str(HEADS[fault.column]), gettext(fault.refusal.message, **fault.refusal.params)


def _done(made: Plan) -> str:
    came = ngettext("%(num)s structure came in", "%(num)s structures came in", len(made.fresh))
    changed = ngettext("%(num)s changed", "%(num)s changed", len(made.changed))
    left = ngettext("%(num)s line left aside", "%(num)s lines left aside", made.faulty)
    return f"{came}, {changed}, {left}."
