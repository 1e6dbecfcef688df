"""The checklist of a group: each rule with its severity, its article, and who is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from procurement.bids import policy, rules
from procurement.bids.models import GroupForm
from procurement.bids.rules import (
    Audience,
    Contract,
    Finding,
    Fit,
    Group,
    GroupLot,
    Paper,
    Rival,
    Seated,
    Severity,
)
from procurement.certificates.models import CertificateKind
from procurement.certificates.rules import CertificateState
from procurement.core import i18n
from procurement.core.policy import Actor, MembershipRole, Role
from procurement.members.models import MemberKind
from procurement.tenders.models import LegalRegime, Reservation, ServiceNature

NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)
LOT = GroupLot(id=1, number="1", site_ids=frozenset({11, 12}), departments=frozenset({"14"}))
FIRST = Seated(
    member_id=1,
    name="AI de Caen",
    kind=MemberKind.AI,
    territory=frozenset({"14"}),
    lot_ids=frozenset({1}),
    people=frozenset({101}),
)
SECOND = replace(FIRST, member_id=2, name="ETTI de Caen", kind=MemberKind.ETTI, people=frozenset({102}))
GROUP = Group(
    contract=Contract(nature=ServiceNature.LABOUR_SUPPLY),
    lots=(LOT,),
    seated=(FIRST, SECOND),
    form=GroupForm.JOINT,
    lead_id=1,
)
OTHERS = tuple(kind for kind in MemberKind if kind not in {MemberKind.AI, MemberKind.ETTI})


def found(group: Group, code: str) -> list[Finding]:
    return [one for one in rules.check_group(group) if one.code == code]


def only(group: Group, code: str) -> Finding:
    (one,) = found(group, code)
    return one


def of_kind(kind: MemberKind) -> Seated:
    return replace(FIRST, member_id=3, name=kind.value, kind=kind, people=frozenset())


def test_a_complete_group_is_in_order() -> None:
    findings = rules.check_group(GROUP)
    assert not rules.blocking(findings)
    assert {one.severity for one in findings} == {Severity.OK, Severity.REMARK}


def test_what_weighs_most_comes_first() -> None:
    group = replace(GROUP, lead_id=None, seated=(FIRST, replace(SECOND, confirmed=False)))
    weights = [one.severity for one in rules.check_group(group)]
    assert weights == sorted(weights, key=list(Severity).index)
    assert weights[0] is Severity.ERROR


def test_a_group_has_two_members_and_a_lead_and_a_form() -> None:
    alone = only(replace(GROUP, seated=(FIRST,)), "members")
    assert (alone.severity, alone.article, alone.blocks) == (Severity.ERROR, "R2142-19", True)
    lead = only(replace(GROUP, lead_id=None), "lead")
    assert (lead.severity, lead.article, lead.blocks, lead.waivable) == (
        Severity.ERROR,
        "R2142-24",
        True,
        False,
    )
    form = only(replace(GROUP, form=None), "form")
    assert (form.severity, form.article, form.blocks) == (Severity.ERROR, "R2142-20", True)
    waiting = only(replace(GROUP, seated=(FIRST, replace(SECOND, confirmed=False))), "unconfirmed")
    assert (waiting.severity, waiting.member_id) == (Severity.WARNING, 2)


def test_the_form_against_the_contract() -> None:
    """R2142-22: another form is asked for after award only; R2142-24: not against a solidary lead."""
    later = only(replace(GROUP, contract_form=GroupForm.SOLIDARY), "form")
    assert (later.severity, later.article, later.blocks) == (Severity.REMARK, "R2142-22", False)
    against = only(replace(GROUP, contract_form=GroupForm.JOINT_WITH_SOLIDARY_LEAD), "form")
    assert (against.severity, against.article, against.blocks) == (Severity.ERROR, "R2142-24", True)
    same = only(replace(GROUP, contract_form=GroupForm.JOINT), "form")
    assert same.severity is Severity.OK


def test_the_same_lead_on_other_lots_is_a_remark_to_itself_and_the_delegate() -> None:
    """R2142-23: each lot is a contract. G3: the group isn't told of the other one."""
    group = replace(GROUP, rivals=(Rival(bid_id=9, lot_ids=frozenset({2}), lead_id=1),))
    remark = only(group, "lead_elsewhere")
    assert (remark.severity, remark.article, remark.blocks) == (Severity.REMARK, "R2142-23", False)
    assert (remark.audience, remark.member_id) == (Audience.MEMBER, 1)


@pytest.mark.parametrize(("banned", "severity"), [(True, Severity.ERROR), (False, Severity.WARNING)])
def test_in_two_groups_on_one_lot(banned: bool, severity: Severity) -> None:
    """R2142-21 2°, R2151-7: forbidden only where the rules of the consultation say so; checked lot by lot."""
    contract = replace(GROUP.contract, ban_several_groups=banned)
    rival = Rival(bid_id=9, lot_ids=frozenset({1, 2}), member_ids=frozenset({2}))
    both = only(replace(GROUP, contract=contract, rivals=(rival,)), "several_groups")
    assert (both.severity, both.blocks, both.member_id) == (severity, banned, 2)
    assert both.params["lots"] == "1"
    assert both.audience is Audience.MEMBER
    assert both.waivable
    elsewhere = replace(rival, lot_ids=frozenset({2}))
    assert not found(replace(GROUP, contract=contract, rivals=(elsewhere,)), "several_groups")


def test_alone_and_grouped_is_recalled_to_everybody() -> None:
    """R2142-21 1°, R2151-7: whoever answers alone tells nobody, so it is a remark."""
    contract = replace(GROUP.contract, ban_alone_and_grouped=True)
    remark = only(replace(GROUP, contract=contract), "alone_and_grouped")
    assert (remark.severity, remark.audience) == (Severity.REMARK, Audience.GROUP)
    assert not found(GROUP, "alone_and_grouped")


def test_two_groups_on_one_lot_have_each_their_coordinator() -> None:
    """Domain 1.12 c, e: for the delegate alone."""
    rival = Rival(bid_id=9, lot_ids=frozenset({1}), coordinator_id=7)
    same = only(replace(GROUP, coordinator_id=7, rivals=(rival,)), "rivals")
    assert (same.severity, same.audience) == (Severity.WARNING, Audience.DELEGATE)
    other = only(replace(GROUP, coordinator_id=8, rivals=(rival,)), "rivals")
    assert other.severity is Severity.REMARK
    far = replace(rival, lot_ids=frozenset({2}))
    assert not found(replace(GROUP, coordinator_id=7, rivals=(far,)), "rivals")


def test_the_same_person_in_facing_groups() -> None:
    """Domain 1.12 f: affiliation."""
    rival = Rival(bid_id=9, lot_ids=frozenset({1}), member_ids=frozenset({5}), people=frozenset({102}))
    warning = only(replace(GROUP, rivals=(rival,)), "affiliation")
    assert (warning.severity, warning.member_id, warning.audience) == (Severity.WARNING, 2, Audience.DELEGATE)


def test_who_is_told_what() -> None:
    delegate = Actor(user_id=1, roles=frozenset({Role.LEGAL_DELEGATE}))
    member = Actor(user_id=2, memberships={2: MembershipRole.CONTRIBUTOR})
    finding = Finding("x", Severity.REMARK, "x", member_id=2)
    expected = {Audience.GROUP: (True, True), Audience.MEMBER: (True, True), Audience.DELEGATE: (True, False)}
    for audience, hears in expected.items():
        one = replace(finding, audience=audience)
        assert (policy.may_hear(delegate, one), policy.may_hear(member, one)) == hears
    about_another = replace(finding, audience=Audience.MEMBER, member_id=1)
    assert not policy.may_hear(member, about_another)


FORBIDDEN, WARNING, OK = Fit.FORBIDDEN, Fit.WARNING, Fit.OK


@pytest.mark.parametrize(
    ("nature", "table"),
    [
        (
            ServiceNature.LABOUR_SUPPLY,
            {MemberKind.AI: OK, MemberKind.ETTI: OK, **dict.fromkeys(OTHERS, FORBIDDEN)},
        ),
        (
            ServiceNature.SERVICE,
            {**dict.fromkeys(OTHERS, OK), MemberKind.AI: WARNING, MemberKind.ETTI: WARNING},
        ),
        (
            ServiceNature.INSERTION,
            {
                MemberKind.AI: OK,
                MemberKind.ACI: OK,
                MemberKind.EI: OK,
                MemberKind.EITI: OK,
                MemberKind.TRAINING_BODY: OK,
                MemberKind.ETTI: WARNING,
                MemberKind.GES: WARNING,
                MemberKind.PROXIM: WARNING,
                MemberKind.EBE: WARNING,
            },
        ),
        (ServiceNature.UNKNOWN, dict.fromkeys(MemberKind, OK)),
    ],
)
def test_who_may_supply_what(nature: ServiceNature, table: dict[MemberKind, Fit]) -> None:
    """Domain 3.10 to 3.13; whatever isn't fine says why, with its article."""
    assert {kind: rules.fit(kind, nature).fit for kind in MemberKind} == table
    for kind in MemberKind:
        verdict = rules.fit(kind, nature)
        assert verdict.fit is OK or (verdict.sentence and verdict.article)


def test_lending_staff_is_forbidden_to_an_enterprise_unless_the_delegate_says_otherwise() -> None:
    """L8241-1 of the labour code."""
    group = replace(GROUP, seated=(FIRST, of_kind(MemberKind.EI)))
    error = only(group, "supplier")
    assert (error.severity, error.blocks, error.waivable) == (Severity.ERROR, True, True)
    assert error.article == "L8241-1 C. trav."
    waived = only(replace(group, waivers={("supplier", 3): "A service in fact"}), "supplier")
    assert (waived.waived, waived.blocks) == ("A service in fact", False)
    still = only(replace(group, waivers={("supplier", 1): "Another one"}), "supplier")
    assert still.blocks


def test_what_is_bought_must_be_settled() -> None:
    unknown = only(replace(GROUP, contract=Contract(nature=ServiceNature.UNKNOWN)), "nature")
    assert unknown.severity is Severity.WARNING
    assert not found(replace(GROUP, contract=Contract(nature=ServiceNature.UNKNOWN)), "supplier")


@pytest.mark.parametrize(
    ("reservation", "qualify"),
    [
        (Reservation.SIAE, {MemberKind.AI, MemberKind.ETTI, MemberKind.EI, MemberKind.ACI}),
        (Reservation.EA_ESAT_SIAE, {MemberKind.AI, MemberKind.ETTI, MemberKind.EI, MemberKind.ACI}),
        (Reservation.EA_ESAT, set()),
        (Reservation.PRISON, set()),
        (Reservation.ESS, set(MemberKind)),
        (Reservation.NONE, set(MemberKind)),
    ],
)
def test_to_whom_a_lot_is_reserved(reservation: Reservation, qualify: set[MemberKind]) -> None:
    """L2113-12 to L2113-15; by nature: GES, training body, Proxim’Services, EBE aren't SIAE (domain 3.2)."""
    assert {kind for kind in MemberKind if rules.qualifies(kind, reservation)} == qualify


def test_a_reserved_lot_warns_for_one_and_errs_for_all() -> None:
    """Domain 3.2: a blocking warning, overridable; an error if nobody qualifies."""
    lots = (replace(LOT, reservation=Reservation.SIAE),)
    assert only(replace(GROUP, lots=lots), "reservation").severity is Severity.OK
    one_out = replace(GROUP, lots=lots, seated=(FIRST, of_kind(MemberKind.GES)))
    warning = only(one_out, "reservation")
    assert (warning.severity, warning.blocks, warning.waivable) == (Severity.WARNING, True, True)
    assert (warning.article, warning.member_id) == ("L2113-13", 3)
    all_out = replace(GROUP, lots=lots, seated=(of_kind(MemberKind.GES), of_kind(MemberKind.EBE)))
    error = only(all_out, "reservation_nobody")
    assert (error.severity, error.blocks, error.waivable) == (Severity.ERROR, True, True)
    assert not found(all_out, "reservation")
    ess = replace(GROUP, lots=(replace(LOT, reservation=Reservation.ESS),))
    assert only(ess, "reservation").severity is Severity.REMARK
    unknown = replace(GROUP, lots=(replace(LOT, reservation=Reservation.UNKNOWN),))
    assert only(unknown, "reservation_unknown").severity is Severity.REMARK


def test_an_ai_outside_its_territory_is_warned_never_stopped() -> None:
    """L5132-7, domain 3.10: the agreement can be amended."""
    far = replace(GROUP, lots=(replace(LOT, departments=frozenset({"14", "61"})),))
    warning = only(far, "territory")
    assert (warning.severity, warning.blocks, warning.member_id) == (Severity.WARNING, False, 1)
    assert warning.params["departments"] == "61"
    assert not found(GROUP, "territory")
    bare = replace(
        GROUP,
        lots=(replace(LOT, departments=frozenset()),),
        contract=replace(GROUP.contract, departments=frozenset({"76"})),
    )
    assert only(bare, "territory").params["departments"] == "76"


def test_hours_of_an_ai_are_capped_at_a_company_and_not_at_an_authority() -> None:
    """L5132-9, R5132-18."""
    assert not found(GROUP, "hours_cap")
    company = replace(GROUP, contract=replace(GROUP.contract, regime=LegalRegime.CONTRACTING_ENTITY))
    assert only(company, "hours_cap").severity is Severity.WARNING
    assert not found(company, "agency_cases")


def test_a_public_employer_calls_on_a_temp_agency_in_set_cases() -> None:
    """L1251-60: for the buyer to check, so a remark."""
    assert only(GROUP, "agency_cases").severity is Severity.REMARK
    assert not found(replace(GROUP, seated=(FIRST, FIRST)), "agency_cases")


def test_eligible_kinds() -> None:
    contract = replace(GROUP.contract, eligible_kinds=frozenset({"ai"}))
    warning = only(replace(GROUP, contract=contract), "eligible")
    assert (warning.severity, warning.blocks, warning.waivable, warning.member_id) == (
        Severity.WARNING,
        True,
        True,
        2,
    )


def test_sites_without_anybody() -> None:
    first, second = (replace(seat, site_ids=frozenset({11})) for seat in GROUP.seated)
    warning = only(replace(GROUP, seated=(first, second)), "cover")
    assert (warning.severity, warning.params) == (Severity.WARNING, {"count": 1, "asked": 2})
    assert only(GROUP, "cover").severity is Severity.OK
    elsewhere = replace(second, lot_ids=frozenset({2}), site_ids=frozenset())
    assert only(replace(GROUP, seated=(FIRST, elsewhere)), "other_lots").member_id == 2


def test_a_late_deposit() -> None:
    """R2151-5."""
    contract = replace(GROUP.contract, submission_due=NOON)
    late = replace(GROUP, contract=contract, submitted_at=NOON + timedelta(seconds=1))
    assert only(late, "late_deposit").article == "R2151-5"
    assert not found(replace(late, submitted_at=NOON), "late_deposit")


def test_certificates_that_lapse_before_the_answer() -> None:
    """Domain 2.6, R2144-4: a warning, heavier from J-10, which never blocks; for the structure and the delegate."""
    day = date(2026, 11, 1)
    valid = Paper(CertificateKind.TAX, CertificateState.VALID, date(2026, 11, 27))
    lapsing = replace(valid, expires_on=date(2026, 11, 26), state=CertificateState.LAPSING)
    missing = Paper(CertificateKind.VIGILANCE, CertificateState.MISSING)
    group = replace(
        GROUP,
        contract=replace(GROUP.contract, submission_due=NOON),
        seated=(replace(FIRST, papers=(missing, valid, lapsing)), replace(SECOND, papers=(valid,))),
        papers_on=day,
    )
    early = only(group, "papers")
    assert (early.severity, early.member_id, early.papers) == (Severity.WARNING, 1, (missing, lapsing))
    assert (early.blocks, early.audience, early.waivable) == (False, Audience.MEMBER, True)
    near = only(replace(group, papers_on=date(2026, 11, 17)), "papers")
    assert (near.severity, near.blocks) == (Severity.ERROR, False)
    deposited = only(replace(group, submitted_at=NOON, papers_on=date(2026, 11, 26)), "papers")
    assert (deposited.severity, deposited.papers) == (Severity.WARNING, (missing,))
    fine = only(replace(group, seated=(SECOND,)), "papers")
    assert (fine.severity, fine.audience) == (Severity.OK, Audience.DELEGATE)
    assert not found(replace(group, papers_on=None), "papers")


def test_every_sentence_reads_in_both_languages() -> None:
    """No finding breaks on its own percent signs or names."""
    natures = [replace(GROUP.contract, nature=nature) for nature in ServiceNature]
    seats = tuple(of_kind(kind) for kind in MemberKind)
    rival = Rival(bid_id=9, lot_ids=frozenset({1}), lead_id=1, member_ids=frozenset({3}))
    groups = [
        replace(
            GROUP,
            contract=contract,
            seated=(FIRST, *seats),
            rivals=(rival,),
            lots=(replace(LOT, reservation=reservation),),
        )
        for contract in natures
        for reservation in Reservation
    ]
    for group in groups:
        for one in rules.check_group(group):
            for locale in i18n.LOCALES:
                assert i18n.translate(one.sentence, locale, **(one.params or {"x": ""}))
