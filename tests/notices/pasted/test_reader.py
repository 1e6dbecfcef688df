"""A notice's text, read: each value with the words it came from, and nothing that doesn't stand there."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.notices.pasted.moments import NO_YEAR
from procurement.notices.pasted.reader import EXPECTED, read_text
from procurement.notices.pasted.words import tidy
from procurement.notices.reading.deadlines import NO_HOUR, PLACES_DIFFER
from procurement.tenders.models import ClauseKind, Procedure, Reservation
from tests.factories import paris

TODAY = date(2026, 11, 24)

MAIL = """TR : Consultation nettoyage des vitres

Bonjour,

> De : marches@ville.example
> Envoyé : mardi 24 novembre 2026 09:12
> Objet : Consultation nettoyage des vitres des écoles
>
> Ville du Bocage
> 21 rue des Tilleuls, 14100 Lisieux
> SIRET 356 000 000 00048
>
> Objet du marché : Nettoyage des vitres des écoles et de l’hôtel de ville
> Référence : 2026-S-041
> Procédure adaptée (article L. 2123-1 du code de la commande publique)
> CPV : 90911300-9
> Lot n°1 : Écoles du centre
> Lot n° 02 – Hôtel de ville, marché réservé aux structures d’insertion par l’activité économique
> Une clause d’insertion de 1 200 heures est prévue.
> Date d’envoi du présent avis : 20/11/2026
> Visite obligatoire le jeudi 3 décembre 2026 à 14h
> Date et heure limites de réception des offres : vendredi 18 décembre 2026 à 12h00
> Dossier à retirer sur https://www.marches-publics.gouv.fr/?page=x&refConsultation=123456&orgAcronyme=x5s.
> Ouverture des plis le 21/12/2026 à 9h.
"""


def values(text: str) -> dict[str, object]:
    return {name: one.value for name, one in read_text(text, TODAY).said.items()}


def test_a_forwarded_mail_is_read_whole():
    read = read_text(MAIL, TODAY)
    assert read.value("title", "") == "Nettoyage des vitres des écoles et de l’hôtel de ville"
    assert read.value("buyer_name", "") == "Ville du Bocage"
    assert read.value("buyer_siret", "") == "35600000000048"
    assert read.value("reference", "") == "2026-S-041"
    assert read.value("departments", ()) == ("14",)
    assert read.value("cpv_codes", ()) == ("90911300",)
    assert read.value("procedure", None) is Procedure.ADAPTED
    assert read.value("notice_published_on", None) == date(2026, 11, 20)
    assert read.value("documents_url", "").endswith("orgAcronyme=x5s")
    first, second = read.value("lots", ())
    assert (first.number, first.title, first.reservation) == ("1", "Écoles du centre", None)
    assert (second.number, second.reservation) == ("2", Reservation.SIAE)
    [clause] = read.value("clauses", ())
    assert (clause.kind, clause.hours) == (ClauseKind.EXECUTION_CONDITION, 1200)
    offers, visit = read.said["deadline_submission"].value, read.said["deadline_site_visit"].value
    assert offers.due_at == paris(2026, 12, 18, 12)
    assert visit.due_at == paris(2026, 12, 3, 14)
    assert not offers.doubtful
    assert read.missing == ("reservation",)
    assert read.other_dates == (
        "Envoyé : mardi 24 novembre 2026 09:12",
        "Ouverture des plis le 21/12/2026 à 9h.",
    )


def test_each_value_shows_words_that_stand_in_the_text():
    whole = " ".join(tidy(MAIL).split())
    for name, one in read_text(MAIL, TODAY).said.items():
        assert one.words.removesuffix(" …"), name
        assert one.words.removesuffix(" …").removesuffix("…") in whole, name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Offres à remettre avant le 18/12/2026 à 12h", (2026, 12, 18, 12)),
        ("Réponse attendue pour le 18 décembre 2026 12:00 dernier délai", (2026, 12, 18, 12)),
        ("DLRO : 18/12/2026 12h00", (2026, 12, 18, 12)),
        ("Date limite de réponse\n18/12/2026 à 12h00", (2026, 12, 18, 12)),
        ("Remise des plis : vendredi 18 décembre 2026, 12 heures", (2026, 12, 18, 12)),
        ("Heure et date limite de dépôt : 12h00 le 18/12/2026", (2026, 12, 18, 12)),
        ("Devis à retourner au plus tard le 18-12-2026 à 12:00", (2026, 12, 18, 12)),
    ],
)
def test_when_offers_are_due_in_the_ways_that_buyers_say_it(text, expected):
    assert read_text(text, TODAY).said["deadline_submission"].value.due_at == paris(*expected)


def test_other_dates_than_the_offers_are_told_apart():
    text = """Date limite de réception des candidatures : 10/12/2026 à 12h
Questions jusqu’au 14/12/2026 à 17h
Délai de validité des offres : 120 jours
Date limite de réception des offres : 18/12/2026 à 12h"""
    found = {name: value.due_at for name, value in values(text).items() if name.startswith("deadline_")}
    assert found == {
        "deadline_applications": paris(2026, 12, 10, 12),
        "deadline_questions": paris(2026, 12, 14, 17),
        "deadline_submission": paris(2026, 12, 18, 12),
    }


def test_what_is_doubtful_is_said_and_the_earlier_reminds():
    two = values("Date limite des offres : 18/12/2026 à 12h\nRemise des offres : 17/12/2026 à 12h")
    assert two["deadline_submission"].doubt == PLACES_DIFFER
    assert two["deadline_submission"].remind_at == paris(2026, 12, 17, 12)
    assert values("Date limite des offres : 18/12/2026")["deadline_submission"].doubt == NO_HOUR
    assert values("Réponse avant le 18 décembre à 12h")["deadline_submission"].doubt == NO_YEAR


def test_a_date_that_nothing_announces_binds_nobody():
    read = read_text("Nettoyage des vitres. Le 18/12/2026 à 12h, réunion à la mairie.", TODAY)
    assert not [name for name in read.said if name.startswith("deadline_")]
    assert len(read.other_dates) == 1


def test_a_visit_after_the_offers_is_left_out():
    found = values("Visite le 20/12/2026 à 9h. Date limite des offres : 18/12/2026 à 12h")
    assert "deadline_site_visit" not in found


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Fwd: RE: Entretien des espaces verts\n\nBonjour", "Entretien des espaces verts"),
        ("Bonjour, la commune lance un marché de tonte. Merci.", "La commune lance un marché de tonte"),
        ("Objet : TR: Portage de repas", "Portage de repas"),
        ("II.1.1) Intitulé du marché : Propreté urbaine", "Propreté urbaine"),
        ("Objet : entretien des écoles", "Entretien des écoles"),
    ],
)
def test_a_title_is_what_the_text_calls_its_object_else_its_first_words(text, title):
    assert values(text)["title"] == title


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Lieu d’exécution : Calvados et Orne", ("14", "61")),
        ("Lieu principal d’exécution : 50000 Saint-Lô", ("50",)),
        ("Département(s) : 27, 76", ("27", "76")),
        ("Code NUTS : FRD11", ("14",)),
        ("3 place du Marché, 61000 Alençon", ("61",)),
        ("14000 Caen et 61000 Alençon", None),
        ("Commission de 20000 euros", None),
    ],
)
def test_where_it_is_performed(text, codes):
    assert values(text).get("departments") == codes


@pytest.mark.parametrize(
    ("text", "reservation"),
    [
        ("Marché réservé aux entreprises adaptées et ESAT (L2113-12)", Reservation.EA_ESAT),
        ("Le lot 2 est réservé aux SIAE au titre de l’article L. 2113-13", Reservation.SIAE),
        ("Tous droits réservés", None),
    ],
)
def test_to_whom_it_is_reserved(text, reservation):
    assert values(text).get("reservation") is reservation


def test_nothing_is_invented():
    read = read_text("Merci de me rappeler au 02 31 00 00 00, 12345678 fois merci.", TODAY)
    assert set(read.said) == {"title"}
    assert read.missing == tuple(name for name in EXPECTED if name != "title")
    assert read_text("", TODAY).said == {}


@given(
    st.lists(
        st.sampled_from([*MAIL.splitlines(), "Lot 1 :", "CPV", "x" * 500, "\x00", "Objet :"]), max_size=40
    )
)
def test_no_text_breaks_it(lines):
    read = read_text("\n".join(lines), TODAY)
    assert set(read.missing) <= set(EXPECTED)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Commune de Honfleur, Place de l’Hôtel de Ville", "Commune de Honfleur"),
        ("Commune de Honfleur, 12 rue Haute, 14600 Honfleur", "Commune de Honfleur"),
        ("Commune de Honfleur - BP 12", "Commune de Honfleur"),
        ("Ville d’Évreux, hôtel de ville, CS 70186", "Ville d’Évreux"),
        ("Ville d’Évreux 27000", "Ville d’Évreux"),
        ("Office public de l’habitat, Rue Haute", "Office public de l’habitat"),
        ("Communauté urbaine, Caen la mer", "Communauté urbaine, Caen la mer"),
        ("Syndicat des Places et Rues", "Syndicat des Places et Rues"),
        ("14000 Habitat", "14000 Habitat"),
    ],
)
@pytest.mark.parametrize("label", ["Acheteur : ", "Pouvoir adjudicateur :\n"])
def test_a_buyers_name_ends_where_its_address_begins(label, said, name):
    assert read_text(f"{label}{said}\nObjet : Tonte", TODAY).value("buyer_name", "") == name
