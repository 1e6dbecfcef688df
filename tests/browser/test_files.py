"""Files in Chromium: sent ahead with their progress, refused in words, and sent without JavaScript all the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, clean, sign_in
from tests.factories import a_pdf
from tests.live import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DELEGATE = "deleguee.juridique@demo.example"


def documents(page: Page, running: Product) -> None:
    """The page of documents of a tender, as the delegate."""
    sign_in(page, DELEGATE, running.demo_password())
    page.goto("/marches?q=Calvados")
    page.get_by_role("link", name=re.compile("collèges du Calvados")).first.click()
    page.wait_for_url(re.compile(r"/marches/\d+$"))
    page.goto(page.url + "/documents")


def a_file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_files_go_ahead_of_their_form(open_page, running: Product):
    page = open_page(PHONE)
    documents(page, running)
    field = page.get_by_label("Documents")
    field.set_input_files([a_file("RC.pdf", a_pdf("rc")), a_file("BPU.xlsx", b"MZ" + b"\0" * 100)])
    expect(page.locator(".upload-done")).to_contain_text("RC.pdf")
    expect(page.get_by_role("alert")).to_contain_text("n’est pas accepté")
    clean(page)
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    page.get_by_role("button", name="Les ajouter").click()
    expect(page.locator("main")).to_contain_text("1 document est là")
    # The bytes had gone before: the form itself was light.
    assert max(sent) < len(a_pdf("rc")) + 2000
    for size in (PHONE, WIDE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_a_form_pressed_too_early_waits_for_its_files(open_page, running: Product):
    page = open_page()
    documents(page, running)
    held: list = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/fichiers", hold)
    page.get_by_label("Documents").set_input_files([a_file("CCTP.pdf", a_pdf("cctp"))])
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Les ajouter").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    for route in held:
        route.continue_()
    expect(page.locator("main")).to_contain_text("1 document est là")
    expect(page.get_by_role("link", name="CCTP.pdf", exact=True)).to_be_visible()


def test_files_travel_with_the_form_without_javascript(open_page, running: Product):
    page = open_page(javascript=False)
    documents(page, running)
    page.get_by_label("Documents").set_input_files([a_file("CCAP.pdf", a_pdf("ccap"))])
    page.get_by_role("button", name="Les ajouter").click()
    expect(page.get_by_role("link", name="CCAP.pdf", exact=True)).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="CCAP.pdf", exact=True).click()
    assert saving.value.suggested_filename == "CCAP.pdf"
