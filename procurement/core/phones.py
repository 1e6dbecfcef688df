"""Telephone numbers, as people type them."""

import re

from procurement.core.errors import Invalid
from procurement.core.i18n import N_


def check_phone(text: str) -> str:
    """A phone number tidied: "02 61 91 00 14", or "+44 …" as typed; empty stays empty. Raises Invalid."""
    kept = re.sub(r"[\s.\-/()]", "", text)
    if not kept:
        return ""
    french = re.sub(r"^(\+33|0033)0?", "0", kept)
    if re.fullmatch(r"0[1-9][0-9]{8}", french):
        return " ".join(french[i : i + 2] for i in range(0, 10, 2))
    if re.fullmatch(r"\+[1-9][0-9]{7,14}", kept):
        return kept
    raise Invalid(
        N_("This phone number doesn't look right: ten digits, or + and the country."), field="phone"
    )
