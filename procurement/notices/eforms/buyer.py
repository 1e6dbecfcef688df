"""Who buys, in a European notice that also names who sends it, who hears appeals and who helps."""

from dataclasses import dataclass

from procurement.core.text import folded
from procurement.notices.eforms.paths import EXTENSION
from procurement.notices.reading.inner import Inner
from procurement.notices.reading.nodes import reach, text, texts
from procurement.notices.reading.text import one_line
from procurement.notices.reading.values import postcode_of, town_of

_SENDER_ROLES = {"ted-esen", "serv-prov"}


@dataclass(frozen=True, slots=True)
class _Company:
    """An organisation of the notice: buyer, sender, court."""

    name: str
    numbers: list[str]
    town: str
    postcode: str
    website: str


def add_buyer(inner: Inner, root: object, hint: str) -> None:
    """Say in `inner` who buys, by the notice `root`.

    OPT-300: it is the organisation that the contracting party points to, never simply the first one; nor the
    service that sent the notice, unless `hint`, the buyer's name as known from elsewhere, is that service's: its
    name is only noted, as `sender_name`.
    """
    companies = _companies(root)
    senders = _senders(root)
    parties = reach(root, "ContractingParty")
    leads = [party for party in parties if _leads(party)]
    pointed = [
        one.strip()
        for party in [*leads, *parties]
        for one in texts(party, "Party", "PartyIdentification", "ID")
        if one.strip() in companies
    ]
    wanted = folded(one_line(hint, 300))
    named = [company for company in companies.values() if wanted and folded(company.name) == wanted]
    trusted = [companies[one] for one in pointed if one not in senders]
    doubtful = [companies[one] for one in pointed if companies[one] in named]
    for company in [*trusted, *doubtful, *named]:
        inner.buyer_name = company.name
        inner.buyer_ids = company.numbers
        inner.buyer_city, inner.buyer_postcode = company.town, company.postcode
        inner.buyer_profile_url = inner.buyer_profile_url or company.website
        return
    inner.sender_name = companies[pointed[0]].name if pointed else ""


def _companies(root: object) -> dict[str, _Company]:
    """The organisations by the identifiers that the rest of the notice points to them with (OPT-200, OPT-201)."""
    companies: dict[str, _Company] = {}
    for organisation in reach(root, *EXTENSION, "Organizations", "Organization"):
        for block in reach(organisation, "Company"):
            company = _Company(
                name=text(block, "PartyName", "Name"),
                numbers=texts(block, "PartyLegalEntity", "CompanyID"),
                town=town_of(text(block, "PostalAddress", "CityName")),
                postcode=postcode_of(text(block, "PostalAddress", "PostalZone")),
                website=text(block, "WebsiteURI"),
            )
            companies.setdefault(text(block, "PartyIdentification", "ID").strip(), company)
            for contact in texts(organisation, "TouchPoint", "PartyIdentification", "ID"):
                companies.setdefault(contact.strip(), company)
    return companies


def _senders(root: object) -> set[str]:
    """Identifiers of the services that sent the notice for the buyer (OPT-030)."""
    return {
        one.strip()
        for provider in reach(root, "ContractingParty", "Party", "ServiceProviderParty")
        if {code.strip() for code in texts(provider, "ServiceTypeCode")} & _SENDER_ROLES
        for one in texts(provider, "Party", "PartyIdentification", "ID")
    }


def _leads(party: object) -> bool:
    """OPP-051: whether this contracting party leads a joint procurement."""
    marks = texts(party, *EXTENSION, "GroupLeadIndicator") + texts(party, "GroupLeadIndicator")
    return "true" in {mark.strip().lower() for mark in marks}
