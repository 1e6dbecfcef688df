"""CPV codes: read from a form in digits or words, proposed while one types, said on a tender's page."""

import re
from collections.abc import Sequence

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from wtforms.validators import ValidationError

from procurement.core import policy
from procurement.tenders import cpv
from procurement.tenders.models import Tender
from procurement.web.tenders.blueprint import room

PROPOSED = 5
"""Codes that a refusal proposes."""


class SeveralCodesError(ValidationError):
    """Words that may be several codes: `written`, and these."""

    def __init__(self, written: str, found: Sequence[cpv.Code]) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            gettext(
                "“%(code)s” may be several CPV codes: choose one under the field, or write its eight digits.",
                code=written,
            )
        )
        self.written, self.found = written, found

    @property
    def offered(self) -> list[tuple[str, str, str]]:
        """The codes that were perhaps meant: what each takes the place of, its digits, its words."""
        locale = str(get_locale())
        return [(self.written, code.digits, code.words(locale)) for code in self.found]


@room.get("/marches/cpv", may=policy.anyone)
def codes() -> ResponseReturnValue:
    """The CPV codes that `q` finds, as data for the form's field."""
    locale = str(get_locale())
    found = cpv.look_for(request.args.get("q", "")[:200])
    return jsonify([{"code": code.digits, "words": code.words(locale)} for code in found])


def read_codes(text: str | None) -> tuple[str, ...]:
    """The codes written in a field, eight digits each, once each.

    Words are taken where they say one code in full, in French or English. Raises ValidationError in words, and where
    several codes were perhaps meant, `SeveralCodesError` with these.
    """
    whole = cpv.named(text or "")
    if whole is not None:  # the list's own words hold commas too
        return (whole.digits,)
    written: list[str] = []
    for part in re.split(r"[,;\n]", text or ""):
        written += part.split() if re.fullmatch(r"[\d\s-]+", part) else filter(None, [part.strip()])
    return tuple(dict.fromkeys(_read(one) for one in written))


def _read(written: str) -> str:
    digits = cpv.bare(written)
    if re.fullmatch(r"[0-9]{8}", digits):
        return digits
    named = cpv.named(written)
    if named is not None:
        return named.digits
    found = cpv.look_for(written, PROPOSED)
    if not found:
        raise ValidationError(
            gettext(
                "A CPV code has eight digits, such as 79620000: “%(code)s” is none, and no code says so in words.",
                code=written,
            )
        )
    raise SeveralCodesError(written, found)


def codes_said(tender: Tender) -> list[tuple[str, str]]:
    """A tender's codes with what they stand for, the main one first."""
    locale = str(get_locale())
    every = dict.fromkeys(filter(None, (tender.cpv_main, *tender.cpv_codes)))
    return [(code, cpv.said(code, locale)) for code in every]
