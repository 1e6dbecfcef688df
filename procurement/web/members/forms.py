"""What is typed about a structure."""

from typing import TypedDict

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SearchField, SelectField, StringField, TelField, TextAreaField

from procurement.members.departments import DEPARTMENTS as DEPARTMENT_NAMES
from procurement.members.models import Member, MemberKind
from procurement.members.operations import NAME_LENGTH, SKILLS_LENGTH, TOWN_LENGTH, Identity
from procurement.members.queries import Filters
from procurement.members.rules import DEPARTMENTS
from procurement.web.forms import ChecksField, ChoiceField, Form, Limited, Required

_DEPARTMENTS = [(code, f"{DEPARTMENT_NAMES[code]} ({code})") for code in DEPARTMENTS]


class Profile(TypedDict):
    """What a structure says of itself, as the operations take it."""

    territory: list[str]
    skills: str
    phone: str


class SearchForm(Form):
    """What the directory is narrowed to; what can't be read narrows nothing."""

    class Meta(Form.Meta):
        """A search changes nothing: no token in its address."""

        csrf = False

    words = SearchField(_l("Search"), name="q")
    kind = ChoiceField(_l("Kind"), kind=MemberKind, blank=_l("All kinds"))
    department = SelectField(_l("Department"), choices=lambda: [("", _l("All departments")), *_DEPARTMENTS])

    def filters(self) -> Filters:
        """What was asked for, as far as it can be read."""
        known = self.validate()
        words = self.words.data or ""
        return Filters(
            words="" if self.words.errors else words,
            kind=self.kind.data if known or not self.kind.errors else None,
            department=self.department.data if self.department.data in DEPARTMENTS else "",
        )


class ProfileForm(Form):
    """What a structure says of itself. `version` is the record's when the form was shown."""

    version = HiddenField()
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
        _l("Telephone"), description=_l("Of who answers for the structure; seen inside the network only.")
    )

    def show(self, member: Member) -> None:
        """Fill in what `member` says now."""
        self.version.data = str(member.version)
        self.skills.data = member.skills
        self.territory.data = list(member.territory)
        self.phone.data = member.phone

    def filled_on(self) -> int:
        """The version that the person saw; 0, which is never current, when the form doesn't say."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def profile(self) -> Profile:
        """The values typed, as the operations take them."""
        return {
            "skills": self.skills.data or "",
            "territory": self.territory.data or [],
            "phone": self.phone.data or "",
        }


class MemberForm(ProfileForm):
    """All of a structure, for the network's office."""

    name = StringField(_l("Name"), [Required(_l("Give the structure's name.")), Limited(NAME_LENGTH)])
    kind = ChoiceField(_l("Kind"), [Required(_l("Choose the kind of structure."))], kind=MemberKind, blank="")
    siret = StringField(
        _l("SIRET"),
        [Required(_l("Give its SIRET."))],
        description=_l("14 digits; its format is checked, not whether it exists."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    town = StringField(
        _l("Town of its seat"), [Required(_l("Give the town of its seat.")), Limited(TOWN_LENGTH)]
    )
    department = SelectField(
        _l("Department of its seat"),
        [Required(_l("Choose the department of its seat."))],
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
        description=_l("None ticked: that of its seat."),
    )
