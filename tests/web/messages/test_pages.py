"""The pages of messages: who was told what and when, the text, the export, sending again."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from procurement.core import clock
from procurement.core.db import db
from procurement.core.policy import Role
from procurement.deadlines.models import DeadlineKind
from procurement.embedded.smtp import Reply
from procurement.notifications.kinds import KINDS
from procurement.notifications.models import Delivery, DeliveryState
from procurement.notifications.queries.told import MessageState
from procurement.notifications.rules import Reason
from procurement.tenders.models import Visibility
from procurement.web.messages import words
from procurement.web.spreadsheets import tamed
from tests.counting import counted
from tests.factories import make_delegate, make_manager, make_member, make_tender, make_user, paris
from tests.factories.messages import make_message
from tests.worker import recipients

MORNING = paris(2026, 12, 2, 8)


@pytest.fixture(autouse=True)
def _morning(app):
    with clock.at(MORNING):
        yield


@pytest.fixture
def delegate(browser_of):
    return browser_of(make_delegate(name="Legal Delegate"))


@pytest.fixture
def admin(browser_of):
    return browser_of(make_user(roles=[Role.NETWORK_ADMIN]))


def words_of(page: str) -> str:
    """What a page says, without its tags and with single spaces."""
    main = page.split("<main", 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ")


def rows(page: str) -> int:
    """Lines of the table."""
    return page.count('<td role="cell" class="told-what"')


def table(answer) -> list[dict[str, str]]:
    """The exported file, as a spreadsheet reads it."""
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text), delimiter=";"))


# The list


def test_a_line_in_words(delegate):
    tender = make_tender(title="Schools")
    manager = make_manager(make_member(name="AI Bayeux"), name="Anne", email="anne@example.org")
    make_message(tender, manager, at=MORNING + timedelta(minutes=1))
    said = words_of(delegate.get(f"/marches/{tender.id}/messages").text)
    for one in (
        "Qui a été prévenu de quoi, et quand",
        "La consultation est annulée",
        "À qui connaissait ses dates, et à qui participait",
        "Anne",
        "AI Bayeux",
        "anne@example.org",
        "Parti mer. 2 déc., 8 h 01",
        "Envoyé",
    ):
        assert one in said, said


def test_what_did_not_leave_says_why_and_what_the_server_said(delegate):
    tender = make_tender()
    failed = make_message(tender, make_manager(), MessageState.FAILED)
    make_message(tender, make_manager(), MessageState.VOID)
    page = delegate.get(f"/marches/{tender.id}/messages").text
    said = words_of(page)
    assert "Échec Le serveur de messagerie l’a refusé. 550 no such user" in said
    assert "Non envoyé Entre-temps, la personne n’avait plus rien à faire" in said
    assert page.count(f'href="/messages/{failed.delivery_id}#again"') == 1
    assert page.count("#again") == 1


def test_what_left_and_came_back_does_not_count_as_told(delegate):  # N31
    tender = make_tender()
    make_message(tender, make_manager())
    back = make_message(tender, make_manager(name="Anne"), MessageState.RETURNED, at=MORNING)
    page = words_of(delegate.get(f"/marches/{tender.id}/messages").text)
    assert "Revenu 1" in page
    assert "Envoyé 1" in page
    assert "Parti mer. 2 déc., 8 h 00 Revenu mer. 2 déc., 8 h 05" in page
    assert "Revenu smtp; 550 5.1.1 no such user" in page
    alone = words_of(delegate.get(f"/messages/{back.delivery_id}").text)
    assert "Revenu mer. 2 déc., 8 h 05" in alone
    assert "smtp; 550 5.1.1 no such user" in alone
    [row] = [
        one for one in table(delegate.get(f"/marches/{tender.id}/messages.csv")) if one["Personne"] == "Anne"
    ]
    assert (row["État"], row["Revenu (heure de Paris)"]) == ("Revenu", "2026-12-02 08:05:00")
    assert row["Réponse du serveur de messagerie"] == "smtp; 550 5.1.1 no such user"


def test_what_is_never_about_a_tender_is_not_among_its_kinds(delegate):
    tender = make_tender()
    make_message(tender, make_user(), MessageState.SENT)
    page = delegate.get(f"/marches/{tender.id}/messages").text
    kinds = set(re.findall(r'<option value="([a-z_]+)"', page)) & set(KINDS)
    assert {"registration_closing", "member_proposed", "tender_published", "dues_delegate"} <= kinds
    assert not kinds & {
        "certificate_expiring",
        "erasure_asked",
        "manager_lacking",
        "handed_over",
        "sign_in_link",
    }


def test_filters_are_kept_in_the_address_and_in_the_export(delegate):
    tender = make_tender()
    anne = make_user(name="Anne")
    make_message(tender, anne, MessageState.FAILED)
    make_message(tender, anne, MessageState.SENT, kind="deadline_moved")
    make_message(tender, make_user(name="Bob"), MessageState.FAILED)
    base = f"/marches/{tender.id}/messages"
    for query, count in (
        ("", 3),
        ("?state=failed", 2),
        ("?q=ANNE&state=failed", 1),
        ("?kind=deadline_moved", 1),
        ("?kind=deadline_moved&state=failed", 0),
        ("?state=nonsense&kind=nonsense&before=x&after=-1", 3),
    ):
        page = delegate.get(base + query).text
        assert rows(page) == count, query
        exported = f"{base}.csv{query}".replace("&", "&amp;")
        if count and "nonsense" not in query:
            assert set(re.findall(rf'href="{base}\.csv([^"]*)"', page)) == {
                exported.removeprefix(base + ".csv")
            }
            assert len(table(delegate.get(f"{base}.csv{query}"))) == count
    assert "Aucun message ne répond à cette recherche" in delegate.get(base + "?q=zzz").text


def test_pages_lead_on_and_back(delegate):
    tender, user = make_tender(), make_user()
    for _ in range(60):
        make_message(tender, user)
    first = delegate.get(f"/marches/{tender.id}/messages?state=sent").text
    older = re.search(r'href="([^"]*before=[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    assert rows(first) == 50
    second = delegate.get(older).text
    assert (rows(second), "state=sent" in older) == (10, True)
    newer = re.search(r'href="([^"]*after=[^"]*)" rel="prev"', second)[1].replace("&amp;", "&")
    assert rows(delegate.get(newer).text) == 50


def test_nobody_told_yet_says_what_will_come(delegate):
    said = words_of(delegate.get(f"/marches/{make_tender().id}/messages").text)
    assert "Personne n’a encore été prévenu de rien" in said


@pytest.mark.parametrize("size", [2, 60])
def test_statements_of_the_list(delegate, size):
    tender = make_tender()
    for _ in range(size):
        make_message(tender, make_manager())
    delegate.get(f"/marches/{tender.id}/messages")
    with counted(account=True) as sent:
        page = delegate.get(f"/marches/{tender.id}/messages").text
    assert rows(page) == min(size, 50)
    # Three for the person signed in; the tender, the lines, their tally, names.
    assert len(sent) <= 7, sent


def test_the_tender_and_its_groups_lead_there(delegate, admin, browser_of):
    tender = make_tender(visibility=Visibility.PUBLIC)
    link = f'href="/marches/{tender.id}/messages"'
    assert link in delegate.get(f"/marches/{tender.id}").text
    assert link in delegate.get(f"/marches/{tender.id}/groupes").text
    assert link in admin.get(f"/marches/{tender.id}").text
    assert link not in browser_of(make_manager()).get(f"/marches/{tender.id}").text


# A message


def test_the_text_as_it_was_for_the_delegate_alone(delegate, admin):  # N31
    told = make_message(
        make_tender(), make_user(name="Anne"), subject="Secret subject", text="Kept <text>.\n"
    )
    page = delegate.get(f"/messages/{told.delivery_id}").text
    assert "Kept &lt;text&gt;." in page
    assert "Secret subject" in page
    seen = admin.get(f"/messages/{told.delivery_id}").text
    assert "Kept" not in seen
    assert "Secret subject" not in seen
    assert "Anne" in seen


def test_a_message_not_written_yet_says_so(delegate):
    told = make_message(make_tender(), make_user(), MessageState.WAITING, text="", subject="")
    assert "Rien n’est encore rédigé" in delegate.get(f"/messages/{told.delivery_id}").text


def test_the_message_id_for_whoever_runs_the_mail_server_is_the_one_that_left(delegate, worker):
    make_manager()
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    [mail] = worker.tick()
    number = db.session.scalars(select(Delivery.id)).one()
    page = delegate.get(f"/messages/{number}").text.replace("&lt;", "<").replace("&gt;", ">")
    assert str(mail.message["Message-ID"]) in page


def test_statements_of_a_message(delegate):
    told = make_message(make_tender(), make_manager(), MessageState.FAILED)
    delegate.get(f"/messages/{told.delivery_id}")
    with counted(account=True) as sent:
        delegate.get(f"/messages/{told.delivery_id}")
    assert len(sent) <= 7, sent


# Sending again


def failed(worker) -> Delivery:
    """A mail that the server refused, and takes from now on."""
    make_manager(email="gone@example.org")
    with clock.at(paris(2026, 11, 24)):
        make_tender(deadlines={DeadlineKind.REGISTRATION_CLOSE: paris(2026, 12, 9)})
    worker.smtp.fail(how=Reply(550, "no such user"), times=1)
    worker.tick()
    return db.session.scalars(select(Delivery)).one()


def test_sending_again_explains_itself_does_it_once_and_is_noted(delegate, worker):  # N5
    delivery = failed(worker)
    page = delegate.get(f"/messages/{delivery.id}").text
    assert "S’il dit la même chose qu’avant" in page
    form = {"form_number": re.search(r'name="form_number" value="([^"]+)"', page)[1]}
    answer = delegate.post(f"/messages/{delivery.id}/renvoyer", data=form)
    assert (answer.status_code, answer.location) == (302, f"/messages/{delivery.id}")
    assert delegate.post(f"/messages/{delivery.id}/renvoyer", data=form).status_code == 302
    worker.sweep()
    worker.sweep()
    assert recipients(worker.smtp.messages) == ["gone@example.org"]
    said = words_of(delegate.get(f"/messages/{delivery.id}").text)
    assert "Legal Delegate" in said
    assert "Courriel remis en file d’envoi" in said


def test_what_left_is_not_sent_again(delegate):
    told = make_message(make_tender(), make_user())
    assert "renvoyer" not in delegate.get(f"/messages/{told.delivery_id}").text
    assert delegate.post(f"/messages/{told.delivery_id}/renvoyer").status_code == 409
    assert db.session.get(Delivery, told.delivery_id).state is DeliveryState.SENT


def test_looking_sends_nothing(delegate, worker):  # N23
    delivery = failed(worker)
    assert delegate.get(f"/messages/{delivery.id}/renvoyer").status_code == 405
    delegate.get(f"/messages/{delivery.id}")
    worker.sweep()
    assert worker.smtp.messages == []


# The export


def test_the_export_opens_in_a_spreadsheet(delegate):  # N31
    tender = make_tender()
    manager = make_manager(make_member(name="AI « Été »"), name='Hélène; dite "Lène"', email="h@example.org")
    make_message(
        tender, manager, at=MORNING + timedelta(minutes=1), subject="Objet", text="Ligne 1\nLigne 2\n"
    )
    answer = delegate.get(f"/marches/{tender.id}/messages.csv")
    assert answer.data.startswith("\ufeff".encode())
    assert answer.content_type == "text/csv; charset=utf-8"
    assert f"messages-{tender.id}.csv" in answer.headers["Content-Disposition"]
    [row] = table(answer)
    assert list(row) == [
        "Préparé (heure de Paris)",
        "Départ prévu (heure de Paris)",
        "Parti (heure de Paris)",
        "Revenu (heure de Paris)",
        "État",
        "Quoi",
        "À propos de",
        "À qui, et pourquoi",
        "Personne",
        "Structures à cette date",
        "Adresse",
        "Essais",
        "Pourquoi il n’est pas parti",
        "Réponse du serveur de messagerie",
        "Objet",
        "Texte",
    ]
    assert row["Parti (heure de Paris)"] == "2026-12-02 08:01:03"
    assert row["Personne"] == 'Hélène; dite "Lène"'
    assert row["Structures à cette date"] == "AI « Été »"
    assert (row["Objet"], row["Texte"]) == ("Objet", "Ligne 1\nLigne 2\n")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_calculates(delegate, start):
    tender = make_tender()
    evil = f"{start}HYPERLINK(1)"
    make_message(tender, make_user(name=evil), subject=evil, text=evil)
    [row] = table(delegate.get(f"/marches/{tender.id}/messages.csv"))
    assert {row["Personne"], row["Objet"], row["Texte"]} == {"'" + evil.replace("\r", row["Objet"][1])}
    assert tamed(evil) == "'" + evil


def test_the_administrator_s_export_has_no_text_and_no_group(admin):  # G3
    tender = make_tender()
    make_message(tender, make_user(name="Anne"), subject="Secret subject", text="Secret text")
    make_message(tender, make_user(name="Walled"), kind="member_proposed")
    data = admin.get(f"/marches/{tender.id}/messages.csv").data.decode()
    assert "Anne" in data
    assert "Secret" not in data
    assert "Walled" not in data


def test_a_mail_about_several_tenders_keeps_the_others_out_of_the_file(delegate):
    tender, other = make_tender(), make_tender()
    told = make_message(tender, make_user(), subject="Two tenders", text="The other one too")
    make_message(other, make_user(), in_mail=told.delivery_id)
    [row] = table(delegate.get(f"/marches/{tender.id}/messages.csv"))
    assert row["Objet"] == ""
    assert row["Texte"].startswith("(Il parle aussi d’autres consultations")


def test_a_long_export_is_written_piece_by_piece(delegate, monkeypatch):
    monkeypatch.setattr("procurement.notifications.queries.told.AT_ONCE", 100)
    tender, user = make_tender(), make_user()
    for _ in range(450):
        make_message(tender, user)
    with counted(account=True) as sent:
        answer = delegate.get(f"/marches/{tender.id}/messages.csv", buffered=True)
        assert len(table(answer)) == 450
    # Three for the person, one for the tender, two for each part.
    assert len(sent) <= 4 + 2 * 5, sent


# Words


def test_every_kind_and_every_reason_has_its_words():
    assert set(KINDS) - set(words.KINDS) == set()
    assert {reason.value for reason in Reason} - set(words.REASONS) == set()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("J-7", "7 jours avant"),
        ("J-1", "la veille"),
        ("H-4", "4 heures avant"),
        ("M-6", "6 mois avant"),
        ("X-6", "X-6"),
    ],
)
def test_lead_times_in_words(whole_app, code, said):
    with whole_app.test_request_context():
        assert words.lead(code) == said
