"""What forms make of what is typed: through a page's request, as people send it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, StringField, TextAreaField

from procurement.core.errors import Conflict, Invalid
from procurement.members.models import MemberKind
from procurement.web.forms import (
    LINE,
    ChecksField,
    ChoiceField,
    DayField,
    Form,
    Limited,
    LocalDateTimeField,
    NumberField,
    Required,
)


class Sample(Form):
    """One field of each sort."""

    title = StringField("Title", [Required("Give a title.")])
    short = StringField("Short", [Limited(10)])
    text = TextAreaField("Text")
    password = PasswordField("Password")
    due_at = LocalDateTimeField("Due")
    day = DayField("Day")
    hours = NumberField("Hours")
    kind = ChoiceField("Kind", kind=MemberKind, blank="Any")
    departments = ChecksField("Departments", choices=[("14", "Calvados"), ("61", "Orne")])


Fill = Callable[..., Sample]


@pytest.fixture
def fill(app: Flask) -> Fill:
    """A form sent with these values, and a title unless one is given."""

    def make(locale: str = "fr", **values: object) -> Sample:
        typed = MultiDict(
            {"title": "A title", **{name.replace("__", "-"): value for name, value in values.items()}}
        )
        context = app.test_request_context("/", method="POST", data=typed)
        context.push()
        contexts.append(context)
        context.session["locale"] = locale
        form = Sample()
        form.valid = form.validate_on_submit()
        return form

    contexts: list[object] = []
    yield make
    for context in reversed(contexts):
        context.pop()


@pytest.mark.parametrize("name", ["title", "hours", "kind", "due_at-date"])
def test_a_file_under_the_name_of_another_field_fills_in_nothing(app: Flask, name: str) -> None:
    with app.test_request_context("/", method="POST", data={name: (BytesIO(b"x"), "x.csv")}):
        form = Sample()
        assert not form.validate_on_submit()
        assert not form[name.partition("-")[0]].data


def test_text_is_stripped_of_spaces_and_control_characters(fill: Fill) -> None:
    form = fill(title="\t Collèges\u200a \x07", text="one\r\ntwo\rthree  ", password="  kept  ")
    assert form.valid
    assert form.title.data == "Collèges"
    assert form.text.data == "one\ntwo\nthree"
    assert form.password.data == "  kept  "


@pytest.mark.parametrize("name", ["title", "text", "password", "hours", "kind", "due_at__date"])
def test_a_nul_character_is_refused_in_words_and_what_was_typed_stays(fill: Fill, name: str) -> None:
    form = fill(**{name: "be\x00fore"})
    assert not form.valid
    assert form.status == 422
    assert form.errors


def test_a_nul_character_in_a_title_says_what_to_do(fill: Fill) -> None:
    form = fill(title="be\x00fore")
    assert form.title.errors == [
        "Ce texte contient un caractère invisible qui ne peut pas être conservé. Saisissez-le à nouveau."
    ]
    assert "fore" in form.title.data


def test_only_spaces_are_nothing(fill: Fill) -> None:
    form = fill(title="   ")
    assert form.title.errors == ["Give a title."]


def test_a_text_too_long_says_how_long_and_how_much_is_taken(fill: Fill) -> None:
    form = fill(title="x" * (LINE + 1), short="y" * 11)
    assert form.title.errors == [f"Trop long\u00a0: {LINE + 1} caractères, {LINE} au plus."]
    assert form.short.errors == ["Trop long\u00a0: 11 caractères, 10 au plus."]
    assert form.title.data == "x" * (LINE + 1), "nothing typed is cut"
    assert "maxlength" not in form.title(), "a browser would cut what is pasted without a word"


def test_messages_come_in_the_reader_s_language(fill: Fill) -> None:
    assert fill("en", short="y" * 11).short.errors == ["Too long: 11 characters, 10 at most."]


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        ("2026-11-27", "12:00", datetime(2026, 11, 27, 11, tzinfo=UTC)),
        ("27/11/2026", "12 h 00", datetime(2026, 11, 27, 11, tzinfo=UTC)),
        ("7/7/2026", "9h", datetime(2026, 7, 7, 7, tzinfo=UTC)),
        ("2026-07-07", "23:59:00", datetime(2026, 7, 7, 21, 59, tzinfo=UTC)),
        # October: 2:30 comes twice, the first (summer time) is meant.
        ("2026-10-25", "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29", "03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_day_and_an_hour_are_an_instant_in_paris(
    fill: Fill, day: str, hour: str, expected: datetime
) -> None:
    form = fill(due_at__date=day, due_at__time=hour)
    assert form.valid, form.errors
    assert form.due_at.data == expected


@pytest.mark.parametrize(
    ("day", "hour", "message"),
    [
        ("2026-03-29", "02:30", "Le dimanche 29 mars 2026, cette heure n’existe pas"),
        ("2026-02-30", "12:00", "Ce jour n’existe pas"),
        ("2026-13-01", "12:00", "Ce jour n’existe pas"),
        ("0001-01-01", "12:00", "Ce jour n’existe pas"),
        ("9999-12-31", "23:59", "Ce jour n’existe pas"),
        ("tomorrow", "12:00", "Ce jour n’existe pas"),
        ("2026-11-27", "25:00", "Cette heure ne peut pas être lue"),
        ("2026-11-27", "noon", "Cette heure ne peut pas être lue"),
        ("2026-11-27", "", "Indiquez l’heure en plus du jour"),
        ("", "12:00", "Indiquez le jour en plus de l’heure"),
    ],
)
def test_a_moment_that_can_t_be_is_refused_in_words(fill: Fill, day: str, hour: str, message: str) -> None:
    form = fill(due_at__date=day, due_at__time=hour)
    assert not form.valid
    assert form.due_at.data is None
    assert form.due_at.errors[0].startswith(message)
    assert (form.due_at.typed_day, form.due_at.typed_hour) == (day, hour), "shown again as typed"


def test_no_moment_is_none(fill: Fill) -> None:
    form = fill(due_at__date="", due_at__time="")
    assert form.valid
    assert form.due_at.data is None


def test_a_moment_on_record_is_shown_as_clocks_show_it(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Sample(data={"due_at": datetime(2026, 7, 7, 10, 30, tzinfo=UTC)})
    assert (form.due_at.typed_day, form.due_at.typed_hour) == ("2026-07-07", "12:30")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("35,5", "35.5"),
        ("1 250", "1250"),
        ("1\u202f250,25", "1250.25"),
        ("0", "0"),
        ("12.00", "12"),
        ("1 000 €", "1000"),
        ("1.234,80", "1234.80"),
        ("12,345.5", "12345.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(fill: Fill, typed: str, expected: str) -> None:
    form = fill(hours=typed)
    assert form.valid, form.errors
    assert form.hours.data == Decimal(expected)


@pytest.mark.parametrize(
    "typed", ["a dozen", "-1", "NaN", "Infinity", "1e999", "100000", "1,234", "1e-9", "1.23,4", "1.234.80"]
)
def test_what_is_no_such_number_is_refused(fill: Fill, typed: str) -> None:
    form = fill(hours=typed)
    assert not form.valid
    assert form.hours.errors


def test_a_number_on_record_has_the_reader_s_decimal_mark(app: Flask) -> None:
    with app.test_request_context("/"):
        assert 'value="35,5"' in Sample(data={"hours": Decimal("35.50")}).hours()


def test_a_choice_is_one_of_the_enum_or_nothing(fill: Fill) -> None:
    assert fill(kind="etti").kind.data is MemberKind.ETTI
    assert fill(kind="").kind.data is None
    assert fill(kind="forged").kind.errors == ["Choisissez dans la liste."]


def test_checks_are_those_of_the_list(fill: Fill) -> None:
    assert fill(departments="61").departments.data == ["61"]
    assert fill(departments="99").departments.errors


def test_a_refusal_stands_beside_its_field_or_above_the_form(fill: Fill) -> None:
    form = fill()
    form.refuse(Invalid("Choose one of the list.", field="short"))
    form.refuse(Invalid("Fill in this field.", field="gone"))
    assert form.short.errors == ["Choisissez dans la liste."]
    assert form.form_errors == ["Remplissez ce champ."]
    assert form.status == 422
    form.refuse(Conflict("Fill in this field."))
    assert form.status == 409


def test_a_json_body_fills_in_nothing(app: Flask) -> None:
    with app.test_request_context("/", method="POST", json={"title": ["a", {"b": 1}]}):
        form = Sample()
        assert not form.validate_on_submit()
        assert form.title.data is None
