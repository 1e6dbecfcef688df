"""Using the pages: by keyboard, on a phone, without JavaScript, with it; what is shown at every width."""

import re
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, clean, sign_in
from tests.live import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MEMBER = "etti.saint-lo@demo.example"
LEAD = "aci.argentan@demo.example"
REGISTERED = "ai.caen@demo.example"
DELEGATE = "deleguee.juridique@demo.example"
OBSERVER = "observateur@demo.example"
NARROWEST = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def cookies() -> dict[str, list]:
    """Cookies of the people who have signed in already, by address: once a file is enough."""
    return {}


@pytest.fixture
def as_person(open_page, running: Product, cookies: dict[str, list]):
    """Open a window signed in as a person of the demo, on their first screen."""

    def make(email: str, size: dict[str, int] = WIDE, *, javascript: bool = True) -> Page:
        page = open_page(size, javascript=javascript)
        if email not in cookies:
            sign_in(page, email, running.demo_password())
            cookies[email] = page.context.cookies()
        page.context.add_cookies(cookies[email])
        page.goto("/")
        return page

    return make


@pytest.mark.parametrize("email", [MEMBER, DELEGATE, OBSERVER])
def test_first_screens_are_readable_by_all(as_person, email: str):
    page = as_person(email)
    for size, scheme in product([WIDE, PHONE], ["light", "dark"]):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto("/")
        clean(page)


def test_nothing_is_wider_than_the_narrowest_phone(open_page):
    page = open_page(NARROWEST)
    for address in ("/", "/rejoindre", "/marches", "/connexion", "/nowhere"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST["width"], address


@pytest.mark.parametrize("width", [320, 375, 384, 390, 406, 412, 1280])
def test_signing_in_is_in_sight_or_in_the_menu(open_page, width: int):
    page = open_page({"width": width, "height": 800})
    page.goto("/")
    links = page.get_by_role("banner").get_by_role("link", name="Se connecter")
    if not any(link.is_visible() for link in links.all()):
        page.get_by_role("banner").get_by_text("Menu", exact=True).click()
    assert sum(link.is_visible() for link in links.all()) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_delegate_s_timeline_fits_the_narrowest_phone(as_person):
    page = as_person(DELEGATE, NARROWEST)
    expect(page.get_by_role("heading", name="Consultations en cours")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST["width"]


def test_the_menu_opens_on_a_phone_without_javascript(as_person):
    page = as_person(MEMBER, PHONE, javascript=False)
    page.get_by_text("Menu", exact=True).click()
    menu = page.get_by_role("navigation", name="Navigation principale")
    expect(menu.get_by_role("link", name="Mon travail")).to_have_attribute("aria-current", "page")
    menu.get_by_role("link", name="Consultations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Consultations")


@pytest.mark.parametrize("email", [MEMBER, DELEGATE])
def test_the_header_keeps_to_one_line_on_a_small_laptop(as_person, email: str):
    page = as_person(email)
    for width in (1024, 1279, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(".top-in").evaluate("bar => bar.getBoundingClientRect().height") <= 64, width


def test_what_is_needed_now_and_then_stands_under_more(as_person):
    page = as_person(DELEGATE)
    page.get_by_text("Plus", exact=True).click()
    page.get_by_role("link", name="Personnes et rôles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Personnes et rôles")


def test_a_menu_closes_at_escape_and_gives_the_keyboard_back(as_person):
    page = as_person(MEMBER)
    page.get_by_text("Compte", exact=True).press("Enter")
    expect(page.get_by_role("link", name="Mon compte")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Mon compte")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_first_tab_leads_past_the_header(open_page):
    page = open_page()
    page.goto("/rejoindre")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_language_changes_without_javascript(open_page):
    page = open_page(javascript=False)
    page.goto("/rejoindre")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Join the network")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejoindre le réseau")


def test_what_was_refused_takes_the_keyboard_and_leads_to_its_field(open_page):
    page = open_page()
    page.goto("/connexion/lien")
    page.get_by_label("Adresse électronique").fill("not an address")
    page.get_by_role("button", name=re.compile("lien")).click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    alert.get_by_role("link").click()
    expect(page.get_by_label("Adresse électronique")).to_be_focused()
    expect(page.get_by_label("Adresse électronique")).to_have_value("not an address")


def registration(page: Page) -> str:
    """The address of a registration that can be withdrawn, from the person's first screen."""
    page.get_by_role("link", name=re.compile("collèges du Calvados")).last.click()
    page.wait_for_url(re.compile(r"/marches/\d+$"))
    return page.url + "/inscription"


def test_what_can_t_be_undone_asks_first(as_person):
    page = as_person(REGISTERED)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(registration(page))
    page.get_by_role("button", name="Retirer l’inscription").click()
    question = page.get_by_role("dialog")
    expect(question).to_be_visible()
    clean(page)
    question.get_by_role("button", name="Revenir").click()
    expect(question).to_be_hidden()
    assert sent == []
    page.get_by_role("button", name="Retirer l’inscription").click()
    question.get_by_role("button", name="Retirer l’inscription").click()
    page.wait_for_load_state()
    assert len(sent) == 1


def test_a_form_whose_button_is_pressed_twice_is_sent_once(open_page):
    page = open_page()
    page.goto("/connexion/lien")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Adresse électronique").fill(LEAD)
    page.get_by_role("button", name=re.compile("lien")).dblclick()
    page.wait_for_url(
        "**/courriel-envoye*"
    )  # the page was idle before it was sent, so idleness alone says nothing
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
