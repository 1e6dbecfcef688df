"""A member photographs a certificate on a phone; the delegate looks at it and checks it with one key."""

import re
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, clean, sign_in
from tests.live import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MEMBER = "ai.bayeux@demo.example"
DELEGATE = "deleguee.juridique@demo.example"


def fits(page: Page) -> None:
    """axe finds nothing on this page, and it is no wider than its window."""
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


def a_photograph() -> dict:
    """What a phone's camera gives, turned as it was held."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1600, 1200), "wheat").save(out, "JPEG", exif=exif)
    return {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_photograph_becomes_a_checked_certificate(open_page, running: Product):
    member = open_page(PHONE)
    sign_in(member, MEMBER, running.demo_password())
    member.get_by_text("Menu", exact=True).click()
    member.get_by_role("link", name="Attestations", exact=True).click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("Attestations")
    expect(member.locator("main")).to_contain_text("à envoyer maintenant")
    fits(member)
    member.get_by_role("link", name=re.compile("L’envoyer.*Assurance")).click()
    fits(member)
    with member.expect_file_chooser() as choosing:
        member.get_by_text("Le photographier").click()
    choosing.value.set_files(a_photograph())
    expect(member.locator(".upload-done")).to_contain_text("IMG_0042.jpg")
    today = date.today()  # noqa: DTZ011 - the product's processes follow the machine's clock
    member.get_by_label("Délivrée le").fill(today.isoformat())
    member.get_by_role("button", name="L’envoyer").click()
    # The end is missing: it is said, and the photograph needn't be taken again.
    expect(member.get_by_role("alert")).to_contain_text("dernier jour")
    expect(member.locator(".upload-done")).to_contain_text("IMG_0042.jpg")
    member.get_by_label("Dernier jour indiqué").fill(today.replace(day=1, year=today.year + 1).isoformat())
    member.get_by_role("button", name="L’envoyer").click()
    expect(member.locator("main")).to_contain_text("c’est bien arrivé")
    fits(member)

    delegate = open_page(WIDE)
    sign_in(delegate, DELEGATE, running.demo_password())
    delegate.goto("/attestations")
    fits(delegate)
    row = delegate.get_by_role("row", name=re.compile("AI Bayeux"))
    row.get_by_role("link", name="À vérifier").click()
    shown = delegate.get_by_role("img", name=re.compile("IMG_0042"))
    expect(shown).to_be_visible()
    # Drawn as it was held: upright.
    assert shown.evaluate(
        "picture => picture.decode().then(() => picture.naturalHeight > picture.naturalWidth)"
    )
    fits(delegate)
    address = delegate.url
    expect(delegate.get_by_role("button", name="Elle est bonne")).to_be_focused()
    delegate.keyboard.press("Enter")
    expect(delegate.locator("main")).to_contain_text("Elle est vérifiée.")
    delegate.goto(address)
    expect(delegate.locator("main")).to_contain_text("Valable")
    for size in (PHONE, WIDE):
        delegate.set_viewport_size(size)
        for path in ("/attestations", "/attestations?etat=rouge", address):
            delegate.goto(path)
            fits(delegate)

    member.reload()
    row = member.locator("li").filter(has_text="Assurance")
    expect(row).to_contain_text("Valable")
