"""A notice of BOAMP as the DILA's daily folders hold it: one XML file, with the inner parts that the API gives as JSON."""

from procurement.core.i18n import N_
from procurement.notices.parsed import UnreadableNotice
from procurement.notices.reading.markup import RefusedMarkup, opened
from procurement.notices.reading.nodes import branch
from procurement.notices.reading.text import one_line

ROOT = "ann"
NOT_OF_BOAMP = N_("This file isn't a notice of the BOAMP: its root is “%(root)s”.")


def fields_of(record: object) -> dict[str, object]:
    """What a record of `markup.record_of` holds, as the fields of the API that it has: `gestion` and `donnees`.

    Raises UnreadableNotice for XML that is damaged, means harm, or is something else.
    """
    try:
        document = opened(record)
    except RefusedMarkup as refusal:
        raise UnreadableNotice("", refusal.message, **refusal.params) from refusal
    root = branch(document, ROOT)
    if not root:
        raise UnreadableNotice("", NOT_OF_BOAMP, root=one_line(next(iter(document), ""), 80))
    return {"gestion": branch(root, "GESTION"), "donnees": branch(root, "DONNEES")}
