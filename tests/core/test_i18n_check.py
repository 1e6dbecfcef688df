"""The check that everything has its French finds each fault, and the project has none."""

from pathlib import Path

import pytest

from procurement.core.i18n_check import check

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n'


def test_all_that_people_read_has_its_french() -> None:
    assert check() == []


@pytest.fixture
def project(tmp_path: Path):
    """A small project: code, a template, catalogues by name; gives its faults."""
    (tmp_path / "procurement/translations/fr/LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "templates").mkdir()

    def faults(code: str = "", template: str = "", **catalogues: str) -> list[str]:
        (tmp_path / "procurement/code.py").write_text(code)
        (tmp_path / "templates/page.html").write_text(template)
        for name, text in catalogues.items():
            path = tmp_path / f"procurement/translations/fr/LC_MESSAGES/{name}.po"
            path.write_text(HEAD + text)
        return check(tmp_path)

    return faults


def entry(message: str, french: str) -> str:
    return f'msgid "{message}"\nmsgstr "{french}"\n\n'


@pytest.mark.parametrize(
    "call", ['_("Hello")', 'gettext("Hello")', 'N_("Hello")', '_l("Hello")', 'lazy_gettext("Hello")']
)
def test_a_message_without_french_is_found_in_code(project, call: str) -> None:
    assert project(code=call) == ["procurement/code.py:1: no French for 'Hello'"]


def test_a_message_without_french_is_found_in_a_template(project) -> None:
    found = project(template="{% do x %}\n{{ ngettext('%(num)d lot', '%(num)d lots', n) }}")
    assert found == ["templates/page.html:2: no French for '%(num)d lot'"]


def test_what_is_translated_and_used_is_no_fault(project) -> None:
    plural = (
        'msgid "%(num)d lot"\nmsgid_plural "%(num)d lots"\nmsgstr[0] "un lot"\nmsgstr[1] "%(num)d lots"\n'
    )
    code = '_("Hello %(name)s")\nngettext("%(num)d lot", "%(num)d lots", 2)'
    assert project(code=code, area=entry("Hello %(name)s", "Bonjour %(name)s") + plural) == []


@pytest.mark.parametrize(
    ("catalogue", "fault"),
    [
        (entry("Hello", ""), "an empty translation of"),
        ("#, fuzzy\n" + entry("Hello", "Bonjour"), "a fuzzy translation of"),
        (entry("Hello", "Bonjour %(name)s"), "other placeholders than in"),
        (entry("Hello", "Bonjour !"), "an ordinary space"),
        (entry("Hello", "Bonjour!"), "an ordinary space"),
        (entry("Hello", "« Bonjour\u00a0»"), "an ordinary space"),
        (entry("Hello", "Bonjour..."), "an ordinary space"),
        (entry("Hello", "Bonjour") + entry("Gone", "Parti"), "nothing uses 'Gone'"),
    ],
)
def test_a_translation_that_a_page_would_show_broken_is_found(project, catalogue: str, fault: str) -> None:
    found = project(code='_("Hello")', area=catalogue)
    assert len(found) == 1
    assert fault in found[0]


def test_a_lost_placeholder_is_found(project) -> None:
    found = project(code='_("Hello %(name)s")', area=entry("Hello %(name)s", "Bonjour"))
    assert found == ["area.po: other placeholders than in 'Hello %(name)s'"]


def test_two_areas_that_don_t_agree_are_found(project) -> None:
    found = project(code='_("Open")', here=entry("Open", "Ouvrir"), there=entry("Open", "Ouverte"))
    assert found == ["here.po, there.po: 'Open' is translated in different ways"]


def test_french_typography_spares_hours_addresses_and_no_break_spaces(project) -> None:
    words = "Bonjour\u00a0! À 12:00, voir https://exemple.fr/?a=b"
    assert project(code='_("Hello")', area=entry("Hello", words)) == []
