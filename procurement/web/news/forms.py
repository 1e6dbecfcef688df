"""Forms of what one receives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields import SelectChoice

from procurement.accounts.models import User
from procurement.notifications.categories import NAMES, OFFERED, Category, Rhythm
from procurement.notifications.models import Absence
from procurement.web.forms import ChoiceField, DayField, Form, Required


class RhythmsForm(Form):
    """How often each category comes. Which of them a person sees depends on who they are."""

    deadlines = ChoiceField(
        _l(NAMES[Category.DEADLINES]), [Required()], kind=Rhythm, among=OFFERED[Category.DEADLINES]
    )
    groups = ChoiceField(
        _l(NAMES[Category.GROUPS]), [Required()], kind=Rhythm, among=OFFERED[Category.GROUPS]
    )
    tenders = ChoiceField(
        _l(NAMES[Category.TENDERS]), [Required()], kind=Rhythm, among=OFFERED[Category.TENDERS]
    )
    opportunities = ChoiceField(
        _l(NAMES[Category.OPPORTUNITIES]), [Required()], kind=Rhythm, among=OFFERED[Category.OPPORTUNITIES]
    )
    papers = ChoiceField(
        _l(NAMES[Category.PAPERS]), [Required()], kind=Rhythm, among=OFFERED[Category.PAPERS]
    )
    oversight = ChoiceField(
        _l(NAMES[Category.OVERSIGHT]), [Required()], kind=Rhythm, among=OFFERED[Category.OVERSIGHT]
    )

    def keep_only(self, categories: Iterable[Category]) -> None:
        """Ask about these categories alone."""
        kept = {category.value for category in categories}
        for category in Category:
            if category.value in self._fields and category.value not in kept:
                self._fields.pop(category.value)

    def show(self, chosen: Mapping[Category, Rhythm]) -> None:
        """Fill in what is chosen."""
        for category, rhythm in chosen.items():
            if category.value in self:
                self[category.value].data = rhythm

    def rhythms(self) -> dict[Category, Rhythm]:
        """What was chosen, by category."""
        return {
            category: self[category.value].data for category in Category if category.value in self._fields
        }


class AbsenceForm(Form):
    """Who stands in, and when."""

    stand_in = SelectField(_l("Who stands in"), [Required()], coerce=int, validate_choice=False)
    first_day = DayField(_l("From"), [Required()])  # type: ignore[no-untyped-call]
    last_day = DayField(_l("To, this day included"), [Required()])  # type: ignore[no-untyped-call]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stand_in.choices = []

    def offer(self, people: Sequence[User]) -> None:
        """These can stand in."""
        self.stand_in.choices = [SelectChoice(str(one.id), one.name) for one in people]

    def show(self, absence: Absence) -> None:
        """Fill in what is recorded."""
        self.stand_in.data = absence.stand_in_id
        self.first_day.data, self.last_day.data = absence.first_day, absence.last_day
