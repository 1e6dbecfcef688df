"""One notice of TED in, one notice in our words out."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from procurement.notices.parsed import AskedGroupForm, LotGroup, NoticeKind, Reservation, UnreadableNotice
from procurement.notices.ted.reader import read_notice

Markup = Callable[[str], str]


def read(xml: str):
    return read_notice({"xml": xml})


def test_a_notice_says_everything_whatever_its_namespaces(markup: Markup) -> None:
    notice = read(markup("ted_two_lots"))
    assert (notice.source, notice.source_id, notice.shape) == ("ted", "900001-2026", "EFORMS")
    assert notice.kind is NoticeKind.CONTRACT_NOTICE
    assert notice.folder_id == "0a1b2c3d-0000-4000-8000-000000000001"
    assert notice.reference == "ESSAI-2026-14"
    assert notice.published_on == date(2026, 9, 14)
    assert notice.cpv_codes == ("79620000", "85312320")
    assert (notice.procedure, notice.market_types, notice.is_framework) == ("open", ("services",), True)
    assert notice.reservation is Reservation.SIAE
    assert notice.reserved_execution is True
    assert (notice.social, notice.social_objectives) == (("objective",), ("opp",))
    assert notice.group_form is AskedGroupForm.JOINT_WITH_SOLIDARY_LEAD
    assert (notice.amounts.estimated, notice.amounts.maximum) == (Decimal("480000.50"), Decimal(900000))
    assert notice.deposit_url == "https://portail.example.org/depot"
    assert notice.notice_url == "https://ted.europa.eu/fr/notice/-/detail/900001-2026"


def test_french_comes_first_then_english_then_the_first(markup: Markup) -> None:
    notice = read(markup("ted_two_lots"))
    assert notice.title == "Remplacement d'agents techniques dans les collèges"
    assert notice.buyer_name == "Département d'Essai"
    other = read(markup("ted_restricted"))
    assert (other.title, other.buyer_name) == ("Grünpflege", "Test Authority")


def test_the_buyer_is_the_one_pointed_to_by_its_own_name_or_its_desk_s(markup: Markup) -> None:
    notice = read(markup("ted_two_lots"))
    assert (notice.buyer_siret, notice.buyer_city, notice.buyer_postcode) == (
        "99900011000018", "Essaiville", "14035",
    )  # fmt: skip
    direct = read(markup("ted_two_lots").replace('schemeName="touchpoint">TPO-0001', ">ORG-0002"))
    assert direct.buyer_name == "Département d'Essai"


def test_a_sender_in_the_buyer_s_place_is_told(markup: Markup) -> None:
    notice = read(markup("ted_restricted"))
    assert (notice.buyer_name, notice.buyer_siret) == ("Test Authority", None)
    assert any("service that sent it, “Test Authority”" in str(remark) for remark in notice.remarks)
    assert not any("service that sent" in str(remark) for remark in read(markup("ted_two_lots")).remarks)


def test_each_lot_has_its_dates_and_the_earliest_binds(markup: Markup) -> None:
    notice = read(markup("ted_two_lots"))
    assert [(lot.number, lot.title, lot.cpv_main, lot.reservation) for lot in notice.lots] == [
        ("1", "Secteur nord", "79620000", Reservation.EA_ESAT_SIAE),
        ("2", "Secteur sud", "85312320", Reservation.NONE),
    ]
    assert [lot.submission_deadline.displayed.isoformat() for lot in notice.lots if lot.submission_deadline] == [
        "2026-10-23T16:30:00+02:00", "2026-10-16T12:00:00+02:00",
    ]  # fmt: skip
    assert [lot.questions_deadline.displayed.day for lot in notice.lots if lot.questions_deadline] == [13, 6]
    assert [lot.amounts.estimated for lot in notice.lots] == [Decimal(300000), None]
    assert notice.submission_deadline
    assert notice.submission_deadline.raw == "2026-10-16 12:00:00+02:00"
    assert notice.submission_deadline.doubtful is False
    assert notice.questions_deadline
    assert notice.questions_deadline.displayed.day == 6
    assert any("different hours" in str(remark) for remark in notice.remarks)


def test_a_group_of_lots_is_no_lot_and_is_told(markup: Markup) -> None:
    notice = read(markup("ted_two_lots"))
    assert notice.lot_groups == (LotGroup("GLO-0001", "Les deux secteurs", ("1", "2")),)
    assert "The lots 1, 2 may be awarded together, as a group (Les deux secteurs)." in map(
        str, notice.remarks
    )


def test_documents_open_to_all_come_before_those_to_ask_for(markup: Markup) -> None:
    assert read(markup("ted_two_lots")).documents_url == "https://portail.example.org/dce?id=7&copy=2"
    closed = markup("ted_two_lots").replace("non-restricted-document", "restricted-document")
    assert read(closed).documents_url == "https://portail.example.org/acces"


def test_territories_are_departments(markup: Markup) -> None:
    # FRD11 is the Calvados; FRD2, a region of old, is the Eure and the Seine-Maritime.
    assert read(markup("ted_two_lots")).departments == ("14", "27", "76")
    assert read(markup("ted_planned")).departments == ("61",)
    assert (
        read(markup("ted_two_lots").replace(">FRD2<", ">FR<").replace(">FRD11<", ">BE211<")).departments == ()
    )


def test_an_hour_of_another_season_is_kept_as_written_and_doubted(markup: Markup) -> None:
    notice = read(markup("ted_restricted"))
    assert notice.submission_deadline is None
    date_read = notice.applications_deadline
    assert date_read
    assert date_read.raw == "2026-12-04 12:00:00+02:00"
    assert (date_read.displayed.isoformat(), date_read.reminder.isoformat()) == (
        "2026-12-04T12:00:00+01:00", "2026-12-04T11:00:00+01:00",
    )  # fmt: skip
    assert date_read.doubtful is True


def test_a_notice_without_the_journal_s_number_has_its_own(markup: Markup) -> None:
    notice = read(markup("ted_restricted"))
    assert (notice.source_id, notice.notice_url) == ("7b6e5f3a-0000-4000-8000-00000000000b-02", "")
    assert notice.published_on == date(2026, 9, 10)


def test_values_that_the_forms_dont_allow_are_told(markup: Markup) -> None:
    notice = read(markup("ted_restricted"))
    (told,) = [str(remark) for remark in notice.remarks if "don't allow" in str(remark)]
    assert "URI “auf Anfrage”" in told
    assert "einvoicing “perhaps”" in told
    assert notice.documents_url == ""


def test_a_form_asked_of_groups_without_words_is_told(markup: Markup) -> None:
    notice = read(markup("ted_restricted"))
    assert notice.group_form is AskedGroupForm.UNKNOWN
    assert any("legal form" in str(remark) for remark in notice.remarks)
    assert notice.reserved_execution is None


def test_a_prior_information_that_calls_for_competition(markup: Markup) -> None:
    notice = read(markup("ted_interest"))
    assert notice.kind is NoticeKind.CONTRACT_NOTICE
    assert (notice.procedure, notice.reservation) == ("concession", Reservation.PUBLIC_SERVICE)
    assert notice.applications_deadline
    assert notice.applications_deadline.displayed.isoformat() == "2026-11-06T17:00:00+01:00"


def test_a_planned_procedure_is_no_call_and_has_the_title_of_its_part(markup: Markup) -> None:
    notice = read(markup("ted_planned"))
    assert (notice.kind, notice.title, notice.lots) == (NoticeKind.PRIOR_INFORMATION, "Tri des déchets", ())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("result", NoticeKind.AWARD),
        ("dir-awa-pre", NoticeKind.INTENTION),
        ("cont-modif", NoticeKind.CONTRACT_MODIFICATION),
        ("completion", NoticeKind.OTHER),
        ("new-in-2030", NoticeKind.AWARD),
    ],
)
def test_kinds_of_notices(markup: Markup, code: str, kind: NoticeKind) -> None:
    assert read(markup("ted_award").replace('"result"', f'"{code}"')).kind is kind


def test_a_change_names_what_it_changes_and_why(markup: Markup) -> None:
    notice = read(markup("ted_change"))
    assert notice.kind is NoticeKind.CORRECTION
    assert notice.corrects == ("7b6e5f3a-0000-4000-8000-00000000000a-01",)
    assert (
        notice.correction
        == "Report demandé par des candidats.\nLa date limite est portée au 30 octobre 2026."
    )
    assert notice.submission_deadline
    assert notice.submission_deadline.displayed.isoformat() == "2026-10-30T12:00:00+01:00"
    cancelled = read(markup("ted_change").replace(">update-add<", ">cancel<"))
    assert (cancelled.kind, cancelled.corrects) == (NoticeKind.CANCELLATION, notice.corrects)
    journal = read(markup("ted_change").replace("7b6e5f3a-0000-4000-8000-00000000000a-01", "00900001-2026"))
    assert journal.corrects == ("900001-2026",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<b:EndDate>2026-10-16+02:00", "<b:EndDate>7017-10-16+02:00", "7017-10-16 12:00:00"),
        ("<b:EndDate>2026-10-16+02:00", "<b:EndDate>0001-10-16+02:00", "0001-10-16"),
        ("TPO-0001", "TPO-0009", "who buys"),
        ("b:Name", "b:Nom", "no title"),
    ],
)
def test_a_call_that_cant_be_true_or_says_too_little(markup: Markup, old: str, new: str, reason: str) -> None:
    xml = markup("ted_two_lots").replace(old, new, 1 if "TPO" in old else -1)
    with pytest.raises(UnreadableNotice, match=reason) as caught:
        read(xml)
    assert caught.value.source_id == "900001-2026"


def test_an_absurd_day_for_questions_is_left_out(markup: Markup) -> None:
    notice = read(markup("ted_two_lots").replace("2026-10-06+02:00", "9026-10-06+02:00"))
    assert notice.questions_deadline
    assert notice.questions_deadline.displayed.day == 13
