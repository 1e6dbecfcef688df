"""The whole story in Chromium, with real mail: a visitor, a member, the delegate, and a deadline that nobody misses."""

import json
import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from procurement.deadlines.rules import is_working_day
from tests.browser.chromium import PHONE, clean, sign_in
from tests.live import Product, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MEMBER = "ai.bayeux@demo.example"
SECOND = "ai.lisieux@demo.example"
DELEGATE = "deleguee.juridique@demo.example"


def link_in(mail, path: str) -> str:
    """The address in a mail that leads to `path` (a pattern)."""
    text = mail.get_body(("plain",)).get_content()
    found = re.search(rf"https?://\S*{path}\S*", text)
    assert found, text
    return found[0].rstrip(".>)")


def move_clock(running: Product, instant: datetime) -> None:
    """Every process now believes that it is `instant`."""
    seconds = (instant - datetime.now(instant.tzinfo)).total_seconds()
    running.clock_file.write_text(str(seconds))


def submission_of(running: Product, words: str) -> datetime:
    """When the offers of the tender whose title has these words are due, as Paris shows it."""
    lines = (json.loads(line) for line in running.flask("tenders", "export").splitlines())
    tender = next(one for one in lines if words in one["title"])
    return datetime.fromisoformat(tender["submission_deadline"])


def let_jobs_run(running: Product, open_page) -> None:
    """Wait until the jobs have planned and sent at the present hour: a mail asked for now came through them."""
    address = "etti.caen@demo.example"
    before = len(running.mails(address))
    page = open_page()
    page.goto("/connexion")
    form = page.locator("form").filter(has=page.get_by_role("button", name="Recevoir un lien"))
    form.get_by_label("Adresse électronique").fill(address)
    form.get_by_role("button", name="Recevoir un lien").click()
    until(
        lambda: any(
            "/connexion/lien/" in str(mail.get_body(("plain",)).get_content())
            for mail in running.mails(address)[before:]
        )
    )
    page.close()


def test_from_a_search_to_a_reminder(running: Product, open_page):
    visitor = open_page()
    visitor.goto("/")
    clean(visitor)
    visitor.goto("/marches")
    visitor.get_by_label("Mots, acheteur, SIRET, référence ou code CPV").fill("college remplacements")
    visitor.get_by_role("button", name="Rechercher").click()
    visitor.get_by_role("link", name=re.compile("collèges du Calvados")).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("collèges du Calvados")
    expect(visitor.locator("main")).to_contain_text("heure de Paris")
    clean(visitor)
    tender = visitor.url

    # The member signs in by a link, on a phone, and registers in under a minute.
    member = open_page(PHONE)
    member.goto("/connexion")
    clean(member)
    form = member.locator("form").filter(has=member.get_by_role("button", name="Recevoir un lien"))
    form.get_by_label("Adresse électronique").fill(MEMBER)
    form.get_by_role("button", name="Recevoir un lien").click()
    mail = running.mail(MEMBER, "/connexion/lien/")
    member.goto(link_in(mail, "/connexion/lien/"))
    clean(member)
    member.get_by_role("main").get_by_role("button").first.click()
    expect(member.get_by_role("heading", level=1)).to_have_text("Mon travail")
    clean(member)
    member.get_by_role("link", name="S’inscrire, ou dire non").first.click()
    clean(member)
    member.get_by_label(re.compile("Lot 2")).first.check()
    member.get_by_label("Heures par semaine").fill("60")
    member.get_by_role("button", name="Nous répondons").click()
    expect(member.locator("main")).to_contain_text("C’est noté")

    # The delegate opens a group and proposes it.
    delegate = open_page()
    sign_in(delegate, DELEGATE, running.demo_password())
    clean(delegate)
    delegate.goto(f"{tender}/groupes")
    clean(delegate)
    opening = delegate.locator("details#open")
    if opening.get_attribute("open") is None:
        opening.locator("summary").first.click()
    opening.get_by_label("Nom du groupement").fill("Bessin ensemble")
    opening.get_by_label(re.compile("Lot 2")).check()
    opening.get_by_role("button").last.click()
    expect(delegate.get_by_role("heading", level=1)).to_contain_text("Bessin ensemble")
    group = delegate.url
    clean(delegate)
    delegate.get_by_label(re.compile("Bayeux")).check()
    delegate.get_by_label(re.compile("Lisieux")).check()
    delegate.get_by_role("button", name="Leur proposer une place").click()

    # The member hears of it by mail, and confirms.
    proposal = running.mail(MEMBER, "Bessin ensemble")
    member.goto(link_in(proposal, "/reponses/"))
    clean(member)
    member.get_by_role("button", name=re.compile("Nous confirmons")).click()
    expect(member.locator("main")).to_contain_text("Confirmée")

    second = open_page()
    sign_in(second, SECOND, running.demo_password())
    second.goto(group)
    second.get_by_role("button", name=re.compile("Nous confirmons")).click()
    expect(second.locator("main")).to_contain_text("Confirmée")

    # A stranger to the group: nothing there.
    stranger = open_page()
    sign_in(stranger, "ai.caen@demo.example", running.demo_password())
    assert stranger.goto(group).status == 404
    clean(stranger)

    # Form, lead, and all are told.
    delegate.goto(group)
    delegate.get_by_label("Forme du groupement").first.select_option("joint_with_solidary_lead")
    delegate.get_by_role("button", name="Fixer la forme").click()
    lead = delegate.get_by_label("Mandataire du groupement").first
    lead.select_option(value=lead.locator("option", has_text="Bayeux").get_attribute("value"))
    delegate.get_by_role("button", name="Nommer le mandataire").click()
    delegate.get_by_role("button", name="Annoncer le groupement").click()
    running.mail(MEMBER, "mandataire")
    clean(delegate)

    # Seven days before the deadline, at eight in the morning, the reminder leaves, sent by the worker.
    due = submission_of(running, "collèges du Calvados")
    morning = (due - timedelta(days=7)).replace(hour=8, minute=0, second=0)
    while not is_working_day(morning.date()):
        morning -= timedelta(days=1)
    move_clock(running, morning - timedelta(minutes=2))
    let_jobs_run(running, open_page)
    before = len(running.mails(MEMBER))
    move_clock(running, morning + timedelta(minutes=1))
    reminder = until(lambda: running.mails(MEMBER)[before:])[0]
    assert "heure de Paris" in reminder.get_body(("plain",)).get_content()
    assert "12 h 00" in str(reminder["Subject"]).replace("\xa0", " ")
    assert str(reminder["X-Envelope-To"]) == MEMBER  # N21

    # The deadline moves: whoever was told is told again (N12).
    delegate.goto(f"{tender}/dates/offres")
    clean(delegate)
    later = due + timedelta(days=1)
    delegate.get_by_label("Jour").fill(later.date().isoformat())
    delegate.get_by_label("Heure").fill("16:00")
    delegate.get_by_role("button", name="Voir ce que cela change").click()
    expect(delegate.get_by_role("button", name="Déplacer la date")).to_be_visible()
    clean(delegate)
    delegate.get_by_role("button", name="Déplacer la date").click()
    correction = running.mail(MEMBER, "16\xa0h\xa000")
    assert running.mails(MEMBER)[-1]["Message-ID"] == correction["Message-ID"]

    # Deposited: a receipt, and silence.
    delegate.goto(group)
    when = morning + timedelta(minutes=1)
    deposit = delegate.locator("form").filter(has=delegate.get_by_label("Numéro d’accusé"))
    deposit.get_by_label("Jour").fill(when.date().isoformat())
    deposit.get_by_label("Heure").fill("08:00")
    deposit.get_by_label("Numéro d’accusé").fill("R-2026-001")
    deposit.get_by_role("button", name="Enregistrer le dépôt").click()
    expect(delegate.locator("main")).to_contain_text("R-2026-001")
    clean(delegate)
    told = running.mail(MEMBER, "R-2026-001")
    move_clock(running, later.replace(hour=12, minute=1))  # H-4 of the new deadline
    let_jobs_run(running, open_page)
    assert running.mails(MEMBER)[-1]["Message-ID"] == told["Message-ID"]  # N14, N15
