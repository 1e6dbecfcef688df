"""What each answer tells the browser, whoever asks and whatever is asked."""

import pytest

from procurement import create_app
from procurement.core.db import db
from procurement.web.libraries import limiter
from tests.factories import make_manager


@pytest.fixture
def secure(settings, app):
    """The application as it stands behind https."""
    enabled = limiter.enabled
    other = create_app(
        settings.model_copy(update={"public_url": "https://marches.reseau.fr", "trusted_proxies": 1})
    )
    other.config.update(TESTING=True)
    limiter.enabled = enabled
    yield other
    with other.app_context():
        db.engine.dispose()


def get(app, path, **options):
    return app.test_client().get(path, base_url="https://marches.reseau.fr", **options)


@pytest.mark.parametrize(
    "path", ["/", "/connexion", "/marches", "/none", "/static/css/identity.css", "/healthz"]
)
def test_every_answer_has_its_headers(secure, path):
    headers = get(secure, path, buffered=True).headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["object-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert all(
        f"{name}=()" in headers["Permissions-Policy"] for name in ("camera", "microphone", "geolocation")
    )
    assert "max-age=31556926" in headers["Strict-Transport-Security"]
    assert "includeSubDomains" in headers["Strict-Transport-Security"]


def test_the_session_s_cookie_is_for_this_site_by_https_and_no_script(secure):
    [cookie] = get(secure, "/connexion").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_plain_http_is_led_to_https(secure):
    answer = secure.test_client().get("/marches", base_url="http://marches.reseau.fr")
    assert (answer.status_code, answer.location) == (302, "https://marches.reseau.fr/marches")


@pytest.mark.parametrize("host", ["evil.example", "marches.reseau.fr.evil.example", "127.0.0.1"])
def test_another_name_than_ours_is_refused_and_not_repeated(secure, host):
    answer = secure.test_client().get("/connexion", base_url=f"https://{host}")
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert secure.test_client().get("/healthz", base_url=f"http://{host}").status_code in {200, 503}


def test_what_a_person_sees_stays_in_that_browser_only(client, browser_of):
    assert browser_of(make_manager()).get("/marches").headers["Cache-Control"] == "private, no-cache"
    assert "private" not in client.get("/static/css/identity.css", buffered=True).headers["Cache-Control"]


def test_a_form_without_its_token_changes_nothing(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    for path in ("/connexion", "/connexion/lien", "/deconnexion", "/fichiers"):
        assert client.post(path, data={"email": "a@demo.example"}).status_code == 400, path


@pytest.mark.parametrize("path", ["/connexion", "/marches"])
def test_a_page_is_asked_for_anew_and_keeps_what_was_typed(secure, path):
    assert get(secure, path).headers["Cache-Control"] == "private, no-cache"
