"""What is typed about a structure."""

import re
from decimal import Decimal
from typing import TypedDict

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SearchField, SelectField, StringField, TelField, TextAreaField, URLField

from procurement.core.phones import check_phone
from procurement.core.text import number_in
from procurement.members.departments import DEPARTMENTS as DEPARTMENT_NAMES
from procurement.members.labels import NAME_LENGTH as LABEL_LENGTH
from procurement.members.models import LinkNature, Mark, Member, MemberKind, ServiceLine
from procurement.members.operations import (
    CAPACITY_NOTE_LENGTH,
    LARGEST_CAPACITY,
    NAME_LENGTH,
    SKILLS_LENGTH,
    TOWN_LENGTH,
    Identity,
    Offer,
)
from procurement.members.queries import Filters
from procurement.members.rules import DEPARTMENTS, TRADES, check_siret, check_website
from procurement.web.forms import (
    Checked,
    ChecksField,
    ChoiceField,
    DayField,
    Form,
    Limited,
    NumberField,
    Required,
)
from procurement.web.labels import MEMBER_SERVICES

_DEPARTMENTS = [(code, f"{DEPARTMENT_NAMES[code]} ({code})") for code in DEPARTMENTS]


class Profile(TypedDict):
    """What a structure says of itself, as the operations take it."""

    territory: list[str]
    skills: str
    phone: str
    offer: Offer


class SearchForm(Form):
    """What the directory is narrowed to; what can't be read narrows nothing."""

    class Meta(Form.Meta):
        """A search changes nothing: no token in its address."""

        csrf = False

    words = SearchField(_l("Search"), name="q")
    kind = ChoiceField(_l("Kind"), kind=MemberKind, blank=_l("All kinds"))
    department = SelectField(_l("Department"), choices=lambda: [("", _l("All departments")), *_DEPARTMENTS])
    service = ChoiceField(_l("Service offered"), kind=ServiceLine, blank=_l("All services"))
    mark = ChoiceField(_l("Label held"), name="label", kind=Mark, blank=_l("All labels"))

    def filters(self) -> Filters:
        """What was asked for, as far as it can be read."""
        known = self.validate()
        words = self.words.data or ""
        return Filters(
            words="" if self.words.errors else words,
            kind=self.kind.data if known or not self.kind.errors else None,
            department=self.department.data if self.department.data in DEPARTMENTS else "",
            service=self.service.data if known or not self.service.errors else None,
            mark=self.mark.data if known or not self.mark.errors else None,
        )


class SeenForm(Form):
    """A form about a structure; `version` is the record's when the form was shown."""

    version = HiddenField()

    def filled_on(self) -> int:
        """The version that the person saw; 0, which is never current, when the form doesn't say."""
        return number_in(self.version.data)


class ProfileForm(SeenForm):
    """What a structure says of itself."""

    skills = TextAreaField(
        _l("What it does"),
        [Limited(SKILLS_LENGTH)],
        description=_l("Trades, services, equipment: shown to possible partners."),
        render_kw={"rows": 5},
    )
    territory = ChecksField(
        _l("Departments where it works"),
        [Required(_l("Say where the structure works: at least one department."))],
        choices=_DEPARTMENTS,
    )
    phone = TelField(
        _l("Telephone"),
        [Checked(check_phone)],
        description=_l("Of who answers for the structure; seen inside the network only."),
    )
    website = URLField(_l("Web site"), [Checked(check_website)])
    services = ChecksField(
        _l("Services of the network"),
        choices=[(line.value, words) for line, words in MEMBER_SERVICES.items()],
    )
    trades = ChecksField(
        _l("Trades"),
        choices=[(code, _l(words)) for code, words in TRADES.items()],
        description=_l("Tenders of these trades are shown to you first."),
    )
    other_cpv = StringField(
        _l("Other CPV codes"), description=_l("Separated by commas, 2 to 8 figures each: 9061, 77211000.")
    )
    areas = TextAreaField(
        _l("Communities and communes served"),
        description=_l("One a line, if you don’t serve whole departments: Caen la Mer, Bayeux…"),
        render_kw={"rows": 4},
    )
    capacity_hours = NumberField(
        _l("Capacity, in hours a week"),
        digits=0,
        largest=LARGEST_CAPACITY,
        description=_l("What you could give to a group answer, about."),
    )
    capacity_note = StringField(
        _l("When, and with what limits"),
        [Limited(CAPACITY_NOTE_LENGTH)],
        description=_l("School holidays excepted, two teams at most…"),
    )

    def show(self, member: Member) -> None:
        """Fill in what `member` says now."""
        self.version.data = str(member.version)
        self.skills.data = member.skills
        self.territory.data = list(member.territory)
        self.phone.data = member.phone
        self.website.data = member.website
        self.services.data = list(member.services)
        self.trades.data = [code for code in member.cpv if code in TRADES]
        self.other_cpv.data = ", ".join(code for code in member.cpv if code not in TRADES)
        self.areas.data = "\n".join(member.areas)
        self.capacity_hours.data = None if member.capacity_hours is None else Decimal(member.capacity_hours)
        self.capacity_note.data = member.capacity_note

    def profile(self) -> Profile:
        """The values typed, as the operations take them."""
        return {
            "skills": self.skills.data or "",
            "territory": self.territory.data or [],
            "phone": self.phone.data or "",
            "offer": Offer(
                services=self.services.data or [],
                cpv=[*(self.trades.data or []), *re.findall(r"[^\s,;]+", self.other_cpv.data or "")],
                areas=(self.areas.data or "").split("\n"),
                capacity_hours=None if self.capacity_hours.data is None else int(self.capacity_hours.data),
                capacity_note=self.capacity_note.data or "",
                website=self.website.data or "",
            ),
        }


class MemberForm(ProfileForm):
    """All of a structure, for the network's office."""

    name = StringField(_l("Name"), [Required(_l("Give the structure's name.")), Limited(NAME_LENGTH)])
    kind = ChoiceField(_l("Kind"), [Required(_l("Choose the kind of structure."))], kind=MemberKind, blank="")
    siret = StringField(
        _l("SIRET"),
        [Required(_l("Give its SIRET.")), Checked(check_siret)],
        description=_l("14 digits; its format is checked, not whether it exists."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    town = StringField(
        _l("Town of its head office"),
        [Required(_l("Give the town of its head office.")), Limited(TOWN_LENGTH)],
    )
    department = SelectField(
        _l("Department of its head office"),
        [Required(_l("Choose the department of its head office."))],
        choices=[("", ""), *_DEPARTMENTS],
    )

    def show(self, member: Member) -> None:
        """Fill in what `member` is now."""
        super().show(member)
        self.name.data = member.name
        self.kind.data = member.kind
        self.siret.data = member.siret
        self.town.data = member.town
        self.department.data = member.department

    def identity(self) -> Identity:
        """Name, kind, SIRET and seat as typed."""
        return Identity(
            name=self.name.data,
            kind=self.kind.data,
            siret=self.siret.data,
            department=self.department.data,
            town=self.town.data,
        )


class NewMemberForm(MemberForm):
    """All of a structure that comes in."""

    territory = ChecksField(
        _l("Departments where it works"),
        choices=_DEPARTMENTS,
        description=_l("None ticked: that of its head office."),
    )


class LabelForm(Form):
    """A label that a structure holds."""

    mark = ChoiceField(_l("Label"), [Required(_l("Choose the label."))], kind=Mark, blank="")
    name = StringField(_l("Its name, if it is another"), [Limited(LABEL_LENGTH)])
    from_on = DayField(_l("Held since"), [Required(_l("Give the day from which it is held."))])
    until_on = DayField(_l("Last day"), description=_l("Empty if no end is known."))


class LeaveForm(SeenForm):
    """That a structure leaves the network: nothing more to say."""


class LinkForm(Form):
    """Another structure, and why the two aren't independent."""

    other = SelectField(
        _l("Other structure"),
        [Required(_l("Choose the other structure."))],
        coerce=lambda text: int(text) if text else None,
        invalid_choice_message=_l("Choose one of the list."),
        invalid_value_message=_l("Choose one of the list."),
    )
    nature = ChoiceField(_l("Why"), [Required(_l("Say why they are linked."))], kind=LinkNature, blank="")
