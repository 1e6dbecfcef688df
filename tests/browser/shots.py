"""Screenshots of the main pages at two widths: `python -m tests.browser.shots [folder]`, on the demo network.

DATABASE_URL and REDIS_URL say where; the database may be empty, the demo is then loaded.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.chromium import PHONE, WIDE, chromium, sign_in
from tests.live import Product

VISITOR = {"accueil": "/", "marches": "/marches", "connexion": "/connexion", "introuvable": "/marches/999999"}
PEOPLE = {
    "deleguee": (
        "deleguee.juridique@demo.example",
        {
            "accueil": "/",
            "marches": "/marches",
            "arrivees": "/arrivees",
            "marche": "@Calvados",
            "groupes": "@Calvados/groupes",
            "documents": "@Calvados/documents",
            "attestations": "/attestations",
            "attestations-rouges": "/attestations?etat=rouge",
            "modifier": "@Calvados/modifier",
            "rappels": "@Calvados/rappels",
            "nouveau": "/marches/nouveau",
            "reponses": "/reponses",
            "personnes": "/personnes",
            "importer": "/structures/importer",
            "sante": "/sante",
            "reprendre": "@Calvados/reprendre",
        },
    ),
    "structure": (
        "ai.bayeux@demo.example",
        {
            "accueil": "/",
            "marche": "@Calvados",
            "inscription": "@Calvados/inscription",
            "reponses": "/reponses",
            "structures": "/structures",
            "structure": "/structures/2",
            "dossier": "/structures/2/dossier",
            "compte": "/compte",
            "attestations": "/attestations",
            "recois": "/compte/messages",
            "recherche": "/recherches/nouvelle?q=agents&department=14",
            "recherches": "/recherches",
            "pour-vous": "/pour-vous",
            "nouvelles": "/nouvelles",
        },
    ),
    "mandataire": ("aci.argentan@demo.example", {"accueil": "/", "reponse": "+"}),
    "etti": ("etti.le-havre@demo.example", {"accord": "@Poste", "adhesion": "@Poste/inscription"}),
    "observatrice": ("observateur@demo.example", {"accueil": "/"}),
}


def _path(page: Page, where: str) -> str:
    """An address: "@words/rest" is the tender whose title has these words, "+" the first group answer."""
    if where == "+":
        page.goto("/reponses")
        return str(page.locator("main a[href^='/reponses/']").first.get_attribute("href"))
    if not where.startswith("@"):
        return where
    words, _, rest = where[1:].partition("/")
    page.goto(f"/marches?q={words}")
    found = page.locator("main a[href^='/marches/']").first.get_attribute("href")
    return f"{found}/{rest}".rstrip("/")


def _visit(
    browser: Browser, url: str, name: str, account: str, password: str, pages: dict[str, str], folder: Path
) -> None:
    for width, size in (("1280", WIDE), ("390", PHONE)):
        context = browser.new_context(base_url=url, viewport=size, locale="fr-FR", reduced_motion="reduce")
        page = context.new_page()
        if account:
            sign_in(page, account, password)
        for title, where in pages.items():
            page.goto(_path(page, where))
            page.screenshot(path=str(folder / f"{name}-{title}-{width}.png"), full_page=True)
        context.close()


def take(url: str, password: str, folder: Path) -> int:
    """Write the pictures of the product at `url` into `folder`, `password` being that of all demo accounts; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        _visit(browser, url, "visiteur", "", "", VISITOR, folder)
        for name, (account, pages) in PEOPLE.items():
            _visit(browser, url, name, account, password, pages, folder)
    return len(list(folder.glob("*.png")))


def main() -> None:
    """Start the product on the given database and take the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "shots").resolve()
    with tempfile.TemporaryDirectory() as temporary:
        product = Product(Path(temporary), os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
        product.flask("demo", "load")
        try:
            product.start("smtp", "web")
            count = take(product.url, product.demo_password(), folder)
        finally:
            product.stop()
    sys.stdout.write(f"{count} pictures in {folder}\n")


if __name__ == "__main__":
    main()
