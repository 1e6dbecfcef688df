"""One record in, one notice out: every shape, and the traps that real records hold."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from procurement.notices.boamp.reader import read_record
from procurement.notices.parsed import AskedGroupForm, NoticeKind, Reservation, UnreadableNotice

Sample = Callable[[str], dict[str, Any]]


def test_eforms_says_everything(sample: Sample) -> None:
    notice = read_record(sample("eforms_two_lots"))
    assert (notice.source, notice.source_id, notice.shape) == ("boamp", "26-900001", "EFORMS")
    assert notice.kind is NoticeKind.CONTRACT_NOTICE
    assert notice.folder_id == "0a1b2c3d-0000-4000-8000-000000000001"
    assert notice.reference == "ESSAI-2026-14"
    assert notice.published_on == date(2026, 9, 11)
    assert (notice.cpv_main, notice.cpv_codes) == ("79620000", ("79620000", "90910000", "85312320"))
    assert notice.procedure == "open"
    assert notice.market_types == ("services",)
    assert notice.reserved_execution is True
    assert notice.social == ("execution_condition", "objective", "award_criterion")
    assert notice.social_objectives == ("opp",)
    assert notice.group_form is AskedGroupForm.JOINT_WITH_SOLIDARY_LEAD
    assert (notice.amounts.estimated, notice.amounts.maximum) == (Decimal("480000.50"), Decimal(900000))
    assert notice.deposit_url == "https://portail.example.org/depot"
    assert notice.buyer_profile_url == "https://www.essai.example.org"
    assert notice.notice_url == "https://www.boamp.fr/pages/avis/?q=idweb:26-900001"


def test_the_full_title_is_read_not_the_one_cut_at_200_characters(sample: Sample) -> None:
    notice = read_record(sample("eforms_two_lots"))
    assert notice.title.endswith("pour le service de restauration")
    legacy = read_record(sample("legacy_two_steps"))
    assert legacy.title.endswith("reconductible trois fois.")


def test_entities_are_decoded_once_and_no_more(sample: Sample) -> None:
    notice = read_record(sample("eforms_two_lots"))
    assert notice.title.startswith("Remplacement d'agents techniques")
    assert "entretien &amp; restauration.\nMarché" in notice.description
    assert notice.documents_url == "https://portail.example.org/dce?type=DCE&id=7&copy=2"


def test_the_buyer_is_the_one_pointed_to_never_the_sender(sample: Sample) -> None:
    notice = read_record(sample("eforms_two_lots"))
    assert notice.buyer_name == "Département d'Essai"
    assert notice.buyer_siret == "99900011000018"
    assert (notice.buyer_city, notice.buyer_postcode) == ("Essaiville", "14035")


def test_a_notice_that_points_to_its_sender_keeps_the_flat_buyer_and_no_number(sample: Sample) -> None:
    notice = read_record(sample("eforms_restricted"))
    assert (notice.buyer_name, notice.buyer_siret, notice.buyer_city) == ("Syndicat d'Essai", None, "")


def test_departments_are_written_as_france_writes_them(sample: Sample) -> None:
    assert read_record(sample("eforms_two_lots")).departments == ("14", "01", "2A")
    assert read_record(sample("eforms_restricted")).departments == ("61", "50")


def test_lots_have_their_own_terms_and_a_group_of_lots_is_no_lot(sample: Sample) -> None:
    north, south = read_record(sample("eforms_two_lots")).lots
    assert (north.number, north.title, north.cpv_main) == ("1", "Secteur nord", "79620000")
    assert (south.number, south.title, south.cpv_main) == ("2", "Secteur sud", "85312320")
    assert (north.reservation, south.reservation) == (Reservation.EA_ESAT_SIAE, Reservation.NONE)
    assert north.submission_deadline
    assert south.submission_deadline
    assert f"{south.submission_deadline.displayed:%d %H:%M}" == "23 16:30"


def test_words_settle_what_the_code_for_both_kinds_leaves_open(sample: Sample) -> None:
    assert read_record(sample("eforms_two_lots")).reservation is Reservation.SIAE


def test_a_restricted_procedure_has_a_date_for_applications(sample: Sample) -> None:
    notice = read_record(sample("eforms_restricted"))
    assert notice.submission_deadline is None
    assert notice.applications_deadline
    assert notice.applications_deadline.displayed.isoformat() == "2026-10-12T16:00:00+02:00"
    assert notice.applications_deadline.doubtful is False


def test_an_address_that_is_no_web_address_is_replaced_by_the_official_page(sample: Sample) -> None:
    assert read_record(sample("eforms_restricted")).notice_url == (
        "https://www.boamp.fr/pages/avis/?q=idweb:26-900002"
    )


def test_an_address_that_hides_its_site_behind_a_name_is_left_out(sample: Sample) -> None:
    record = sample("fnsimple_one_lot")
    hidden = "https://www.boamp.fr@elsewhere.example/avis"
    assert read_record(record | {"url_avis": hidden}).notice_url.startswith(
        "https://www.boamp.fr/pages/avis/"
    )


def test_fnsimple_with_a_single_lot(sample: Sample) -> None:
    notice = read_record(sample("fnsimple_one_lot"))
    assert notice.title == "Nettoyage des locaux de la mairie & de l'école"
    assert notice.buyer_name == "COMMUNE D'ESSAI-SUR-MER"
    assert (notice.buyer_siret, notice.buyer_postcode) == ("99900033400014", "76999")
    assert [(lot.number, lot.title, lot.cpv_main) for lot in notice.lots] == [("1", "Vitrerie", "90911300")]
    assert notice.cpv_codes == ("90911200", "90919200", "90911300")
    assert notice.reservation is Reservation.EA_ESAT
    assert notice.group_form is AskedGroupForm.SOLIDARY
    assert notice.procedure == "adapted"
    # A range with one end at 0.00 says only its other end.
    assert (notice.amounts.minimum, notice.amounts.maximum) == (None, Decimal(120000))
    assert notice.documents_url == "https://profil.example.org/dce"


def test_mapa_in_prose(sample: Sample) -> None:
    notice = read_record(sample("mapa_prose"))
    assert notice.title == "Gardiennage de déchèterie"
    assert notice.description.startswith(
        "L’objet du marché est le gardiennage d’une déchèterie, mise en œuvre"
    )
    assert notice.description.endswith("35 heures par semaine")
    assert notice.buyer_name == "Syndicat d'Essai"
    assert notice.reservation is Reservation.SIAE
    assert notice.group_form is AskedGroupForm.ANY
    assert notice.market_types == ("services",)
    assert (notice.cpv_main, notice.lots) == ("", ())
    # "&copy" without its semicolon is a parameter of the address, not the sign of copyright.
    assert notice.buyer_profile_url == "https://achats.example.org/?page=x&copy=1&order=1"


def test_dsp(sample: Sample) -> None:
    notice = read_record(sample("dsp"))
    assert notice.title == "Concession pour l'exploitation d'une ressourcerie"
    assert [lot.title for lot in notice.lots] == ["Collecte", "Boutique"]
    assert notice.cpv_main == "90500000"
    assert (notice.procedure, notice.reservation) == ("concession", Reservation.OTHER)
    assert notice.reservation.reserved is True
    assert notice.submission_deadline
    assert notice.submission_deadline.displayed.isoformat() == "2026-11-20T16:00:00+01:00"


def test_the_form_of_before_2024(sample: Sample) -> None:
    notice = read_record(sample("legacy_two_steps"))
    assert notice.shape == "legacy"
    assert (notice.buyer_siret, notice.buyer_city) == ("99900044100017", "Essai-le-Havre")
    assert [(lot.number, lot.title) for lot in notice.lots] == [("2A", "Espaces verts"), ("2B", "Voirie")]
    assert notice.lots[0].amounts.estimated == Decimal(40000)
    assert notice.reservation is Reservation.EA_ESAT
    assert notice.group_form is AskedGroupForm.JOINT
    assert (notice.procedure, notice.reference) == ("restricted", "EV-21")
    assert notice.applications_deadline
    assert notice.submission_deadline
    assert notice.applications_deadline.displayed.isoformat() == "2021-03-01T12:00:00+01:00"
    assert notice.submission_deadline.displayed.isoformat() == "2021-04-12T12:00:00+02:00"


def test_a_correction_says_what_it_corrects(sample: Sample) -> None:
    notice = read_record(sample("correction"))
    assert notice.kind is NoticeKind.CORRECTION
    assert notice.corrects == ("26-900004",)
    assert notice.correction == "La date limite est portée au 8 janvier 2027 à 12 h 00."
    assert notice.submission_deadline is None


def test_an_award_is_no_call_for_tenders(sample: Sample) -> None:
    notice = read_record(sample("award"))
    assert notice.kind is NoticeKind.AWARD
    assert notice.linked_ids == ("26-900001",)
    assert notice.corrects == ()
    assert notice.submission_deadline is None


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"nature": "APPEL_OFFRE", "etat": "AVIS_ANNULE"}, NoticeKind.CANCELLATION),
        ({"nature": "ANNULATION", "etat": "INITIAL"}, NoticeKind.CANCELLATION),
        ({"nature": "APPEL_OFFRE", "etat": "RECTIFICATIF"}, NoticeKind.CORRECTION),
        ({"nature": "MODIFICATION", "etat": "MODIFICATION"}, NoticeKind.CONTRACT_MODIFICATION),
        ({"nature": "PRE-INFORMATION", "etat": "INITIAL"}, NoticeKind.PRIOR_INFORMATION),
        ({"nature": "INTENTION_CONCLURE", "etat": None}, NoticeKind.INTENTION),
        ({"nature": None, "etat": None}, NoticeKind.OTHER),
        ({"nature": ["APPEL_OFFRE"], "etat": ""}, NoticeKind.CONTRACT_NOTICE),
    ],
)
def test_kinds_of_notices(sample: Sample, fields: dict[str, Any], kind: NoticeKind) -> None:
    assert read_record({**sample("flat"), **fields}).kind is kind


def test_a_number_that_fails_its_check_is_no_siret(sample: Sample) -> None:
    record = sample("fnsimple_one_lot")
    record["donnees"] = record["donnees"].replace("99900033400014", "99900033400015")
    assert read_record(record).buyer_siret is None


@pytest.mark.parametrize("number", ["35600000000048", "35600000049837"])
def test_la_poste_passes_by_either_of_its_rules(sample: Sample, number: str) -> None:
    record = sample("fnsimple_one_lot")
    record["donnees"] = record["donnees"].replace("99900033400014", number)
    assert read_record(record).buyer_siret == number


@pytest.mark.parametrize(
    ("record", "source_id", "reason"),
    [
        ("a text", "", "isn't an object"),
        ({}, "", "no number"),
        ({"idweb": "../../etc", "objet": "x"}, "", "no number"),
        ({"idweb": "26-1", "donnees": '{"MAPA": '}, "26-1", "“donnees”"),
        ({"idweb": "26-1", "gestion": "[" * 100_000}, "26-1", "“gestion”"),
        ({"idweb": "26-1", "donnees": " " + "x" * 5_000_000}, "26-1", "five million"),
        ({"idweb": "26-1", "nature": "APPEL_OFFRE", "nomacheteur": "A"}, "26-1", "no title"),
        ({"idweb": "26-1", "nature": "APPEL_OFFRE", "objet": "A"}, "26-1", "who buys"),
        (
            {
                "idweb": "17-88555",
                "nature": "APPEL_OFFRE",
                "objet": "A",
                "nomacheteur": "B",
                "dateparution": "2017-06-25",
                "datelimitereponse": "7017-07-24T12:00:00+00:00",
            },
            "17-88555",
            "7017-07-24",
        ),
    ],
)
def test_what_cant_be_read_says_which_and_why(record: Any, source_id: str, reason: str) -> None:
    with pytest.raises(UnreadableNotice) as caught:
        read_record(record)
    assert caught.value.source_id == source_id
    assert reason in str(caught.value)


def test_a_date_in_words_is_told_and_not_guessed(sample: Sample) -> None:
    record = {**sample("flat"), "datelimitereponse": "voir le règlement"}
    notice = read_record(record)
    assert notice.submission_deadline is None
    assert "voir le règlement" in str(notice.remarks[0])


def test_an_unknown_shape_is_read_by_its_summary_and_told(sample: Sample) -> None:
    notice = read_record({**sample("flat"), "donnees": '{"NOUVEAU": {}}'})
    assert notice.title == "Ménage de bureaux"
    assert "shape" in str(notice.remarks[0])


def test_nul_bytes_and_lone_surrogates_never_reach_the_database(sample: Sample) -> None:
    notice = read_record({**sample("flat"), "objet": "Mé\x00nage \ud800 de\u0085 bureaux\x7f"})
    assert notice.title == "Ménage � de… bureaux"


def test_a_huge_title_is_cut_and_the_rest_is_kept_in_the_description(sample: Sample) -> None:
    record = sample("eforms_two_lots")
    record["donnees"] = record["donnees"].replace("Remplacement d", "Remplacement " + "très " * 200_000 + "d")
    notice = read_record(record)
    assert len(notice.title) <= 400
    assert notice.title.endswith("…")
    assert len(notice.description) <= 20_000


def test_real_records_read_as_expected(shared) -> None:
    def read(name: str) -> dict[str, Any]:
        page = json.loads((shared / name).read_text(encoding="utf-8"))["results"]
        return {notice.source_id: notice for notice in map(read_record, page)}

    real = read("api_real_records.json") | read("api_derived_from_dila_xml.json")
    assert real["26-85090"].buyer_name == "Communauté de communes LE GRESIVAUDAN"
    assert real["26-85090"].buyer_siret is None
    assert [lot.title for lot in real["26-85090"].lots] == ["Nord Grésivaudan", "Sud Grésivaudan"]
    assert real["26-88384"].buyer_name == "COMMUNE D'ESCAUTPONT"
    assert real["26-88384"].corrects == ("26-88340",)
    assert "lundi 05 octobre" in real["26-88384"].correction
    assert real["26-88069"].buyer_siret == "20004403000019"
    assert real["26-88333"].title == "Travaux AMENAGEMENT DE CUISINES"
    assert real["18-695"].title.endswith("2019, 2020 et 2021")
    assert len(read("api_flat_2026_pdl.json")) == 16
