"""What one shape of a BOAMP record's inner part says, before it is joined with the record's flat fields."""

from dataclasses import dataclass, field

from procurement.notices.parsed import Amounts, NoticeKind, ReadLot, Reservation
from procurement.notices.reading.nodes import reach, text, texts
from procurement.notices.reading.text import one_line
from procurement.notices.reading.values import amount_of, cpv_list, currency_of


@dataclass(slots=True)
class Inner:
    """The inner part in common words; texts as they came, values already checked."""

    shape: str
    title: str = ""
    title_is_prose: bool = False
    """Whether the shape has a sentence or a page where others have a title."""
    description: str = ""
    folder_id: str = ""
    reference: str = ""
    kind: NoticeKind | None = None
    linked: list[str] = field(default_factory=list)
    correction: str = ""
    buyer_name: str = ""
    buyer_ids: list[str] = field(default_factory=list)
    buyer_city: str = ""
    buyer_postcode: str = ""
    cpv: tuple[str, ...] = ()
    lots: list[ReadLot] = field(default_factory=list)
    procedure: str = ""
    market_types: list[str] = field(default_factory=list)
    is_framework: bool | None = None
    """None: the shape has no place for it."""
    reservation: Reservation = Reservation.UNKNOWN
    reserved_execution: bool | None = None
    social: list[str] = field(default_factory=list)
    social_objectives: list[str] = field(default_factory=list)
    group_form_text: str = ""
    submission: list[str] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)
    buyer_profile_url: str = ""
    documents_url: str = ""
    deposit_url: str = ""


def simple_cpv(node: object) -> tuple[str, ...]:
    """The CPV codes of a `codeCPV` or `CPV` block of the FNSimple, MAPA and DSP shapes, the main one first."""
    return cpv_list(
        [
            *texts(node, "objetPrincipal", "classPrincipale"),
            *texts(node, "objetComplementaire", "classPrincipale"),
        ]
    )


def simple_amounts(node: object) -> Amounts:
    """The money of a `valeurEstimee` or `valeur` block: one value, or a range of which one end may be 0 (unsaid)."""
    currency = next(iter([*texts(node, "@devise"), *texts(node, "@DEVISE")]), "")
    return Amounts(
        estimated=amount_of(text(node, "valeur")) or amount_of(text(node)),
        minimum=amount_of(text(node, "fourchette", "valeurBasse")),
        maximum=amount_of(text(node, "fourchette", "valeurHaute")),
        currency=currency_of(currency),
    )


def simple_lots(blocks: list[object]) -> list[ReadLot]:
    """Lots of the FNSimple, MAPA and DSP shapes: most have no number, so their place is their number."""
    lots = []
    for place, block in enumerate(blocks, start=1):
        title = text(block, "intitule") or text(block, "titre") or text(block, "description") or text(block)
        if not title.strip():
            continue
        cpv = simple_cpv([*reach(block, "codeCPV"), *reach(block, "CPV")])
        lots.append(
            ReadLot(
                number=one_line(text(block, "numero") or text(block, "numLot"), 20) or str(place),
                title=title,
                description=text(block, "description"),
                cpv_main=cpv[0] if cpv else "",
                cpv_codes=cpv,
                amounts=simple_amounts(next(iter(reach(block, "valeurEstimee")), None)),
            )
        )
    return lots
