"""What a tender says, field by field in the reader's words: for the page that shows two versions side by side."""

from typing import Any

from flask_babel import get_locale

from procurement.tenders import words


def name_of(field: str) -> str:
    """A field's name as the form says it, with a capital."""
    return words.name_of(field, str(get_locale()))


def said(field: str, value: Any) -> list[str]:
    """A field's plain value (as `facts.plain` gives it) as lines of words; none for nothing."""
    return words.said(field, value, str(get_locale()))
