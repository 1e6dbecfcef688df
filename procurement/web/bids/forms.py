"""What is typed about registrations and group answers."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import (
    Form as PlainForm,
)

from procurement.bids.models import GroupForm, Participation, RateUnit
from procurement.bids.operations import EnrolmentFacts, RateFacts, RegistrationFacts
from procurement.bids.rules import lessons
from procurement.core.text import number_in
from procurement.tenders.models import Tender
from procurement.web.forms import (
    ChoiceField,
    DayField,
    Form,
    Limited,
    LocalDateTimeField,
    NumberField,
    Required,
)

WORDS = 2_000
"""Characters of what a structure brings or seeks, and of a reason."""
BLANK_RATES = 3
"""Empty lines for further rates."""

QUICK_REASONS = tuple(_l(reason) for reason in lessons.QUICK)
"""One-tap answers to "why not". None asks who answers alone: that is nobody else's business (domain 1.12 d)."""


class ChosenField(SelectMultipleField):
    """Ids ticked on a page that draws its own boxes; the operation refuses those that aren't of this tender."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, coerce=number_in, validate_choice=False, choices=[], default=(), **kwargs)  # type: ignore[no-untyped-call]


class WordForm(Form):
    """What both ways of answering share: sites, hours, and the version that the form was filled on."""

    version = HiddenField()
    sites = ChosenField(_l("Sites"))
    every = ChosenField(_l("All sites of a lot"))
    hours_a_week = NumberField(
        _l("Hours a week"), largest=20_000, description=_l("What you could bring, roughly.")
    )
    full_time_equivalents = NumberField(
        _l("or full-time equivalents"), largest=1_000, description=_l("One is 35 hours a week.")
    )
    brings = TextAreaField(
        _l("In a few words"),
        [Limited(WORDS)],
        description=_l("Trades, experience, equipment, a supervisor…"),
        render_kw={"rows": 2},
    )
    sure = BooleanField(_l("We have read this, and want to answer all the same"))
    late_reason = StringField(
        _l("Why this structure is let in late"),
        [Limited(WORDS)],
        description=_l("Kept in the trail, and shown to the structure."),
    )

    def filled_on(self) -> int:
        """The version that the person saw; 0 where there was none yet."""
        return number_in(self.version.data)

    def site_ids(self, tender: Tender) -> set[int]:
        """The sites ticked, one by one or by their whole lot."""
        whole = {site.id for lot in tender.lots if lot.id in set(self.every.data) for site in lot.sites}
        return set(self.sites.data) | whole

    def show(self, participation: Participation | None) -> None:
        """Fill in what the structure has said."""
        self.version.data = str(participation.version if participation else 0)
        if participation is None:
            return
        self.sites.data = [site.id for site in participation.sites]
        self.hours_a_week.data = participation.hours_a_week
        self.full_time_equivalents.data = participation.full_time_equivalents
        self.brings.data = participation.brings


class RegistrationForm(WordForm):
    """A structure registers to answer in a group."""

    lots = ChosenField(_l("Lots"))
    seeks = TextAreaField(
        _l("What you look for"),
        [Limited(WORDS)],
        description=_l("A lead, hands for a site that is too large, a trade you don't have…"),
        render_kw={"rows": 2},
    )
    would_lead = BooleanField(
        _l("We would lead the group"), description=_l("The lead represents the others before the buyer.")
    )
    shown_as_partner = BooleanField(
        _l("Show us as a possible partner"),
        description=_l(
            "The others interested then see your name, territory and trades; never what you bring or want."
        ),
    )

    def show(self, participation: Participation | None) -> None:
        """Fill in what the structure has said."""
        super().show(participation)
        if participation is None:
            return
        self.lots.data = [lot.id for lot in participation.lots]
        self.seeks.data = participation.seeks
        self.would_lead.data = participation.would_lead
        self.shown_as_partner.data = participation.shown_as_partner

    def facts(self, tender: Tender) -> RegistrationFacts:
        """The values typed, as the operations take them."""
        return RegistrationFacts(
            lot_ids=set(self.lots.data) | set(self.every.data),
            site_ids=self.site_ids(tender),
            hours_a_week=self.hours_a_week.data or None,
            full_time_equivalents=self.full_time_equivalents.data or None,
            brings=self.brings.data or "",
            seeks=self.seeks.data or "",
            would_lead=self.would_lead.data,
            shown_as_partner=self.shown_as_partner.data,
        )


class RateForm(PlainForm):
    """One rate."""

    job = StringField(_l("For what"), [Limited(120)])
    amount = NumberField(_l("Amount"), digits=4, largest=1_000)
    unit = ChoiceField(_l("Unit"), kind=RateUnit, default=RateUnit.HOUR)


class EnrolmentForm(WordForm):
    """A structure accedes to an agreement."""

    rates = FieldList(FormField(RateForm), _l("Your rates"), max_entries=40)

    def show(self, participation: Participation | None) -> None:
        """Fill in what the structure has said, and a few empty lines for rates."""
        super().show(participation)
        for rate in participation.rates if participation else ():
            self.rates.append_entry({"job": rate.label, "amount": rate.amount, "unit": rate.unit})
        self.more_rates()

    def more_rates(self) -> None:
        """Empty lines, for further rates."""
        for _ in range(min(BLANK_RATES, 40 - len(self.rates.entries))):
            self.rates.append_entry()

    def facts(self, tender: Tender) -> EnrolmentFacts:
        """The values typed, as the operations take them; lines without anything are left out."""
        return EnrolmentFacts(
            site_ids=self.site_ids(tender),
            rates=[
                RateFacts(
                    label=line.job.data or "", unit=line.unit.data, amount=line.amount.data or Decimal(0)
                )
                for line in self.rates.entries
                if line.job.data or line.amount.data is not None
            ],
            hours_a_week=self.hours_a_week.data or None,
            full_time_equivalents=self.full_time_equivalents.data or None,
            brings=self.brings.data or "",
        )


class NotForUsForm(Form):
    """Not for us: a reason by one tap, or a few words."""

    quick = HiddenField()
    reason = TextAreaField(_l("Another reason"), [Limited(WORDS)], render_kw={"rows": 2})

    def words(self) -> str:
        """The reason, tapped or typed."""
        return self.quick.data or self.reason.data or ""


class ReasonForm(Form):
    """Why a place is refused, if the structure cares to say."""

    reason = TextAreaField(_l("Reason"), [Limited(WORDS)], render_kw={"rows": 3})


class LetterForm(Form):
    """A word to a structure: turned down, or its place taken back."""

    reason = TextAreaField(
        _l("Your word to the structure"),
        [Required(_l("Write a word to the structure: it is what it will read.")), Limited(WORDS)],
        render_kw={"rows": 4},
    )


class GiveUpForm(Form):
    """Why an answer is given up."""

    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Say why this answer is given up: its members read it.")), Limited(WORDS)],
        render_kw={"rows": 3},
    )


class OpenForm(Form):
    """Open a group on lots."""

    name = StringField(_l("Name of the group"), [Required(_l("Give the group a name.")), Limited(120)])
    lots = ChosenField(_l("Lots"))


class ProposeForm(Form):
    """Propose structures a place."""

    members = ChosenField(_l("Structures"))


class FormForm(Form):
    """The form of the group, and what the contract says of it."""

    form = ChoiceField(
        _l("Form of the group"), [Required(_l("Choose a form."))], kind=GroupForm, blank=_l("Choose")
    )
    contract_form = ChoiceField(
        _l("What the contract asks for once awarded"),
        kind=GroupForm,
        blank=_l("Nothing in particular"),
        description=_l("As you read it in the administrative clauses (articles R2142-22 and R2142-24)."),
    )


class LeadForm(Form):
    """The lead, among the members who confirmed."""

    lead = SelectField(_l("Lead of the group"), coerce=str)


class CoordinatorForm(Form):
    """Who coordinates the group."""

    coordinator = SelectField(_l("Coordinator"), coerce=str)


class DepositForm(Form):
    """A deposit: when, and the portal's receipt number."""

    at = LocalDateTimeField(_l("Deposited on"), [Required(_l("Give the day and the hour of the receipt."))])
    receipt_number = StringField(
        _l("Receipt number"),
        [Required(_l("Copy the receipt number that the buyer's portal gave."))],
        description=_l("It stands on the receipt of the buyer's portal."),
    )


class ResultForm(Form):
    """What the buyer decided, and from when its standstill counts."""

    result = SelectField(
        _l("The buyer’s decision"),
        [Required(_l("Choose the result: won, lost, or given to nobody."))],
        choices=[
            ("", _l("To be chosen")),
            ("awarded", _l("Won")),
            ("lost", _l("Lost")),
            ("no_award", _l("Given to nobody")),
        ],
    )
    sent_on = DayField(_l("Sent by the buyer on"))  # type: ignore[no-untyped-call]
    on_paper = BooleanField(_l("By post, not through its portal"))


class WaiveForm(Form):
    """A rule set aside, and why."""

    code = HiddenField()
    member = HiddenField()
    reason = TextAreaField(
        _l("Why this rule is set aside here"),
        [Required(_l("Write why this rule is set aside: the trail keeps it.")), Limited(WORDS)],
        render_kw={"rows": 3},
    )
