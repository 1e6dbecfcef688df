"""What every page shares: the frame, the navigation by role, static files, the words of the trail."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from procurement.accounts.models import User
from procurement.core import clock, events
from procurement.core.events import Event
from procurement.core.policy import SYSTEM, Role
from procurement.deadlines.models import DeadlineKind
from procurement.web import activity, labels
from tests.conftest import Visitor
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_tender, make_user

PRODUCT = Path(events.__file__).parents[1]
TEMPLATES = PRODUCT.parent / "templates"


def nav(page: str) -> list[tuple[str, bool]]:
    """The words of the main navigation, and whether each is the page shown."""
    part = page.split('class="top-nav"', 1)[1].split("</nav>", 1)[0]
    return [(words, "aria-current" in mark) for mark, words in re.findall(r"<a ([^>]*)>([^<]*)</a>", part)]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (lambda: None, ["Accueil", "Consultations", "Rejoindre le réseau"]),
        (make_manager, ["Mon travail", "Consultations", "Réponses groupées", "Structures", "Attestations"]),
        (
            make_delegate,
            [
                "Coordination",
                "Consultations",
                "Réponses groupées",
                "Structures",
                "Arrivées",
                "Attestations",
                "Sources des consultations",
                "Personnes et rôles",
                "Santé du service",
                "Registre des traitements",
            ],
        ),
        (lambda: make_user(roles=[Role.OBSERVER]), ["Chiffres de l’année", "Consultations"]),
    ],
)
def test_each_finds_the_way_to_what_is_open_to_them(
    client: Visitor, person: Callable[[], User | None], words: list[str]
) -> None:
    user = person()
    page = (client.sign_in(user) if user else client).get("/").text
    shown = nav(page)
    assert [word for word, _ in shown] == words
    assert [word for word, here in shown if here] == words[:1]


def test_only_the_delegate_is_offered_to_write_a_tender(client: Visitor, browser_of: Callable) -> None:
    assert "Nouvelle consultation" in browser_of(make_delegate()).get("/").text
    assert "Nouvelle consultation" not in browser_of(make_manager()).get("/").text


def test_the_frame_of_a_page(client: Visitor) -> None:
    page = client.get("/rejoindre").text
    assert "<title>Rejoindre le réseau — Marchés groupés</title>" in page
    assert 'href="#content"' in page
    assert '<main id="content"' in page
    assert 'role="status"' in page


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    # The content policy forbids both: they would silently do nothing.
    for path in TEMPLATES.rglob("*.html"):
        if path.relative_to(TEMPLATES).parts[0] == "mail" or path.match("privacy/export.html"):
            continue  # what mail programs read, or a person takes away as a file, has other rules
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=\"|javascript:", text), path


def test_static_files_may_be_kept_because_their_address_changes_with_them(client: Visitor) -> None:
    page = client.get("/").text
    for address in re.findall(r'(?:href|src)="(/[^"]*static/[^"#]*)', page):
        assert re.search(r"\?v=[0-9a-f]{8}$", address), address
        answer = client.get(address, buffered=True)
        answer.close()
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_departments_are_said_as_people_say_them(app: Flask) -> None:
    with app.test_request_context("/"):
        assert labels.departments(["14", "61"]) == "Calvados (14), Orne (61)"
        assert labels.departments(["27", "14", "50", "61", "76"]) == "Toute la Normandie"
        assert labels.departments(["99"]) == "99"


def test_every_value_has_its_words(app: Flask) -> None:
    with app.test_request_context("/"):
        for kind, words in labels.LABELS.items():
            assert set(kind) <= set(words), kind
            assert all(str(word) for word in words.values())


def verbs() -> Iterator[str]:
    """The verbs that the product's code records."""
    for path in PRODUCT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"record", "_record", "record_on_bid"}:
                    for argument in node.args:
                        either = (
                            [argument.body, argument.orelse]
                            if isinstance(argument, ast.IfExp)
                            else [argument]
                        )
                        for part in either:
                            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                                yield part.value


def test_every_verb_of_the_trail_has_its_sentence() -> None:
    found = set(verbs())
    assert len(found) > 20
    assert found <= set(activity.SENTENCES)


def test_the_trail_is_told_in_words(app: Flask) -> None:
    delegate, member = make_delegate(name="The delegate"), make_member(name="AI Caen")
    tender = make_tender()
    actor = actor_of(delegate)
    events.record(
        actor,
        "registered",
        tender,
        facts={"member_id": member.id},
        values={"reason": "by phone"},
        on_behalf_of=member.id,
    )
    events.record(
        actor,
        "deadline_moved",
        tender,
        facts={
            "kind": DeadlineKind.SUBMISSION,
            "before": "2026-11-27T11:00:00+00:00",
            "after": "2026-11-30T11:00:00+00:00",
        },
    )
    events.record(SYSTEM, "tender_edited", tender, facts={"fields": ["title", "cpv_main", "cpv_codes"]})
    with app.test_request_context("/"):
        edited, moved, registered = activity.told(events.history([("tender", tender.id)]))
    assert (registered.sentence, registered.who, registered.behalf) == (
        "AI Caen s’est inscrite",
        "The delegate",
        "AI Caen",
    )
    assert registered.reason == "by phone"
    assert moved.sentence.startswith("Date déplacée – Remise des offres\u00a0: lundi 30 novembre 2026")
    assert (edited.sentence, edited.who) == ("Consultation modifiée\u00a0: intitulé, code CPV", "")


def test_an_event_that_names_what_is_gone_is_still_told(app: Flask) -> None:
    gone = [
        Event(at=clock.now(), actor_id=10**9, verb="member_proposed", facts={"member_id": 10**9}),
        Event(at=clock.now(), verb="deadline_moved", facts={}),
        Event(at=clock.now(), verb="unheard_of", facts={}),
    ]
    for event in gone:
        event.detail = None
    with app.test_request_context("/"):
        assert [entry.sentence for entry in activity.told(gone)] == [
            "Place proposée à une structure",
            "Date déplacée – –\u00a0: – au lieu du –",
            "unheard of",
        ]
