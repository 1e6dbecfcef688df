"""Rows of a form that are added and taken away by buttons, without any script: the form is shown again."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import FieldList, TextAreaField

from procurement.web.tenders.forms import ContractForm, LotForm, TenderForm
from procurement.web.tenders.pasted import read_sites


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A form that is to be shown again; `focus` names the row that was added."""

    focus: str = ""
    refused: str = ""
    """Why nothing changed: a key of the page's own words."""
    proposed: bool = False
    """Whether the end of registrations was filled in."""


def reshape(form: TenderForm, sent: Mapping[str, str]) -> Reshaped | None:
    """Add or take away the row that a button of `form` asks for; None when it was sent to be saved.

    Buttons: `add` with the name of a list, `drop` with the name of a row, `paste` with the name of a lot, `propose`,
    `take` with a code that was offered.
    A list that is full takes no more: the form is then checked as if it were to be saved, and says so.
    """
    lists = _lists(form)
    if sent.get("add") in lists:
        grown = lists[sent["add"]]
        return Reshaped(focus=grown.append_entry().name) if _takes(grown, 1) else None
    if "drop" in sent:
        rows = lists.get(sent["drop"].rpartition("-")[0])
        if rows is not None:
            rows.entries[:] = [row for row in rows.entries if row.name != sent["drop"]]
            if rows is form.lots and not rows.entries:
                rows.append_entry()
        return Reshaped()
    if "paste" in sent:
        return _paste(form, sent["paste"])
    if "take" in sent:
        form.take_code(sent["take"])
        return Reshaped(focus="cpv")
    if "propose" in sent and isinstance(form, ContractForm):
        return Reshaped(proposed=True) if form.propose() else Reshaped(refused="propose")
    return None


def _takes(rows: FieldList, more: int) -> bool:
    return rows.max_entries is None or len(rows.entries) + more <= rows.max_entries


def _lists(form: TenderForm) -> dict[str, FieldList]:
    lists = [form.lots, form.clauses, *(lot.form.sites for lot in form.lots)]
    return {rows.name: rows for rows in lists}


def _paste(form: TenderForm, name: str) -> Reshaped | None:
    """Turn the lines pasted into a lot into rows of its table."""
    lot = next((entry.form for entry in form.lots if entry.name == name), None)
    if lot is None:
        return Reshaped()
    if not lot.pasted.validate(lot, [_readable]):
        return Reshaped()
    sites = read_sites(lot.pasted.data or "")
    if not _takes(lot.sites, len(sites)):
        return None
    for site in sites:
        lot.sites.append_entry({"name": site.name, "town": site.town, "weekly_hours": site.weekly_hours})
    lot.pasted.data = ""
    return Reshaped(focus=f"{name}-sites")


def _readable(form: LotForm, field: TextAreaField) -> None:
    form.validate_pasted(field)
