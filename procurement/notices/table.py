"""How well the readers do: of each source and shape, how many notices read, and which fields they fill. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from procurement.notices.parsed import NoticeKind, ParsedNotice, Reservation, UnreadableNotice
from procurement.notices.reading.files import DamagedRecord, NamedRecord
from procurement.notices.sources import READERS

FIELDS: Mapping[str, Callable[[ParsedNotice], object]] = {
    "reference": lambda one: one.reference,
    "description": lambda one: one.description,
    "SIRET": lambda one: one.buyer_siret,
    "department": lambda one: one.departments,
    "CPV": lambda one: one.cpv_main,
    "lots": lambda one: one.lots,
    "procedure": lambda one: one.procedure,
    "deadline": lambda one: one.submission_deadline or one.applications_deadline,
    "amounts": lambda one: one.amounts.estimated or one.amounts.minimum or one.amounts.maximum,
    "reservation": lambda one: one.reservation is not Reservation.UNKNOWN,
    "social": lambda one: one.social or one.social_objectives or one.reserved_execution is not None,
    "criteria": lambda one: one.criteria,
    "group": lambda one: one.group_form_text,
    "documents": lambda one: one.documents_url or one.buyer_profile_url,
}
"""What a call for tenders may say; title and buyer it always does."""
UNKNOWN_SHAPE = "?"


@dataclass(slots=True)
class Row:
    """What became of the notices of one source, form and shape."""

    calls: int = 0
    others: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Of each that can't be read: its number or its file's name, and the reason in English."""

    @property
    def read(self) -> int:
        """How many could be read."""
        return self.calls + self.others

    def percent(self, name: str) -> int | None:
        """In how many of a hundred calls for tenders the field is filled; None where there is none."""
        return round(100 * self.filled[name] / self.calls) if self.calls else None


class Table:
    """Rows by source, form (JSON or XML) and shape; those that can't be read have no shape."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Row] = {}

    def add(self, source: str, form: str, records: Iterable[object]) -> None:
        """Read `records` of `source` and count what became of them. Raises UnreadableFile as they do."""
        for came in records:
            name, record = (came.name, came.record) if isinstance(came, NamedRecord) else ("", came)
            if isinstance(record, DamagedRecord):
                self._row(source, form, UNKNOWN_SHAPE).refused.append((str(record.place), record.reason))
                continue
            try:
                notice = READERS[source](record)
            except UnreadableNotice as refusal:
                row = self._row(source, form, UNKNOWN_SHAPE)
                row.refused.append((refusal.source_id or name, str(refusal)))
                continue
            row = self._row(source, form, notice.shape)
            if notice.kind is NoticeKind.CONTRACT_NOTICE:
                row.calls += 1
                row.filled.update(field for field, said in FIELDS.items() if said(notice))
            else:
                row.others += 1

    def _row(self, source: str, form: str, shape: str) -> Row:
        return self.rows.setdefault((source, form, shape), Row())
