"""A structure's file as its people fill it in: sections, lines, who may, what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from procurement.core import clock, events
from procurement.core.policy import MembershipRole
from procurement.dossiers.models import BusinessYear, MemberFile, Reference, Signatory
from tests.factories import make_delegate, make_manager, make_member, make_user

IBAN = "FR76 3000 6000 0112 3456 7890 189"


def file_of(session, member) -> MemberFile | None:
    return session.scalar(select(MemberFile).where(MemberFile.member_id == member.id))


def test_a_blank_file_says_what_it_lacks_and_fills_as_it_is_typed(browser_of, session):
    member = make_member()
    browser = browser_of(make_manager(member))
    page = browser.get(f"/structures/{member.id}/dossier").text
    assert "son numéro RNA" not in page  # no legal form is said yet
    assert "trois exercices clos" in page
    sent = {
        "version": 0,
        "legal_name": "Emplois du Bocage",
        "legal_form": "association",
        "street": "12 rue des Écoles",
        "postcode": "14500",
        "town": "Vire Normandie",
        "email": "marches@example.org",
        "rna": "w143000001",
        "ape": "7820z",
        "naf": "rev2",
        "idcc": "",
        "is_sme": "1",
    }
    answer = browser.post(f"/structures/{member.id}/dossier/identite", data=sent)
    assert answer.status_code == 302
    file = file_of(session, member)
    assert (file.rna, file.ape, file.is_sme, file.version) == ("W143000001", "78.20Z", True, 1)
    page = browser.get(f"/structures/{member.id}/dossier").text
    assert "78.20Z" in page
    assert "W143000001" in page
    event = events.history([("member", member.id)])[0]
    assert event.verb == "file_filled"
    assert "legal_name" in event.facts["fields"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rna", "143", "Un numéro RNA"),
        ("ape", "ménage", "Un code APE"),
        ("ape", "7820Z", "ensemble"),
        ("postcode", "1450", "Un code postal"),
        ("email", "nobody", "semble fausse"),
        ("idcc", "30", "Un numéro IDCC"),
        ("legal_name", "x" * 201, "201"),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(browser_of, session, field, value, words):
    member = make_member()
    sent = {"version": 0, "town": "Vire", field: value}
    answer = browser_of(make_manager(member)).post(f"/structures/{member.id}/dossier/identite", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Vire"' in answer.text
    assert file_of(session, member) is None


def test_all_that_is_wrong_in_a_section_is_told_at_once(browser_of, session):
    member = make_member()
    sent = {"version": 0, "postcode": "1450", "rna": "143", "idcc": "30"}
    answer = browser_of(make_manager(member)).post(f"/structures/{member.id}/dossier/identite", data=sent)
    assert answer.status_code == 422
    for words in ("Un code postal", "Un numéro RNA", "Un numéro IDCC"):
        assert words in answer.text


def test_the_account_is_sealed_and_only_its_end_is_shown(browser_of, session):
    member = make_member()
    browser = browser_of(make_manager(member))
    address = f"/structures/{member.id}/dossier/banque"
    wrong = browser.post(address, data={"version": 0, "iban": IBAN[:-1] + "0"})
    assert wrong.status_code == 422
    assert "Cet IBAN est faux" in wrong.text
    sent = {"version": 0, "iban": IBAN, "bic": "AGRIFRPP", "account_holder": "Emplois du Bocage"}
    assert browser.post(address, data=sent).status_code == 302
    kept = session.execute(text("SELECT iban FROM member_file")).scalar_one()
    assert "30006" not in kept
    assert file_of(session, member).iban == IBAN.replace(" ", "")
    for page in (browser.get(f"/structures/{member.id}/dossier").text, browser.get(address).text):
        assert "•••• 0189" in page
        assert "30006" not in page
    told = [(e.facts, e.detail and e.detail.values) for e in events.history([("member", member.id)])]
    assert "30006" not in str(told)
    # Saved again without an IBAN, the account stays; taken away, it goes.
    assert browser.post(address, data=sent | {"version": 1, "iban": "", "bic": ""}).status_code == 302
    assert file_of(session, member).iban_tail == "0189"
    assert browser.post(address, data=sent | {"version": 2, "iban": "", "forget": "y"}).status_code == 302
    assert (file_of(session, member).iban, file_of(session, member).iban_tail) == (None, "")


def test_a_contributor_fills_in_all_but_the_account(browser_of):
    member = make_member()
    browser = browser_of(make_user(memberships={member: MembershipRole.CONTRIBUTOR}))
    assert (
        browser.post(
            f"/structures/{member.id}/dossier/moyens", data={"version": 0, "equipment": "Vans"}
        ).status_code
        == 302
    )
    assert browser.get(f"/structures/{member.id}/dossier/banque").status_code == 403
    assert "dossier/banque" not in browser.get(f"/structures/{member.id}/dossier").text


def test_whoever_comes_second_sees_what_the_first_recorded(browser_of, session):
    member = make_member()
    first, second = browser_of(make_manager(member)), browser_of(make_delegate())
    address = f"/structures/{member.id}/dossier/moyens"
    assert first.post(address, data={"version": 0, "equipment": "Two vans"}).status_code == 302
    answer = second.post(address, data={"version": 0, "equipment": "Three vans"})
    assert answer.status_code == 409
    assert "Two vans" in answer.text
    assert "Three vans" in answer.text
    assert second.post(address, data={"version": 1, "equipment": "Three vans"}).status_code == 302
    assert file_of(session, member).equipment == "Three vans"


def test_lines_are_added_corrected_and_taken_away(browser_of, session):
    member = make_member()
    browser = browser_of(make_manager(member))
    base = f"/structures/{member.id}/dossier"
    year = {"year": "2025", "turnover": "1 234 567,80", "field_share": "40", "permanent_staff": "12,5"}
    assert browser.post(f"{base}/exercices/ajouter", data=year).status_code == 302
    twice = browser.post(f"{base}/exercices/ajouter", data=year)
    assert twice.status_code == 422
    assert "Cet exercice y est déjà" in twice.text
    line = session.scalars(select(BusinessYear)).one()
    assert (str(line.turnover), line.field_share) == ("1234567.80", 40)
    assert 'value="1234567,8"' in browser.get(f"{base}/exercices/{line.id}").text
    assert (
        browser.post(f"{base}/exercices/{line.id}", data=year | {"version": 1, "turnover": "5"}).status_code
        == 302
    )
    stale = browser.post(f"{base}/exercices/{line.id}", data=year | {"version": 1, "turnover": "6"})
    assert stale.status_code == 409
    assert session.scalars(select(BusinessYear.turnover)).one() == 5
    work = {"client": "Ville", "subject": "Cantines", "from_year": "2024", "until_year": "2023"}
    early = browser.post(f"{base}/references/ajouter", data=work)
    assert "La fin vient avant le début." in early.text
    assert browser.post(f"{base}/references/ajouter", data=work | {"until_year": ""}).status_code == 302
    reference = session.scalars(select(Reference)).one()
    assert "Cantines" in browser.get(base).text
    assert browser.post(f"{base}/references/{reference.id}/retirer").status_code == 302
    assert session.scalar(select(Reference)) is None


def test_a_power_that_has_ended_lets_nobody_sign(browser_of, session):
    member = make_member()
    browser = browser_of(make_manager(member))
    base = f"/structures/{member.id}/dossier"
    yesterday = clock.today() - timedelta(days=1)
    sent = {"name": "A B", "quality": "Présidence", "power": "minutes", "until_on": yesterday.isoformat()}
    assert browser.post(f"{base}/signataires/ajouter", data=sent).status_code == 302
    assert "une personne qui peut signer" in browser.get(base).text
    line = session.scalars(select(Signatory)).one()
    assert (
        browser.post(f"{base}/signataires/{line.id}", data=sent | {"version": 1, "until_on": ""}).status_code
        == 302
    )
    assert "une personne qui peut signer" not in browser.get(base).text


def test_a_file_does_not_exist_for_others(browser_of, session):
    member, other = make_member(), make_member()
    line = Reference(member_id=member.id, client="Town", subject="x", from_year=2025, version=1)
    session.add(line)
    session.flush()
    browser = browser_of(make_manager(other))
    base = f"/structures/{member.id}/dossier"
    for path in (base, f"{base}/identite", f"{base}/references/{line.id}", f"{base}/registre"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/structures/{other.id}/dossier/references/{line.id}/retirer").status_code == 404
    assert session.scalars(select(Reference)).all() == [line]
