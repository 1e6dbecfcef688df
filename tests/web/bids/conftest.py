"""A tender, two structures with their people, and browsers signed in as them."""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from procurement.accounts.models import User
from procurement.bids.models import Bid, GroupForm
from procurement.core.db import db
from procurement.core.policy import MembershipRole
from procurement.members.models import Member
from procurement.tenders.models import ServiceNature, Tender
from tests.factories import (
    make_bid,
    make_delegate,
    make_manager,
    make_member,
    make_participation,
    make_tender,
    make_user,
)

PERSON = 3
"""Statements that load the person signed in: account, roles, structures; no page is charged with them."""


@dataclass
class People:
    """Who and what most pages need."""

    tender: Tender
    first: Member
    second: Member
    manager: FlaskClient
    contributor: FlaskClient
    rival: FlaskClient
    delegate: FlaskClient
    delegate_user: User
    manager_user: User
    lots: list[int]
    sites: list[list[int]]
    """Numbers of the lots, and of each one's sites: rows lose their relations when a refused form is rolled back."""


@pytest.fixture
def people(app: Flask, browser_of: Callable[[User], FlaskClient]) -> People:
    tender = make_tender(lots=2, sites=2, service_nature=ServiceNature.LABOUR_SUPPLY, title="Collèges")
    first, second = make_member(name="AI de Caen"), make_member(name="AI de Lisieux")
    manager, delegate = make_manager(first), make_delegate()
    contributor = make_user(memberships={first: MembershipRole.CONTRIBUTOR})
    return People(
        tender=tender,
        first=first,
        second=second,
        manager=browser_of(manager),
        contributor=browser_of(contributor),
        rival=browser_of(make_manager(second)),
        delegate=browser_of(delegate),
        delegate_user=delegate,
        manager_user=manager,
        lots=[lot.id for lot in tender.lots],
        sites=[[site.id for site in lot.sites] for lot in tender.lots],
    )


class _Forms(HTMLParser):
    """The forms of a page: address, fields as they stand, buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, object]] = []
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self.forms.append({"action": found.get("action"), "fields": [], "buttons": []})
        if not self.forms:
            return
        fields: list[tuple[str, str]] = self.forms[-1]["fields"]
        if tag == "input" and name:
            ticked = found.get("type") not in {"checkbox", "radio"} or "checked" in found
            if ticked:
                fields.append((name, found.get("value") or ("y" if found.get("type") == "checkbox" else "")))
        elif tag == "textarea":
            self._area = name
            fields.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            fields.append((self._select, found.get("value") or ""))
        elif tag == "button":
            self.forms[-1]["buttons"].append((name, found.get("value")))

    def handle_data(self, data: str) -> None:
        if self._area:
            fields = self.forms[-1]["fields"]
            kept = fields[-1][1] + data
            fields[-1] = (self._area, kept.removeprefix("\r").removeprefix("\n"))  # as browsers do

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def fields_of(html: str, action_ends: str) -> dict[str, list[str]]:
    """The fields of the page's form whose address ends so, as a browser would send them untouched."""
    parser = _Forms()
    parser.feed(html)
    form = next(form for form in parser.forms if str(form["action"]).endswith(action_ends))
    sent: dict[str, list[str]] = {}
    for name, value in form["fields"]:
        sent.setdefault(name, []).append(value)
    return sent


def actions_of(html: str) -> set[str]:
    """The addresses that the page's forms send to."""
    parser = _Forms()
    parser.feed(html)
    return {str(form["action"]) for form in parser.forms if form["action"]}


@pytest.fixture
def group(people: People) -> Bid:
    """A group of both structures on the first lot, complete but for its deposit."""
    for member in (people.first, people.second):
        make_participation(people.tender, member)
    return make_bid(
        people.tender, lead=people.first, members=[people.second], form=GroupForm.JOINT, name="Caen ensemble"
    )


def fresh(bid: Bid) -> Bid:
    db.session.expire_all()
    return db.session.get_one(Bid, bid.id)


def coordination(people: People) -> str:
    return f"/marches/{people.tender.id}/groupes"
