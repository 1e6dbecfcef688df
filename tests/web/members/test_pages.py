"""The directory and the page of a structure, as people use them."""

import pytest
from sqlalchemy import Engine, event, select

from procurement.core.policy import MembershipRole, Role
from procurement.members.models import Member, MemberKind
from tests.factories import make_delegate, make_manager, make_member, make_user, next_siret


def typed(member: Member, **changed):
    return {
        "version": member.version,
        "skills": member.skills,
        "territory": member.territory,
        "phone": member.phone,
    } | changed


NEW = {
    "name": "AI Bayeux",
    "kind": "ai",
    "town": "Bayeux",
    "department": "14",
    "territory": ["14", "50"],
    "skills": "Entretien",
    "phone": "0261910014",
}


def test_a_member_finds_another(browser_of):
    member = make_member(MemberKind.ETTI, name="ETTI Le Havre", town="Le Havre", department="76")
    make_member(name="AI Caen")
    browser = browser_of(make_manager())
    page = browser.get("/structures?q=havre&kind=etti&department=76").text
    assert "ETTI Le Havre" in page
    assert "AI Caen" not in page
    assert "Seine-Maritime" in browser.get(f"/structures/{member.id}").text


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 100_000,
        "kind=zzz",
        "after=abc",
        "after=-1",
        "after=99999999999999999999999",
        "kind=%27&department=75",
    ],
)
def test_a_search_that_cannot_be_read_narrows_nothing(browser_of, query):
    make_member(name="AI Caen")
    response = browser_of(make_delegate()).get(f"/structures?{query}")
    assert response.status_code == 200
    assert "AI Caen" in response.text


@pytest.mark.parametrize("query", ["q=%00", "department=%00"])
def test_a_character_that_nothing_can_hold_is_told(browser_of, query):
    assert browser_of(make_delegate()).get(f"/structures?{query}").status_code == 400


def test_pages_ask_the_same_whatever_the_number_of_rows(browser_of, app):
    member = make_member()
    browser = browser_of(make_manager(member))
    for _ in range(3):
        make_member()
        make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    few = [asked(browser, path) for path in ("/structures", f"/structures/{member.id}")]
    for _ in range(20):
        make_member()
        make_user(memberships={member: MembershipRole.CONTRIBUTOR})
    many = [asked(browser, path) for path in ("/structures", f"/structures/{member.id}")]
    assert few == many == [4, 5]  # one of them for the bell


def asked(browser, path: str) -> int:
    """How many statements the page needs, the person's own loading left out."""
    found: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        own = "user_account.fs_uniquifier =" in statement or "FROM role_grant" in statement
        if statement.startswith("SELECT") and not own:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(found)


def test_outsiders_are_kept_out(client, browser_of):
    member = make_member()
    for path in ("/structures", f"/structures/{member.id}"):
        assert client.get(path).status_code == 302
        assert browser_of(make_user(roles=[Role.OBSERVER])).get(path).status_code == 403
    assert browser_of(make_delegate()).get("/structures/987654321").status_code == 404


def test_the_page_names_its_people_and_shows_the_phone(browser_of):
    member = make_member(phone="0261910014")
    make_user(name="Responsable – AI Caen", memberships={member: MembershipRole.MANAGER})
    page = browser_of(make_delegate()).get(f"/structures/{member.id}").text
    assert "Responsable – AI Caen" in page
    assert 'href="tel:0261910014"' in page


def test_a_manager_edits_the_profile_only(browser_of):
    member = make_member()
    browser = browser_of(make_manager(member))
    form = browser.get(f"/structures/{member.id}/modifier").text
    assert 'name="skills"' in form
    assert 'name="siret"' not in form
    sent = typed(
        member, skills="Espaces verts", territory=["14", "61"], phone="02.61.91.00.61", name="Taken over"
    )
    assert browser.post(f"/structures/{member.id}/modifier", data=sent).status_code == 302
    assert (member.skills, member.territory, member.phone) == (
        "Espaces verts",
        ["14", "61"],
        "02 61 91 00 61",
    )
    assert member.name != "Taken over"


@pytest.mark.parametrize("who", ["contributor", "other"])
def test_others_do_not(browser_of, who):
    member = make_member()
    user = (
        make_user(memberships={member: MembershipRole.CONTRIBUTOR})
        if who == "contributor"
        else make_manager()
    )
    browser = browser_of(user)
    assert browser.get(f"/structures/{member.id}/modifier").status_code == 403
    assert (
        browser.post(f"/structures/{member.id}/modifier", data=typed(member, skills="x")).status_code == 403
    )
    assert "/modifier" not in browser.get(f"/structures/{member.id}").text


def test_the_delegate_brings_one_in(browser_of, session):
    siret = next_siret()
    browser = browser_of(make_delegate())
    response = browser.post("/structures/nouvelle", data=NEW | {"siret": f"{siret[:9]} {siret[9:]}"})
    member = session.scalar(select(Member).where(Member.siret == siret))
    assert response.location == f"/structures/{member.id}"
    assert (member.name, member.kind, member.territory) == ("AI Bayeux", MemberKind.AI, ["14", "50"])
    assert browser_of(make_manager()).get("/structures/nouvelle").status_code == 403


def test_all_that_is_wrong_with_a_structure_is_said_at_once(browser_of):
    wrong = {"name": "", "siret": "zz", "phone": "abc", "website": "http://["}
    page = browser_of(make_delegate()).post("/structures/nouvelle", data=NEW | wrong)
    assert page.status_code == 422
    said = (
        "Indiquez le nom",
        "Un SIRET s’écrit avec des chiffres",
        "Ce numéro",
        "Cette adresse de site semble fausse",
    )
    assert [words for words in said if words not in page.text.replace("\u00a0", " ")] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"siret": "35600000000049"},
        {"name": "x" * 500_000},
        {"name": "a\x00b"},
        {"kind": "zzz"},
        {"kind": ""},
        {"department": "75"},
        {"territory": ["99"]},
        {"phone": "12"},
        {"skills": "x" * 2001},
    ],
)
def test_what_is_refused_is_shown_again(browser_of, session, wrong):
    before = len(session.scalars(select(Member)).all())
    data = NEW | {"siret": next_siret()} | wrong
    response = browser_of(make_delegate()).post("/structures/nouvelle", data=data)
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert "Bayeux" in response.text
    assert len(session.scalars(select(Member)).all()) == before


def test_the_second_is_told_and_loses_nothing(browser_of, session):
    member = make_member()
    seen = typed(member)
    url = f"/structures/{member.id}/modifier"
    first, second = browser_of(make_delegate()), browser_of(make_manager(member))
    assert first.post(url, data=seen | identity(member) | {"skills": "Menuiserie"}).status_code == 302
    late = second.post(url, data=seen | {"skills": "Peinture"})
    assert late.status_code == 409
    assert "Peinture" in late.text
    assert "Menuiserie" in late.text
    assert member.skills == "Menuiserie"
    assert second.post(url, data=seen | {"skills": "Peinture", "version": member.version}).status_code == 302
    session.refresh(member)
    assert member.skills == "Peinture"


@pytest.mark.parametrize("version", ["", "x", "-1", "٣", "99999999999999999999"])
def test_a_forged_version_is_an_old_one(browser_of, version):
    member = make_member()
    sent = typed(member, skills="x", version=version)
    assert (
        browser_of(make_manager(member)).post(f"/structures/{member.id}/modifier", data=sent).status_code
        == 409
    )


def identity(member: Member):
    return {
        "name": member.name,
        "kind": member.kind.value,
        "siret": member.siret,
        "town": member.town,
        "department": member.department,
    }
