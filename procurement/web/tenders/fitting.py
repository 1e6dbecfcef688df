"""Why a tender suits, in the reader's words."""

from flask_babel import get_locale, gettext

from procurement.members.rules import TRADES
from procurement.tenders import cpv
from procurement.tenders.fit import Reason


def reason_words(reason: Reason) -> str:
    """`reason` as a sentence; trades by their everyday names, else by what the vocabulary calls them."""
    params = dict(reason.params)
    if "trades" in params:
        params["trades"] = ", ".join(map(_trade, str(params["trades"]).split(", ")))
    return str(gettext(reason.message, **params))


def _trade(code: str) -> str:
    words = gettext(TRADES[code]) if code in TRADES else cpv.said(code, str(get_locale())) or code
    return words[:1].lower() + words[1:]
