"""The form of a tender as the delegate fills it in, and as a browser would send it back."""

import re
from html.parser import HTMLParser

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement.tenders.models import Tender
from procurement.tenders.queries import whole_tender


class _Form(HTMLParser):
    """The values that a browser would send from the page's main form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.inside = False
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note fields as they open."""
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "tender-form" or "data-once" in given
        name = given.get("name") or ""
        if not self.inside or (not name and tag != "option"):
            return
        if tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.values.append((name, given.get("value") or ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.values.append((self.select, given.get("value") or ""))
        elif tag == "textarea":
            self.area = name
            self.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        """A text area's content: the first line end after its tag isn't part of it."""
        if self.area:
            name, before = self.values[-1]
            self.values[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        """Close fields and forms."""
        if tag == "textarea" and self.area:
            name, value = self.values[-1]
            self.values[-1] = (name, re.sub(r"^\r?\n", "", value))
            self.area = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.inside = False


def sent_from(page: str) -> dict[str, list[str]]:
    """What a browser would send from the tender's form on `page`, by name."""
    start = page.index("<form", page.index('id="tender-form"') - 400)
    end = page.index("</form>", start) + len("</form>")
    form = _Form()
    form.feed(page[start:end])
    values: dict[str, list[str]] = {}
    for name, value in form.values:
        values.setdefault(name, []).append(value)
    return values


def flat(values: dict[str, list[str]], **changed: str) -> dict[str, object]:
    """`values` with some changed, as the test client sends them; a change to None leaves the field out."""
    merged = dict(values) | {
        name.replace("__", "-"): [value] for name, value in changed.items() if value is not None
    }
    return {name: value for name, value in merged.items() if changed.get(name, "") is not None}


CONTRACT = {
    "title": "Remplacement d'agents techniques",
    "buyer_name": "Département du Calvados",
    "reference": "2026-DCB-114",
    "service_nature": "labour_supply",
    "legal_regime": "public_contract",
    "procedure": "open_procedure",
    "reservation": "none",
    "is_framework": "y",
    "ban_several_groups": "y",
    "region": ["14", "50"],
    "elsewhere": "72",
    "cpv": "79620000-6, 98341140",
    "visibility": "network",
    "deadline_submission-date": "2027-01-15",
    "deadline_submission-time": "12:00",
    "deadline_registration_close-date": "2026-12-18",
    "deadline_registration_close-time": "17:00",
    "lots-0-number": "1",
    "lots-0-title": "Caen",
    "lots-0-reservation": "",
    "lots-0-sites-0-name": "Collège Dunois",
    "lots-0-sites-0-town": "Caen",
    "lots-0-sites-0-weekly_hours": "17,5",
    "lots-1-number": "2",
    "lots-1-title": "Bessin",
    "lots-1-reservation": "siae",
    "lots-1-pasted": "Collège Létot; Bayeux; 12\nCollège Chartier\tBayeux\t8,25 h\n\nCollège sans heures",
    "clauses-0-kind": "execution_condition",
    "clauses-0-hours": "1 200",
    "clauses-0-text": "Heures d'insertion",
}


def only_tender(session: Session) -> Tender:
    """The one tender that stands."""
    return whole_tender(session.scalars(select(Tender.id)).one(), fresh=True)
