"""Asking another site: allowed ones only, never an address of one's own network, bounded in size."""

import pytest

from procurement.core import outside
from procurement.core.outside import (
    LARGEST,
    NOT_ALLOWED,
    TOO_LARGE,
    UNREACHABLE,
    NotFetched,
    Reach,
    fetch,
    is_public,
)
from tests.sites import site

HTML = {"Content-Type": "text/html; charset=iso-8859-1"}
HERE = Reach(frozenset({"127.0.0.1"}), may=lambda _: True, plain=True)
"""Lets a test's own server be asked."""


def refusal(url: str, reach: Reach) -> str:
    with pytest.raises(NotFetched) as refused:
        fetch(url, reach)
    return refused.value.message


def test_a_page_comes_with_its_kind_and_its_charset():
    with site({"/avis": (200, HTML, b"<p>\xe9")}) as here:
        page = fetch(f"{here.url}/avis?q=1", HERE)
        assert (page.body, page.media_type, page.charset) == (b"<p>\xe9", "text/html", "iso-8859-1")
        assert here.asked == ["/avis?q=1"]


def test_the_machine_itself_is_never_asked_even_by_an_allowed_name():
    with site({"/": (200, HTML, b"secret")}) as here:
        by_name = f"http://localhost:{here.port}/"
        assert refusal(by_name, Reach(frozenset({"localhost"}), plain=True)) == NOT_ALLOWED
        assert refusal(here.url, Reach(frozenset({"127.0.0.1"}), plain=True)) == NOT_ALLOWED
        assert here.asked == []


def test_a_redirection_is_checked_as_the_first_address_was():
    pages = {
        "/in": (302, {"Location": "/there"}, b""),
        "/there": (200, HTML, b"here"),
        "/out": (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/round": (302, {"Location": "/round"}, b""),
        "/nowhere": (302, {}, b""),
    }
    with site(pages) as here:
        assert fetch(f"{here.url}/in", HERE).body == b"here"
        assert refusal(f"{here.url}/out", HERE) == NOT_ALLOWED
        assert refusal(f"{here.url}/file", HERE) == NOT_ALLOWED
        assert refusal(f"{here.url}/round", HERE) == UNREACHABLE
        assert here.asked.count("/round") == outside.REDIRECTIONS + 1


def test_what_is_missing_too_large_or_silent_is_refused():
    with site({"/big": (200, HTML, b"x" * (LARGEST + 1)), "/bad": (500, HTML, b"")}) as here:
        assert refusal(f"{here.url}/big", HERE) == TOO_LARGE
        assert refusal(f"{here.url}/bad", HERE) == UNREACHABLE
        assert refusal(f"{here.url}/none", HERE) == UNREACHABLE
        gone = here.url
    assert refusal(gone, HERE) == UNREACHABLE


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://www.boamp.fr/x", True),
        ("https://boamp.fr", True),
        ("https://boamp.fr:443/", True),
        ("https://BOAMP.fr./x", True),
        ("http://boamp.fr/", False),
        ("https://boamp.fr:8443/", False),
        ("https://boamp.fr.evil.example/", False),
        ("https://evilboamp.fr/", False),
        ("https://boamp.fr@evil.example/", False),
        ("https://user@boamp.fr/", False),
        ("https://evil.example/?boamp.fr", False),
        ("https://evil.example#boamp.fr", False),
        ("ftp://boamp.fr/", False),
        ("https://[::1]/", False),
        ("https://boamp.fr:x/", False),
        ("", False),
    ],
)
def test_which_addresses_are_allowed(url, allowed):
    assert Reach(frozenset({"boamp.fr"})).allows(url) is allowed


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("185.24.184.1", True),
        ("2a00:1450:4007::200e", True),
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_which_ip_addresses_are_public(address, public):
    assert is_public(address) is public
