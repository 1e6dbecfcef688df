"""What is typed about accounts."""

from collections.abc import Sequence
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from procurement.accounts import rules
from procurement.accounts.models import User
from procurement.core.i18n import format_zone
from procurement.core.phones import check_phone
from procurement.core.policy import MembershipRole, Role
from procurement.core.text import number_in
from procurement.members.people import AccountStanding, Filters
from procurement.web.forms import Checked, ChecksField, ChoiceField, Form, Limited, Required
from procurement.web.labels import label

EMAIL_MAX = 254
_HOURS = range(6, 21)
_Kind = TypeVar("_Kind", bound=StrEnum)
_LANGUAGES = [("fr", "Français"), ("en", "English")]


class Email(StringField):
    """An e-mail address, as one types it."""

    def __init__(
        self, label: Any = None, *, autocomplete: str = "email", new: bool = False, **kwargs: Any
    ) -> None:
        """`new`: whether a mail is to reach it for the first time, so that it has to be a whole address."""
        whole = [Checked(rules.normalise_email)] if new else []
        super().__init__(  # type: ignore[no-untyped-call]
            label or _l("E-mail address"),
            [Required(_l("Write your e-mail address.")), Limited(EMAIL_MAX), *whole],
            render_kw={"type": "email", "autocomplete": autocomplete, "inputmode": "email"},
            **kwargs,
        )


class NewPassword(PasswordField):
    """A password to be chosen; the rule is `accounts.rules.check_password`."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            label or _l("New password"),
            [*validators, Limited(rules.PASSWORD_MAX)],
            description=_l(
                "12 characters at least. Four words that have nothing to do with each other are strong, "
                "and easy to remember."
            ),
            render_kw={"autocomplete": "new-password"},
            **kwargs,
        )


class LinkForm(Form):
    """The address to which a link is sent. Its field's id is its own: two forms stand on the sign-in page."""

    email = Email(id="link-email")
    next = HiddenField(id="link-next")


class ButtonForm(Form):
    """Nothing but a button: what it does is said by the page."""


class AddressForm(Form):
    """Another e-mail address, and the password where there is one: a screen left open changes nobody's address."""

    email = Email(_l("New e-mail address"), new=True)
    current = PasswordField(
        _l("Current password"),
        [Required(_l("Write your current password.")), Limited(rules.PASSWORD_MAX)],
        render_kw={"autocomplete": "current-password"},
    )

    def __init__(self, *, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not asks_password:
            del self.current


class ResetForm(Form):
    """The password chosen from a mailed link."""

    password = NewPassword(validators=[Required(_l("Choose a password."))])


class ChangePasswordForm(Form):
    """The present password, where there is one, and the next."""

    current = PasswordField(
        _l("Current password"),
        [Required(_l("Write your current password.")), Limited(rules.PASSWORD_MAX)],
        render_kw={"autocomplete": "current-password"},
    )
    password = NewPassword(validators=[Required(_l("Choose a password."))])


class CodeForm(Form):
    """The six figures of the telephone, or where they are taken a recovery code."""

    code = StringField(
        _l("Code of your application"),
        [Required(_l("Write the code.")), Limited(40)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    next = HiddenField()

    @property
    def typed(self) -> str:
        """The code, as it was typed."""
        return self.code.data or ""


class ProfileForm(Form):
    """What a person says of themselves, and when what isn't urgent reaches them."""

    name = StringField(
        _l("First name and surname"),
        [Required(), Limited(rules.NAME_MAX)],
        description=_l("How the others see you."),
        render_kw={"autocomplete": "name"},
    )
    phone = StringField(
        _l("Telephone"),
        [Limited(rules.PHONE_MAX), Checked(check_phone)],
        render_kw={"type": "tel", "autocomplete": "tel", "inputmode": "tel"},
    )
    locale = RadioField(
        _l("Language"),
        [Required()],
        choices=_LANGUAGES,
        description=_l("Of the pages and of the e-mails you get."),
    )
    digest_hour = SelectField(
        _l("Hour of the daily summary"),
        [Required()],
        coerce=int,
        description=_l("What isn't urgent waits for it. A date that is near or moves is told at once."),
    )
    working_days = ChecksField(
        _l("Days on which you read your e-mails"),
        [Required(_l("Choose at least one day of the week."))],
        coerce=int,
        validate_choice=False,
        description=_l("A reminder that would fall on another day comes on the working day before."),
    )

    zone = SelectField(
        _l("Time zone"),
        [Required()],
        description=_l("Of your hour and your days; a tender’s dates are always said in its own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = [
            SelectChoice(name, format_zone(ZoneInfo(name), str(get_locale()))) for name in rules.ZONES
        ]
        days = get_day_names("wide", "stand-alone", locale=get_locale())
        self.working_days.choices = [SelectChoice(str(day), days[day].capitalize()) for day in range(7)]
        french = str(get_locale()) == "fr"
        self.digest_hour.choices = [
            SelectChoice(str(hour), f"{hour}\u00a0h\u00a000" if french else f"{hour:02d}:00")
            for hour in _HOURS
        ]

    def show(self, user: User) -> None:
        """Fill in what is recorded."""
        self.name.data, self.phone.data, self.locale.data = user.name, user.phone, user.locale
        self.digest_hour.data, self.zone.data = user.digest_hour.hour, user.zone
        self.working_days.data = [day for day in range(7) if user.working_days & 1 << day]

    def validate_working_days(self, field: Field) -> None:
        """At least one, and days of the week only."""
        chosen = field.data or []
        if not chosen or not set(chosen) <= set(range(7)):
            raise ValidationError(_l("Choose at least one day of the week."))

    def profile(self) -> dict[str, Any]:
        """What was typed, as `accounts.operations.edit_profile` takes it."""
        return {
            "name": self.name.data,
            "phone": self.phone.data or "",
            "locale": self.locale.data,
            "digest_hour": time(self.digest_hour.data),
            "working_days": sum(1 << day for day in set(self.working_days.data)),
            "zone": self.zone.data,
        }


class AcceptForm(Form):
    """How an invited person calls themselves, and a password if they want one."""

    name = StringField(
        _l("First name and surname"),
        [Required(), Limited(rules.NAME_MAX)],
        description=_l("How the others see you."),
        render_kw={"autocomplete": "name"},
    )
    password = NewPassword(_l("Password, if you want one"))


class InviteForm(Form):
    """Whom to invite, into which structure, to do what."""

    email = Email(autocomplete="off", new=True)
    name = StringField(
        _l("First name and surname"), [Limited(rules.NAME_MAX)], render_kw={"autocomplete": "off"}
    )
    purpose = RadioField(_l("What this person will do"), [Required(_l("Choose what this person will do."))])
    structure = SelectField(_l("Structure"), coerce=lambda text: int(text) if text else None)
    locale = RadioField(_l("Language of the invitation"), [Required()], choices=_LANGUAGES, default="fr")

    def __init__(self, structures: Sequence[tuple[int, str]], roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.structure.flags.required = not roles  # type: ignore[attr-defined]
        self.structure.choices = [
            SelectChoice("", gettext("Choose a structure")),
            *(SelectChoice(str(number), name) for number, name in structures),
        ]
        self.purpose.choices = [
            SelectChoice(
                MembershipRole.MANAGER.value, gettext("Manager of a structure: registers it and commits it")
            ),
            SelectChoice(
                MembershipRole.CONTRIBUTOR.value, gettext("Contributor to a structure: follows and prepares")
            ),
            *(SelectChoice(role.value, label(role)) for role in roles),
        ]

    @property
    def chosen(self) -> MembershipRole | Role:
        """What the person is invited to do."""
        value = self.purpose.data
        return MembershipRole(value) if value in set(MembershipRole) else Role(value)

    def validate_structure(self, field: Field) -> None:
        """A structure is needed for a place in one, and only then."""
        if self.purpose.data in set(MembershipRole) and field.data is None:
            raise ValidationError(_l("Choose the structure."))


class TeamInviteForm(Form):
    """Whom to invite into the structure whose page it is."""

    email = Email(autocomplete="off", new=True)
    name = StringField(
        _l("First name and surname"), [Limited(rules.NAME_MAX)], render_kw={"autocomplete": "off"}
    )
    role = RadioField(
        _l("What this person will do"),
        [Required(_l("Choose what this person will do."))],
        choices=[
            (MembershipRole.CONTRIBUTOR.value, _l("Contributor: follows and prepares")),
            (MembershipRole.MANAGER.value, _l("Manager: registers the structure and commits it")),
        ],
        default=MembershipRole.CONTRIBUTOR.value,
    )
    locale = RadioField(_l("Language of the invitation"), [Required()], choices=_LANGUAGES, default="fr")


class SuccessorForm(Form):
    """Who takes over from a manager who leaves."""

    successor = RadioField(
        _l("Who takes over"),
        [Required(_l("Choose who takes over."))],
        coerce=lambda text: int(text) if str(text).isdigit() else 0,
        validate_choice=False,
    )

    def __init__(self, colleagues: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.successor.choices = [SelectChoice(str(number), name) for number, name in colleagues]


class RoleForm(Form):
    """A role to give."""

    role = ChoiceField(
        _l("Role to give"), [Required(_l("Choose a role."))], kind=Role, blank=_l("Choose a role")
    )


class SearchPeopleForm(Form):
    """What the list of people is narrowed to."""

    class Meta(Form.Meta):
        """A search changes nothing: no token in its address."""

        csrf = False

    words = StringField(_l("Search"), name="q", render_kw={"type": "search"})

    role = SelectField(_l("What they do"), validate_choice=False)
    structure = SelectField(_l("Structure"), validate_choice=False)
    standing = ChoiceField(_l("Account"), name="compte", kind=AccountStanding, blank=_l("Any"))

    def __init__(self, formdata: Any, structures: Sequence[tuple[int, str]]) -> None:
        super().__init__(formdata)
        self.role.choices = [
            SelectChoice("", gettext("Any")),
            *(SelectChoice(one.value, label(one)) for one in (*Role, *MembershipRole)),
        ]
        self.structure.choices = [
            SelectChoice("", gettext("Any structure")),
            *(SelectChoice(str(number), name) for number, name in structures),
        ]

    def filters(self) -> Filters:
        """What is looked for; a filter that can't be read narrows nothing."""
        if not self.validate():
            return Filters()
        role, number = self.role.data or "", self.structure.data or ""
        return Filters(
            words=self.words.data or "",
            role=_one_of(Role, role) or _one_of(MembershipRole, role),
            member_id=number_in(number) or None,
            standing=self.standing.data,
        )


def _one_of(kind: type[_Kind], value: str) -> _Kind | None:
    return kind(value) if value in set(kind) else None
