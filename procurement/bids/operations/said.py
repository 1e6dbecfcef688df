"""What a structure says of itself on a tender, as values, checked and turned into rows of that very tender."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from procurement.bids.models import Participation, Rate, RateUnit
from procurement.core.db import db
from procurement.core.errors import Invalid
from procurement.core.i18n import N_
from procurement.tenders.models import Lot, Site

MAX_HOURS = Decimal(20_000)
"""Hours a week: more than the whole network brings."""
MAX_FTE = Decimal(1_000)
MAX_RATE = Decimal(1_000)
"""Euros an hour, or a coefficient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """What a structure says when it registers to answer in a group. Hours are hours a week."""

    lot_ids: Collection[int] = ()
    site_ids: Collection[int] = ()
    hours_a_week: Decimal | None = None
    full_time_equivalents: Decimal | None = None
    brings: str = ""
    seeks: str = ""
    would_lead: bool = False
    shown_as_partner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFacts:
    """A rate stated when acceding to an agreement: euros without tax an hour, or a coefficient on the gross wage."""

    label: str
    unit: RateUnit
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentFacts:
    """What a structure says when it accedes to an agreement: its rates, and the agencies it would serve."""

    site_ids: Collection[int] = ()
    rates: Collection[RateFacts] = ()
    hours_a_week: Decimal | None = None
    full_time_equivalents: Decimal | None = None
    brings: str = ""


Facts = RegistrationFacts | EnrolmentFacts
Row = TypeVar("Row", Lot, Site)


def read(tender_id: int, facts: Facts | None, *, needed: bool) -> dict[str, Any]:
    """`facts` as values of the registration's attributes, lots and sites as rows of that very tender.

    `needed`: it registers, so a lot must be chosen (for an agreement: a rate, and a site where there are some).
    Raises Invalid, with the form's field: a lot or site of another tender, an amount out of bounds.
    """
    if facts is None:
        return {}
    lots = {
        lot.id: lot
        for lot in db.session.scalars(
            select(Lot).where(Lot.tender_id == tender_id).order_by(Lot.rank).options(selectinload(Lot.sites))
        )
    }
    sites = {site.id: site for lot in lots.values() for site in lot.sites}
    chosen_sites = _rows_of(sites, facts.site_ids, "sites")
    values: dict[str, Any] = {
        "hours_a_week": _amount(facts.hours_a_week, MAX_HOURS, "hours_a_week"),
        "full_time_equivalents": _amount(facts.full_time_equivalents, MAX_FTE, "full_time_equivalents"),
        "brings": facts.brings.strip(),
        "sites": chosen_sites,
    }
    lot_ids = {site.lot_id for site in chosen_sites}
    if isinstance(facts, RegistrationFacts):
        lot_ids |= {lot.id for lot in _rows_of(lots, facts.lot_ids, "lots")}
        if not lot_ids and len(lots) == 1:
            lot_ids = set(lots)
        if needed and not lot_ids:
            raise Invalid(N_("Choose one lot at least."), field="lots")
        values |= {
            "seeks": facts.seeks.strip(),
            "would_lead": facts.would_lead,
            "shown_as_partner": facts.shown_as_partner,
        }
    else:
        values["rates"] = [_rate(rate) for rate in facts.rates]
        if needed and not values["rates"]:
            raise Invalid(N_("State one rate at least."), field="rates")
        if needed and sites and not chosen_sites:
            raise Invalid(N_("Choose one site at least."), field="sites")
    values["lots"] = [lot for lot in lots.values() if lot.id in lot_ids]
    return values


def _rows_of(known: dict[int, Row], wanted: Collection[int], field: str) -> list[Row]:
    if any(row_id not in known for row_id in wanted):
        raise Invalid(N_("One of your choices isn't part of this contract: choose again."), field=field)
    return [row for row_id, row in known.items() if row_id in set(wanted)]


def _amount(value: Decimal | None, most: Decimal, field: str) -> Decimal | None:
    if value is not None and not (value.is_finite() and Decimal(0) < value <= most):
        raise Invalid(N_("Write a number between 0 and %(most)s."), field=field, most=most)
    return None if value is None else value.quantize(Decimal("0.01"))


def _rate(facts: RateFacts) -> Rate:
    label = facts.label.strip()
    amount = facts.amount
    if not label:
        raise Invalid(N_("Say what each rate is for."), field="rates")
    if not (amount.is_finite() and Decimal(0) < amount <= MAX_RATE):
        raise Invalid(N_("Write a number between 0 and %(most)s."), field="rates", most=MAX_RATE)
    return Rate(label=label, unit=facts.unit, amount=amount.quantize(Decimal("0.0001")))


def put(participation: Participation, chosen: dict[str, Any]) -> None:
    """Write what `read` gave into `participation`, whose lots, sites and rates are loaded."""
    rates = chosen.pop("rates", None)
    for name, value in chosen.items():
        setattr(participation, name, value)
    if rates is not None and [_plain_rate(r) for r in rates] != [_plain_rate(r) for r in participation.rates]:
        participation.rates = rates


def _plain_rate(rate: Rate) -> tuple[str, str, str]:
    return rate.label, rate.unit.value, f"{rate.amount:.4f}"


def plain(participation: Participation) -> dict[str, Any]:
    """What a registration says, field by field, comparable; its lots, sites and rates are loaded."""
    return {
        "lots": [lot.id for lot in participation.lots],
        "sites": [site.id for site in participation.sites],
        "rates": [_plain_rate(rate) for rate in participation.rates],
        "hours_a_week": participation.hours_a_week,
        "full_time_equivalents": participation.full_time_equivalents,
        "brings": participation.brings,
        "seeks": participation.seeks,
        "would_lead": participation.would_lead,
        "shown_as_partner": participation.shown_as_partner,
    }
