"""What is amiss with the settings of an installation, in words that say what to set. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from config import ROOT, Settings
from procurement.core.i18n import N_

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
NOWHERE = (".example", ".invalid", ".test", ".localhost", "example.org", "example.com", "localhost")
"""Ends of names that nobody has."""
GUESSED = ("secret", "change", "example", "password", "0123456789", "abcdef", "throwaway")
"""What a key drawn at random doesn't hold: somebody typed it, or copied it from a page."""
VARIED = 12
"""Different characters that a key drawn at random has, at least."""
TOKEN_MIN = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """Something amiss: with which setting, and what to do; `grave`: people aren't let in like that."""

    setting: str
    words: str
    grave: bool = True
    params: dict[str, Any] = field(default_factory=dict)


def is_public(settings: Settings) -> bool:
    """Whether people reach this installation from elsewhere than the machine it runs on."""
    named = "public_url" in settings.model_fields_set
    return not settings.embedded and not (named and urlsplit(settings.public_url).hostname in LOCAL)


def weaknesses(settings: Settings) -> Sequence[Finding]:
    """What is amiss with these settings; nothing where only this machine reaches it."""
    if not is_public(settings):
        return []
    return [*_keys(settings), *_web(settings), *_mail(settings), *_advice(settings)]


def _keys(settings: Settings) -> Iterator[Finding]:
    drawn = N_("This key looks typed or copied. Draw another: openssl rand -base64 48")
    for name, keys in (("SECRET_KEY", [settings.secret_key]), ("SEAL_KEYS", settings.seal_keys.split())):
        if any(len(set(key)) < VARIED or any(word in key.lower() for word in GUESSED) for key in keys):
            yield Finding(name, drawn)
    if settings.secret_key in settings.seal_keys.split():
        yield Finding("SEAL_KEYS", N_("It is the same as SECRET_KEY: draw a key of its own."))
    if settings.metrics_token and len(settings.metrics_token) < TOKEN_MIN:
        yield Finding(
            "METRICS_TOKEN",
            N_("Too short: %(least)s characters at least, drawn at random."),
            params={"least": TOKEN_MIN},
        )


def _web(settings: Settings) -> Iterator[Finding]:
    where = urlsplit(settings.public_url)
    if "public_url" not in settings.model_fields_set:
        yield Finding("PUBLIC_URL", N_("Say the address that people type: https://marches.example.org"))
    elif not settings.secure:
        yield Finding(
            "PUBLIC_URL",
            N_("Without https passwords travel in the clear: write https:// and let the proxy end it."),
        )
    elif where.path or not where.hostname:
        yield Finding("PUBLIC_URL", N_("Only the name of the site, without anything behind it: https://name"))
    if settings.secure and not settings.trusted_proxies:
        yield Finding(
            "TRUSTED_PROXIES",
            N_(
                "Say how many proxies stand in front, mostly 1: else all attempts to sign in count as one person's."
            ),
        )


def _mail(settings: Settings) -> Iterator[Finding]:
    address = parseaddr(settings.mail_from)[1]
    if "@" not in address or address.endswith(NOWHERE):
        yield Finding("MAIL_FROM", N_("Say who writes, with an address of your own: Réseau <marches@domain>"))
    elif settings.bounce_address and (
        "@" not in settings.bounce_address or settings.bounce_address.endswith(NOWHERE)
    ):
        yield Finding("BOUNCE_ADDRESS", N_("This address can receive nothing: name the mailbox of returns."))
    where = urlsplit(settings.smtp_url)
    if where.scheme not in {"smtp", "smtps"} or not where.hostname:
        yield Finding(
            "SMTP_URL", N_("Say where mail leaves: smtp://host:25 or smtps://user:password@host:465")
        )


def _forwards(settings: Settings) -> Iterator[Finding]:
    if settings.notices_imap_url and not settings.notices_auth_server:
        yield Finding(
            "NOTICES_AUTH_SERVER",
            N_(
                "No forwarded e-mail becomes a draft by itself: name the mail server that checks who sent it."
            ),
            grave=False,
        )


def _advice(settings: Settings) -> Iterator[Finding]:
    """What works, and could be better."""
    if not settings.imap_url:
        yield Finding(
            "IMAP_URL",
            N_("Nobody reads what comes back: addresses that no longer exist aren't noticed."),
            grave=False,
        )
    yield from _forwards(settings)
    if not settings.clamd:
        yield Finding("CLAMD", N_("Files aren't searched for viruses."), grave=False)
    for name in ("storage_dir", "spool_dir"):
        if getattr(settings, name).is_relative_to(ROOT):
            yield Finding(
                name.upper(),
                N_("It stands inside the program's own folder: a new version may take it along."),
                grave=False,
            )
    for name in ("database_url", "redis_url"):
        where = urlsplit(getattr(settings, name))
        if where.hostname and where.hostname not in LOCAL and not where.password:
            yield Finding(name.upper(), N_("No password, over a network: set one."), grave=False)
    database = urlsplit(settings.database_url)
    if database.hostname and database.hostname not in LOCAL and "sslmode=verify" not in database.query:
        yield Finding(
            "DATABASE_URL",
            N_("Over a network the way is protected by ?sslmode=verify-full at the end of the address."),
            grave=False,
        )
    if not settings.metrics_token:
        yield Finding("METRICS_TOKEN", N_("Nobody can watch the figures at /metrics."), grave=False)
    if not settings.publisher_name or not settings.hosting_name:
        yield Finding(
            "PUBLISHER_NAME",
            N_("The legal page says that its publisher or host is missing: see docs/deploy.md."),
            grave=False,
        )
