"""What the FNSimple, MAPA and DSP shapes of a BOAMP record write alike."""

from procurement.notices.parsed import Amounts, ReadLot
from procurement.notices.reading.nodes import reach, text, texts
from procurement.notices.reading.text import one_line
from procurement.notices.reading.values import amount_of, cpv_list, currency_of


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
