"""What an address, a name and a password must be; where a link may lead. No database, no Flask."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from zxcvbn import zxcvbn

from procurement.core.errors import Invalid
from procurement.core.i18n import LOCALES, N_

SIGN_IN_LASTS = timedelta(minutes=15)
RESET_LASTS = timedelta(hours=1)
ADDRESS_LASTS = timedelta(days=1)
FIRST_SIGN_IN_LASTS = timedelta(hours=24)
"""How long the link that a command prints for a first administrator opens the door."""

PASSWORD_MIN = 12
PASSWORD_MAX = 128
"""Characters: longer only costs the server time."""
NAME_MAX = 120
PHONE_MAX = 40
PATH_MAX = 500

_GUESSED_PART = 72
"""Characters that the strength estimate looks at; beyond, it takes long and adds nothing."""
_STRENGTH_MIN = 4
"""Of 4: ten thousand million guesses by somebody clever, where attempts are limited besides (CNIL 2022-100)."""
_EXPECTED_WORDS = (
    "motdepasse", "mot", "passe", "azerty", "azertyuiop", "qsdfghjklm", "bonjour", "bienvenue", "soleil", "chocolat",
    "doudou", "loulou", "jetaime", "coucou", "marseille", "normandie", "calvados", "manche", "orne", "eure", "seine",
    "maritime", "caen", "rouen", "lehavre", "havre", "cherbourg", "alencon", "evreux", "coorace", "insertion",
    "association", "interim", "emploi", "marche", "marches", "groupe", "groupes", "solidaire", "printemps", "automne",
)  # fmt: skip
"""What people of here put into passwords and the estimate's English lists don't know."""


def normalise_email(text: str) -> str:
    """The address as it is stored and compared: lower case, its domain in ASCII, nothing around it.

    Raises Invalid (field "email") for what no mail could reach. The domain isn't asked: no network here.
    """
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Invalid(
            N_("This address is not complete. Write it like this: name@structure.fr."), field="email"
        ) from None
    return (checked.ascii_email or checked.normalized).lower()


def clean_line(text: str, limit: int, field: str) -> str:
    """One line of text without anything invisible in it, spaces made single; signs that turn writing round go.

    Raises Invalid (field `field`) when longer than `limit` characters or when it holds control characters.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    line = " ".join(plain.split())
    if any(unicodedata.category(letter) == "Cc" for letter in line):
        raise Invalid(N_("This text holds characters that can't be read. Type it again."), field=field)
    if len(line) > limit:
        raise Invalid(N_("Too long: %(limit)s characters at most."), field=field, limit=limit)
    return line


def check_name(text: str) -> str:
    """A person's name as the others see it. Raises Invalid (field "name") when empty, too long or unreadable."""
    name = clean_line(text, NAME_MAX, "name")
    if not name:
        raise Invalid(N_("Write your first name and your surname."), field="name")
    return name


def check_locale(text: str) -> str:
    """One of the product's languages. Raises Invalid (field "locale") for any other."""
    if text not in LOCALES:
        raise Invalid(N_("Choose French or English."), field="locale")
    return text


ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "America/Miquelon",
    "Indian/Reunion",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Wallis",
)
"""The zones of France (IANA names): where whoever works for the network may be."""


def check_zone(text: str) -> str:
    """One of `ZONES`. Raises Invalid (field "zone") for any other."""
    if text not in ZONES:
        raise Invalid(N_("Choose one of the list."), field="zone")
    return text


def normalise_password(password: str) -> str:
    """The same password whatever the keyboard that typed it: accents in their composed-apart form (NFKD)."""
    return unicodedata.normalize("NFKD", password)


def check_password(password: str, personal: Sequence[str] = ()) -> str:
    """A password that is hard to guess, normalised; `personal` are words one would try first (name, address).

    At least 12 characters, not among the common ones, no series and no repetition; no forced mixture of signs
    (CNIL 2022-100: strength, with limited attempts). Raises Invalid (field "password") saying what to do.
    """
    if len(password) < PASSWORD_MIN:
        raise Invalid(
            N_("Too short: choose at least %(length)s characters. A short sentence does well."),
            field="password",
            length=PASSWORD_MIN,
        )
    if len(password) > PASSWORD_MAX:
        raise Invalid(N_("Too long: %(limit)s characters at most."), field="password", limit=PASSWORD_MAX)
    if any(unicodedata.category(letter) == "Cc" for letter in password):
        raise Invalid(N_("This password holds characters that can't be typed again."), field="password")
    words = [part for text in personal for part in _parts(text)]
    guessed = zxcvbn(password[:_GUESSED_PART], user_inputs=[*words, *_EXPECTED_WORDS])
    if guessed["score"] < _STRENGTH_MIN:
        raise Invalid(
            N_(
                "Too easy to guess: choose another one. Four words that have nothing to do with each other do well."
            ),
            field="password",
        )
    return normalise_password(password)


def _parts(text: str) -> list[str]:
    """What one would try of `text`: the whole, and each of its words with and without accents."""
    lower = text.lower()
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(letter)
    )
    words = [part for spelling in (lower, bare) for part in re.split(r"[\W_]+", spelling)]
    return [lower, *(word for word in dict.fromkeys(words) if len(word) > 2)]


def safe_path(text: str | None) -> str:
    """`text` if it is a path of this site, else an empty string: a link never leads elsewhere."""
    if not text or len(text) > PATH_MAX or not text.startswith("/") or text.startswith("//"):
        return ""
    if "\\" in text or any(unicodedata.category(letter)[0] in "CZ" for letter in text):
        return ""
    return text


def link_state(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> str:
    """Whether a mailed link still opens its door at `now`: "open", "used" or "expired"."""
    if used_at is not None:
        return "used"
    return "expired" if now >= expires_at else "open"
