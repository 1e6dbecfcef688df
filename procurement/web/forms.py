"""The base of all forms: what is typed is cleaned, limited and refused in words; nothing typed is lost.

A refused form is shown again with what was typed: `if form.validate_on_submit(): try: … except Refusal as refusal:
form.refuse(refusal)`, then the page is rendered once more with `form.status`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from babel.numbers import get_decimal_symbol
from flask import Flask, request
from flask_babel import get_locale, gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import DateField, Field, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from procurement.core import clock
from procurement.core.errors import Conflict, Invalid, Refusal
from procurement.deadlines.rules import local_instant
from procurement.web.formats import day as day_in_words
from procurement.web.labels import label as label_of

LINE = 300
"""Characters that a one-line field takes, unless `Limited` says otherwise."""
TEXT = 20_000
"""Characters that a text area takes, unless `Limited` says otherwise."""

Words = str | LazyString
"""Words in the reader's language, now or once it is known."""

_CONTROLS = dict.fromkeys([*range(1, 9), *range(11, 32), 127])
_HOUR = re.compile(r"([01]?\d|2[0-3])(?:\s*[:hH]\s*([0-5]\d)?(?::[0-5]\d(?:\.\d+)?)?)")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009\t")


def cleaned(text: str | None) -> str | None:
    """`text` without spaces around it, with plain line ends and no control characters; NUL is left, to be refused."""
    if not isinstance(text, str):
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).strip()


class Limited:
    """A validator: at most `longest` characters. No `maxlength` attribute, which cuts what is pasted without a word."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002 - a validator takes both
        """Raise ValidationError if the field holds more."""
        length = len(field.data) if isinstance(field.data, str) else 0
        if length > self.longest:
            message = gettext("Too long: %(length)s characters, %(longest)s at most.")
            raise ValidationError(message % {"length": length, "longest": self.longest})


class Required(InputRequired):
    """A validator: something must be given. `message` says what, in the field's own words."""

    def __init__(self, message: Words | None = None) -> None:
        super().__init__(message or lazy_gettext("Fill in this field."))

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Raise StopValidation if there is nothing but spaces."""
        typed = [value for value in field.raw_data or () if not isinstance(value, str) or value.strip()]
        if not typed:
            field.raw_data = []
        super().__call__(form, field)


class Checked:
    """A validator: what a rule of the domain refuses is said with the form's other faults, not after them."""

    def __init__(self, check: Callable[[str], object]) -> None:
        self.check = check

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002 - a validator takes both
        """Raise ValidationError where the rule raises Invalid; an empty or already refused field is another rule's."""
        try:
            if field.data and not field.errors:
                self.check(field.data)
        except Invalid as refusal:
            raise ValidationError(gettext(refusal.message, **refusal.params)) from refusal


def _plain(form: FlaskForm, field: Field) -> None:  # noqa: ARG001 - a validator takes both
    """Refuse the NUL character, which no database text can hold."""
    if any(isinstance(value, str) and "\x00" in value for value in field.raw_data or ()):
        raise ValidationError(
            gettext("This text holds an invisible character that can't be kept. Type it again.")
        )


class Form(FlaskForm):
    """A form of this product: text stripped and limited, NUL refused, refusals of operations shown beside the field."""

    class Meta(FlaskForm.Meta):
        """Adds the cleaning to each text field, passwords excepted."""

        def bind_field(self, form: Any, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
            """The field, its text cleaned before its own filters."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [cleaned, *unbound_field.kwargs.get("filters", ())]}
            bound: Field = super().bind_field(form, unbound_field, options)
            return bound

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed, and no more: neither a JSON body, whose values may be anything, nor files.

            Files have a field of their own, which finds them in the store.
            """
            if formdata is not _Auto:
                return super().wrap_formdata(form, formdata)
            return request.form if form.is_submitted() and not request.is_json else None

    def __init__(self, formdata: Any = _Auto, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)

    status = 200
    """Status of the page that shows this form: 200, 422 once refused, 409 when somebody else was quicker."""

    def validate(self, extra_validators: Mapping[str, Iterable[Callable[..., None]]] | None = None) -> bool:
        """Whether everything typed can be taken; errors stand beside the fields, and `status` becomes 422."""
        extra: dict[str, list[Callable[..., None]]] = {}
        for name, field in self._fields.items():
            extra[name] = [*(extra_validators or {}).get(name, ()), _plain]
            if isinstance(field, StringField) and not any(isinstance(v, Limited) for v in field.validators):
                extra[name].append(Limited(TEXT if field.type == "TextAreaField" else LINE))
        valid: bool = super().validate(extra)
        if not valid:
            self.status = 422
        return valid

    def is_submitted(self) -> bool:
        """Whether this request sends the form."""
        return bool(super().is_submitted())

    def validate_on_submit(
        self, extra_validators: Mapping[str, Iterable[Callable[..., None]]] | None = None
    ) -> bool:
        """Whether this request sends the form, and everything typed can be taken."""
        return self.is_submitted() and self.validate(extra_validators)

    def refuse(self, refusal: Refusal) -> None:
        """Show why an operation refused: beside the field it names, else above the form. Sets `status`."""
        message = gettext(refusal.message, **refusal.params)
        name = refusal.field if isinstance(refusal, Invalid) else None
        if name and name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)
        self.status = 409 if isinstance(refusal, Conflict) else 422


def _read_day(text: str) -> date:
    """A day typed as 2026-11-27 or 27/11/2026. Raises ValueError."""
    slashed = _SLASHED.fullmatch(text)
    day = date(int(slashed[3]), int(slashed[2]), int(slashed[1])) if slashed else date.fromisoformat(text)
    if not 2000 <= day.year <= 2100:
        raise ValueError("a year between 2000 and 2100")
    return day


def _read_hour(text: str) -> time:
    """An hour typed as 12:00, 12h, 12 h 30 or 9h05. Raises ValueError."""
    match = _HOUR.fullmatch(text.translate(_SPACES))
    if not match:
        raise ValueError("an hour such as 12:00")
    return time(int(match[1]), int(match[2] or 0))


class LocalDateTimeField(Field):
    """A day and an hour as clocks show them in `zone`, read as an aware instant in UTC.

    Two inputs, `<name>-date` and `<name>-time`; both empty mean None. `data` is the instant; `typed` keeps what was
    typed, so that a refused form shows it again.
    """

    widget = TextInput()

    def __init__(
        self,
        label: Words | None = None,
        validators: Sequence[Any] | None = None,
        zone: ZoneInfo = clock.PARIS,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.zone = zone
        self.typed = ("", "")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002
        """Read the two inputs as one value."""
        days, hours = f"{self.name}-date", f"{self.name}-time"
        sent = formdata is not None and (days in formdata or hours in formdata)
        joined = {self.name: [formdata.get(days, ""), formdata.get(hours, "")]} if sent else None
        super().process(_Pairs(joined) if joined else None, *([] if data is None else [data]))
        if joined is None and self.data is not None:
            local = self.data.astimezone(self.zone)
            self.typed = (local.date().isoformat(), local.strftime("%H:%M"))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read day and hour. Raises ValueError, with words for whoever typed them."""
        self.data = None
        day_text, hour_text = (text.strip() for text in valuelist)
        self.typed = (day_text, hour_text)
        if day_text or hour_text:
            self.data = self._instant(day_text, hour_text)

    def _instant(self, day_text: str, hour_text: str) -> datetime:
        if not day_text:
            raise ValueError(gettext("Give the day as well as the hour."))
        if not hour_text:
            raise ValueError(gettext("Give the hour as well as the day."))
        try:
            day = _read_day(day_text)
        except ValueError:
            raise ValueError(gettext("This day doesn't exist. Write it as 27/11/2026.")) from None
        try:
            hour = _read_hour(hour_text)
        except ValueError:
            raise ValueError(gettext("This hour can't be read. Write it as 12:00.")) from None
        try:
            return local_instant(day, hour, self.zone)
        except Invalid:
            message = gettext("On %(day)s this hour doesn't exist: clocks go forward. Choose an hour later.")
            raise ValueError(message % {"day": day_in_words(day)}) from None

    @property
    def typed_day(self) -> str:
        """What stands in the day's input."""
        return self.typed[0]

    @property
    def typed_hour(self) -> str:
        """What stands in the hour's input."""
        return self.typed[1]


class _Pairs(dict[str, list[str]]):
    """The little of a multi-dict that WTForms asks for."""

    def getlist(self, name: str) -> list[str]:
        """The values of `name`."""
        return self[name]


class DayField(DateField):
    """A day without hour; also reads 27/11/2026."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError, with words for whoever typed it."""
        self.data = None
        text = (valuelist[0] if valuelist else "").strip()
        if not text:
            return
        try:
            self.data = _read_day(text)
        except ValueError:
            raise ValueError(gettext("This day doesn't exist. Write it as 27/11/2026.")) from None


def _mark() -> str:
    """The decimal mark of the reader's language."""
    return str(get_decimal_symbol(get_locale()))


_GROUPED = re.compile(
    r"\d{1,3}(?P<apart>[.,])\d{3}(?:(?:(?P=apart)\d{3})*(?!(?P=apart))[.,]\d+|(?:(?P=apart)\d{3})+)"
)
"""Thousands set apart by points or commas: "1.234,80", "1,234,567". "1.234" alone may be meant either way."""


class NumberField(StringField):
    """A decimal number ≥ 0, with a comma or a point; thousands may stand apart, € or % behind; empty: None.

    `digits` places after the comma at most, `largest` the largest that is taken.
    """

    widget = TextInput()

    def __init__(
        self,
        label: Words | None = None,
        validators: Sequence[Any] | None = None,
        *,
        digits: int = 2,
        largest: int = 99_999,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("render_kw", {}).setdefault("inputmode", "decimal" if digits else "numeric")
        super().__init__(label, validators, **kwargs)
        self.digits, self.largest = digits, largest

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}".replace(".", _mark())

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number. Raises ValueError, with words for whoever typed it."""
        self.data = None
        text = (valuelist[0] if valuelist else "").translate(_SPACES).rstrip("€%")
        if grouped := _GROUPED.fullmatch(text):
            text = text.replace(grouped["apart"], "")
        text = text.replace(",", ".").replace("\u2212", "-")
        if not text:
            return
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(gettext("Write a number, in figures.")) from None
        if not number.is_finite():
            raise ValueError(gettext("Write a number, in figures."))
        if number < 0:
            raise ValueError(gettext("Write a positive number, without a minus sign."))
        if number > self.largest:
            raise ValueError(gettext("Too large: %(largest)s at most.") % {"largest": self.largest})
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.digits:
            message = gettext("At most %(digits)s figures after the decimal mark.")
            raise ValueError(message % {"digits": self.digits})
        self.data = number


class ChoiceField(SelectField):
    """One value of an enum, shown in words; `blank` is the words of the empty choice, absent if None.

    `kind` gives all its values; `among` fewer of them.
    """

    def __init__(
        self,
        label: Words | None = None,
        validators: Sequence[Any] | None = None,
        *,
        kind: type[StrEnum],
        among: Iterable[StrEnum] | None = None,
        blank: Words | None = None,
        **kwargs: Any,
    ) -> None:
        values = list(among if among is not None else kind)

        def choices() -> list[SelectChoice]:
            empty = [SelectChoice("", str(blank))] if blank is not None else []
            return [*empty, *(SelectChoice(value.value, label_of(value)) for value in values)]

        kwargs["choices"] = choices
        kwargs["coerce"] = lambda text: kind(text) if text else None
        kwargs.setdefault("invalid_choice_message", lazy_gettext("Choose one of the list."))
        kwargs.setdefault("invalid_value_message", lazy_gettext("Choose one of the list."))
        super().__init__(label, validators, **kwargs)


class ChecksField(SelectMultipleField):
    """Several values at once, as check boxes. `choices` are pairs of value and words, or SelectChoice."""

    widget: Any = ListWidget(prefix_label=False)
    option_widget: Any = CheckboxInput()

    def __init__(
        self,
        label: Words | None = None,
        validators: Sequence[Any] | None = None,
        *,
        choices: Iterable[tuple[str, Words] | SelectChoice] = (),
        **kwargs: Any,
    ) -> None:
        given = [one if isinstance(one, SelectChoice) else SelectChoice(*one) for one in choices]  # type: ignore[arg-type]
        super().__init__(label, validators, choices=given, **kwargs)


def register(app: Flask) -> None:
    """Let templates draw a form's number, by which a form sent twice is known."""
    app.jinja_env.globals["new_form_number"] = lambda: str(uuid4())
