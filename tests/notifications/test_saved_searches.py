"""Searches that people keep: how much they bring is said first, each new tender that fits is told once."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from procurement.accounts.models import RoleGrant
from procurement.core import clock
from procurement.core.db import db
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound
from procurement.core.events import Event
from procurement.core.policy import MembershipRole, Role
from procurement.deadlines.models import DeadlineKind
from procurement.members.models import Membership
from procurement.notifications.operations.preferences import set_absence
from procurement.tenders import saved
from procurement.tenders.indexing import refresh_search
from procurement.tenders.models import Reservation, SavedSearch, Tender, TenderKind
from procurement.tenders.operations import publish_tender
from procurement.tenders.queries import TenderSearch, list_tenders
from tests.counting import counted
from tests.factories import (
    actor_of,
    make_delegate,
    make_manager,
    make_member,
    make_tender,
    make_user,
    paris,
)
from tests.worker import recipients, text_of

TUESDAY = paris(2026, 11, 24, 10)


@pytest.fixture(autouse=True)
def _tuesday(app):
    with clock.at(TUESDAY):
        yield


@pytest.fixture
def person():
    """Somebody of the network whose structure can answer nothing here."""
    return make_user(memberships={make_member(territory=["76"], department="76"): MembershipRole.CONTRIBUTOR})


def keep(user, name="Schools", **asked):
    return saved.save_search(actor_of(user), name, TenderSearch(**(asked or {"text": "schools"})))


def published(**fields):
    """A tender of another department than anybody's, published now."""
    tender = make_tender(**({"published": False, "title": "Middle schools", "departments": ["61"]} | fields))
    publish_tender(actor_of(make_delegate()), tender.id)
    return tender


def next_morning(worker):
    worker.prepare()
    with clock.at(paris(2026, 11, 25, 8)):
        return worker.tick()


# What is told


def test_a_new_tender_that_fits_is_told_with_the_search_it_fits(worker, person):
    keep(person)
    published()
    published(title="Offices")
    [mail] = next_morning(worker)
    assert mail.recipients == (person.email,)
    assert "Il répond à votre recherche « Schools »." in text_of(mail)


def test_several_searches_and_a_structure_that_suits_are_one_message(worker):  # N20
    member = make_member(name="AI Alençon", territory=["61"], department="61")
    manager = make_manager(member)
    keep(manager)
    keep(manager, "Orne", department="61")
    published()
    [mail] = next_morning(worker)
    assert mail.recipients == (manager.email,)
    for words in ("« Schools »", "« Orne »", "AI Alençon"):
        assert words in text_of(mail)


def test_many_published_at_once_are_one_mail_a_person(worker, person):  # N22
    keep(person)
    for number in range(12):
        published(title=f"Schools {number}")
    [mail] = next_morning(worker)
    assert all(f"Schools {number}" in text_of(mail) for number in range(12))


def test_a_paused_or_deleted_search_tells_nothing(worker, person):
    paused, deleted = keep(person), keep(person, "Others", department="61")
    saved.pause_search(actor_of(person), paused.id, paused=True)
    saved.delete_search(actor_of(person), deleted.id)
    published()
    assert next_morning(worker) == []
    saved.pause_search(actor_of(person), paused.id, paused=False)
    published(title="Schools again")
    worker.prepare()
    with clock.at(paris(2026, 11, 26, 8)):
        assert recipients(worker.tick()) == [person.email]


def test_whoever_left_the_network_hears_nothing(worker, person):  # N19
    keep(person)
    published()
    worker.prepare()
    for place in db.session.scalars(select(Membership).where(Membership.user_id == person.id)):
        place.ended_at = clock.now()
    db.session.flush()
    assert next_morning(worker) == []


def test_the_administrator_who_keeps_a_search_hears_of_it_until_the_role_ends(worker):
    admin = make_user(roles=[Role.NETWORK_ADMIN])
    keep(admin)
    published()
    [mail] = next_morning(worker)
    assert mail.recipients == (admin.email,)
    for role in db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == admin.id)):
        role.ended_at = clock.now()
    published(title="Schools again")
    worker.prepare()
    with clock.at(paris(2026, 11, 26, 8)):
        assert worker.tick() == []


def test_a_stand_in_is_told_why_and_no_name_of_a_search_that_is_not_theirs(worker):
    member = make_member(territory=["76"], department="76")
    away, stand_in = make_manager(member), make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    set_absence(actor_of(away), away, stand_in.id, TUESDAY.date(), date(2026, 12, 4))
    keep(away, "My own affair")
    published()
    mails = {mail.recipients[0]: text_of(mail) for mail in next_morning(worker)}
    assert "« My own affair »" in mails[away.email]
    assert "la personne que vous remplacez" in mails[stand_in.email]
    for words in ("My own affair", "votre recherche", "/recherches"):
        assert words not in mails[stand_in.email]


# Both ways


def test_a_tender_fits_a_search_as_the_list_finds_it(person):
    """Matching runs the other way round than the list: both must agree, whatever is asked."""
    dice = random.Random(24)
    words = ["schools", "cleaning", "gardens", "écoles primaires"]
    for _ in range(40):
        agreement = dice.random() < 0.2
        due = timedelta(days=dice.choice([-3, 0, 15, 30, dice.randint(2, 80)]))
        kind = DeadlineKind.ENROLMENT if agreement else DeadlineKind.SUBMISSION
        tender: Tender = make_tender(
            title=" ".join(dice.sample(words, 2)),
            departments=dice.sample(["14", "27", "50"], dice.randint(0, 2)),
            kind=TenderKind.AGREEMENT if agreement else TenderKind.CONTRACT,
            reservation=dice.choice(list(Reservation)),
            deadlines={kind: due} if dice.random() < 0.9 else {},
            published_at=clock.now(),
            reference=f"2026-{dice.randint(100, 120)}",
            lots=2,
        )
        tender.lots[0].reservation = dice.choice([None, None, *Reservation])
        refresh_search([tender.id])
    for number in range(80):
        search = TenderSearch(
            text=dice.choice(
                [
                    "",
                    "",
                    "schools",
                    "clean",
                    "gardens or ecole",
                    "-schools",
                    "schools cleaning",
                    '"école primaire"',
                    "2026/105",
                ]
            ),
            department=dice.choice(["", "14", "50"]),
            kind=dice.choice([None, None, *TenderKind]),
            within_days=dice.choice([None, None, 15, 30]),
            reservation=dice.choice([None, None, Reservation.SIAE, Reservation.EA_ESAT]),
        )
        if search.empty:
            continue
        kept = saved.save_search(actor_of(person), f"Search {number}", search)
        rows = list_tenders(actor_of(person), search, clock.now(), size=1000).rows
        found = {row.id for row in rows}
        fits = set(
            db.session.scalars(
                select(Tender.id).join(SavedSearch, saved.fits()).where(SavedSearch.id == kept.id)
            )
        )
        assert fits == found, search
        late = {row.id for row in rows if row.due_at and row.due_at <= clock.now()}
        assert saved.would_bring(actor_of(person), search).found == len(found - late)
        saved.delete_search(actor_of(person), kept.id)


def test_what_is_past_is_due_within_no_number_of_days(worker, person):
    """Neither in the list, nor in what a search would have brought, nor in what is told."""
    search, now = TenderSearch(within_days=30), clock.now()
    keep(person, "Soon", within_days=30)
    keep(person, "Schools", text="schools")
    keep(person, "Orne", department="61")
    days = {"Past": -2, "Soon": 10, "Far": 40}
    for title, left in days.items():
        due = {DeadlineKind.SUBMISSION: now + timedelta(days=left)}
        make_tender(title=f"{title} schools", departments=["61"], deadlines=due, published_at=now)
    actor = actor_of(person)
    assert [row.title for row in list_tenders(actor, search, now).rows] == ["Soon schools"]
    assert saved.would_bring(actor, search).found == 1
    assert saved.would_bring(actor, TenderSearch(text="schools")).found == 2
    late = published(title="Late schools", deadlines={DeadlineKind.SUBMISSION: timedelta(days=3)})
    worker.prepare()
    with clock.at(TUESDAY + timedelta(days=4)):
        assert worker.tick() == []
    told_of = select(Event.id).where(Event.verb == "tender_published", Event.subject_id == late.id)
    assert db.session.scalar(told_of) is not None


# How much it brings


@pytest.mark.parametrize(
    ("count", "a_day", "much"), [(0, 0, False), (30, 0, False), (180, 3, True), (240, 4, True)]
)
def test_what_a_search_would_have_brought_is_counted(person, count, a_day, much):  # N24
    for _ in range(count):
        make_tender(title="Middle schools", published_at=clock.now() - timedelta(days=30))
    make_tender(title="Middle schools", published_at=clock.now() - timedelta(weeks=13))
    brings = saved.would_bring(actor_of(person), TenderSearch(text="schools"))
    assert (brings.found, brings.a_day, brings.much) == (count, a_day, much)


def test_the_page_says_so_before_anything_is_kept(browser_of, person):  # N24
    for _ in range(200):
        make_tender(title="Middle schools", published_at=clock.now() - timedelta(days=30))
    browser = browser_of(person)
    page = browser.get("/recherches/nouvelle?q=schools").text.replace("\xa0", " ")
    assert "C’est beaucoup : environ 3 par jour." in page
    assert "200 marchés ces 12 dernières semaines" in page
    assert db.session.scalars(select(SavedSearch)).all() == []
    seldom = browser.get("/recherches/nouvelle?q=gardens").text.replace("\xa0", " ")
    assert "Elle n’aurait rien trouvé" in seldom


# Pages


def test_a_search_is_kept_from_the_list_renamed_paused_and_deleted(browser_of, person):
    make_tender(title="Middle schools")
    browser = browser_of(person)
    assert "/recherches/nouvelle?q=schools" in browser.get("/marches?q=schools").text
    page = browser.post(
        "/recherches/nouvelle?q=schools&department=14", data={"name": "Écoles"}, follow_redirects=True
    ).text
    assert "Écoles" in page
    assert "/marches?q=schools&amp;department=14" in page
    [one] = saved.saved_of(actor_of(person))
    browser.post(f"/recherches/{one.id}/nom", data={"name": "Collèges"})
    assert (
        "En pause"
        in browser.post(f"/recherches/{one.id}/pause", data={"paused": "1"}, follow_redirects=True).text
    )
    assert "Collèges" in browser.get("/recherches").text
    page = browser.post(f"/recherches/{one.id}/supprimer", follow_redirects=True).text
    assert "Aucune recherche gardée" in page


def test_what_one_does_with_a_search_stands_in_ones_own_trail_once(person):
    one, actor = keep(person), actor_of(person)
    for paused in (True, True, False, False):
        saved.pause_search(actor, one.id, paused=paused)
    for name in ("Collèges", "Collèges"):
        saved.rename_search(actor, one.id, name)
    saved.delete_search(actor, one.id)
    trail = select(Event.verb).where(Event.subject_type == "user_account", Event.subject_id == person.id)
    assert db.session.scalars(trail.order_by(Event.id)).all() == [
        "search_saved",
        "search_paused",
        "search_resumed",
        "search_renamed",
        "search_deleted",
    ]


def test_the_page_reads_as_much_for_one_search_as_for_twenty(browser_of, person):
    browser = browser_of(person)
    keep(person)
    browser.get("/recherches")
    with counted() as few:
        browser.get("/recherches")
    for number in range(19):
        keep(person, f"Search {number}")
    with counted() as many:
        browser.get("/recherches")
    assert len(few) == len(many)


def test_what_is_refused_keeps_what_was_typed(browser_of, person):
    keep(person, "Mine")
    other = keep(person, "Other", department="14")
    browser = browser_of(person)
    for data in ({"name": ""}, {"name": "mine"}, {"name": "x" * 81}):
        answer = browser.post("/recherches/nouvelle?q=gardens", data=data)
        assert answer.status_code == 422
        assert data["name"] in answer.text
        assert browser.post(f"/recherches/{other.id}/nom", data=data).status_code == 422
    assert browser.post("/recherches/nouvelle?state=open", data={"name": "All"}).status_code == 422
    assert len(saved.saved_of(actor_of(person))) == 2


def test_a_search_is_its_owners_alone(browser_of, person):
    mine = keep(person)
    other = make_manager()
    for path, data in (("nom", {"name": "Taken"}), ("pause", {"paused": "1"}), ("supprimer", {})):
        assert browser_of(other).post(f"/recherches/{mine.id}/{path}", data=data).status_code == 404
    with pytest.raises(NotFound):
        saved.find_search(actor_of(make_delegate()), mine.id)
    assert mine.name not in browser_of(other).get("/recherches").text


def test_nobody_outside_the_network_keeps_one_and_nobody_too_many(person):
    with pytest.raises(Forbidden):
        keep(make_user())
    with pytest.raises(Invalid):
        saved.save_search(actor_of(person), "All", TenderSearch(text="!?"))
    for number in range(saved.MOST):
        keep(person, f"Search {number}")
    with pytest.raises(Conflict):
        keep(person, "One more")
    verbs = db.session.scalars(select(Event.verb).where(Event.verb == "search_saved")).all()
    assert len(verbs) == saved.MOST
