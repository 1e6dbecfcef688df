"""Certificates: most structures' are valid; some lapse, have lapsed, are refused, wait to be checked or are missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from procurement.certificates import operations
from procurement.certificates.models import CertificateKind
from procurement.certificates.rules import RULES, last_day, owed_by
from procurement.certificates.words import NAMES
from procurement.core import i18n
from procurement.core.storage import Kept, take_in
from procurement.core.text import folded
from procurement.demo.days import FAR_OFF, Days, Step, play
from procurement.demo.network import Network, Place
from procurement.demo.structures import ACI, AI, EI, ETTI, STRUCTURES

K = CertificateKind

SENT = 55
"""Working days ago on which most were sent."""


@dataclass(frozen=True, slots=True)
class Sheaf:
    """What a structure has sent, all that it owes but `without`, with ends so many days from now where said."""

    place: Place
    without: frozenset[CertificateKind] = frozenset()
    ends_in: tuple[tuple[CertificateKind, int], ...] = ()
    """Days from today to the end; negative for one that has lapsed since it was sent."""
    waits: frozenset[CertificateKind] = frozenset()
    refused: frozenset[CertificateKind] = frozenset()


SHEAVES = (
    Sheaf((AI, "Bayeux"), without=frozenset({K.INSURANCE})),
    Sheaf((AI, "Caen"), waits=frozenset({K.REGISTRATION})),
    Sheaf((AI, "Lisieux")),
    Sheaf((AI, "Vire Normandie"), ends_in=((K.VIGILANCE, -6),)),
    Sheaf((AI, "Falaise"), without=frozenset({K.IAE_ANNEX, K.TAX})),
    Sheaf((ETTI, "Saint-Lô"), ends_in=((K.ETTI_GUARANTEE, 40),)),
    Sheaf((ETTI, "Rouen"), ends_in=((K.INSURANCE, 25), (K.ETTI_GUARANTEE, -12))),
    Sheaf((AI, "Flers"), refused=frozenset({K.INSURANCE})),
    Sheaf((ACI, "Mondeville"), ends_in=((K.INSURANCE, 20),), waits=frozenset({K.TAX})),
    Sheaf((EI, "Hérouville-Saint-Clair"), without=frozenset({K.VIGILANCE})),
)
SILENT, LACKING = 11, 4
"""Of the others, one in so many has sent nothing yet, and one in so many lacks one certificate."""


def _others() -> Iterator[Sheaf]:
    """The structures that have no story of their own: they post their papers, and the delegate records them."""
    told = {sheaf.place for sheaf in SHEAVES}
    others = [one for one in STRUCTURES if (one.kind, one.town) not in told]
    for rank, one in enumerate(others):
        owed = owed_by(one.kind)
        if rank % SILENT:
            without = [owed[rank % len(owed)]] if rank % LACKING == 1 else []
            yield Sheaf((one.kind, one.town), without=frozenset(without))


def tell(network: Network) -> None:
    """Structures send what they owe, the delegate checks it, and asks one for what is missing."""
    days = network.days
    scans = {kind: scan(kind) for kind, rule in RULES.items() if rule.owed_by}
    steps: list[Step] = []
    for rank, sheaf in enumerate((*SHEAVES, *_others())):
        steps += _sent(network, sheaf, days.ago(SENT - rank % 40, 9 + rank % 7, 40), scans)
    falaise = network.member_id((AI, "Falaise"))
    steps.append((days.ago(12, 16, 30), lambda: operations.chase(network.delegate, falaise)))
    play(days, steps)


def _sent(
    network: Network, sheaf: Sheaf, at: datetime, scans: Mapping[CertificateKind, Kept]
) -> Iterator[Step]:
    days, ends = network.days, dict(sheaf.ends_in)
    for rank, kind in enumerate(owed_by(sheaf.place[0])):
        if kind not in sheaf.without:
            recent = kind in sheaf.waits | sheaf.refused
            moment = days.ago(2, 9 + rank, 15) if recent else at + timedelta(minutes=4 * rank)
            issued_on, expires_on = _dates(days, kind, moment.date(), ends.get(kind))
            yield moment, partial(_send, network, sheaf, kind, issued_on, expires_on, scans[kind])


def _send(
    network: Network,
    sheaf: Sheaf,
    kind: CertificateKind,
    issued_on: date,
    expires_on: date | None,
    scanned: Kept,
) -> None:
    """A structure sends one; the delegate checks it, or says why it can't be used, or hasn't yet."""
    sent = operations.record(
        network.manager(sheaf.place),
        network.member_id(sheaf.place),
        kind,
        issued_on=issued_on,
        expires_on=expires_on,
        scans=[scanned],
    )
    if kind in sheaf.refused:
        operations.refuse(
            network.delegate, sent.id, "Les montants garantis manquent : il faut aussi la page 2."
        )
    elif sent.checked_at is None and kind not in sheaf.waits:
        operations.check(network.delegate, sent.id)


def _dates(days: Days, kind: CertificateKind, sent: date, ends_in: int | None) -> tuple[date, date | None]:
    """When it was issued, and the end that it says: so many days from now, or far off."""
    rule = RULES[kind]
    if ends_in is None:
        issued = sent - timedelta(days=2)
        if kind is K.TAX:
            return issued, issued + timedelta(days=175)
        if rule.within_year:
            return issued, date((days.today + timedelta(days=100)).year, 12, 31)
        return issued, days.today + timedelta(days=FAR_OFF) if rule.says_its_end else None
    end = days.today + timedelta(days=ends_in)
    if rule.says_its_end:
        return sent - timedelta(days=20), end
    issued = sent
    while (last_day(kind, issued) or end) > end:
        issued -= timedelta(days=1)
    return issued, None


def scan(kind: CertificateKind) -> Kept:
    """A page that says what it is, and that it is made up."""
    page = Image.new("RGB", (827, 1169), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 787, 1129), outline="#0e5566", width=3)
    # The letters at hand have no accents: capitals do without.
    draw.text((80, 90), _capitals(i18n.translate(NAMES[kind], "fr")), "#17202a", ImageFont.load_default(21))
    made_up = _capitals("Exemple de démonstration : ce document est inventé.")
    draw.text((80, 140), made_up, "#5a6672", ImageFont.load_default(17))
    for line in range(14):
        draw.rectangle((80, 260 + 48 * line, 740 - 60 * (line % 3), 268 + 48 * line), fill="#d7dde2")
    out = BytesIO()
    page.save(out, "JPEG", quality=70)
    out.seek(0)
    return take_in(out, f"{i18n.translate(NAMES[kind], 'fr')} (démo).jpg")


def _capitals(text: str) -> str:
    return folded(text).upper()
