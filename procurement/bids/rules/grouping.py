"""Rules on the group itself: its members, its lead, its form, bans, rival groups, cover of sites, deposit."""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

from procurement.bids.models import GroupForm
from procurement.bids.rules.findings import Audience, Finding, Rule, Severity
from procurement.bids.rules.group import Group, GroupLot, Rival
from procurement.core.i18n import N_


def derive_form(chosen: GroupForm, contract_form: GroupForm | None) -> GroupForm:
    """The form that results from choosing this one.

    Where the contract makes the lead of a joint group answer for the others, "joint" becomes that (R2142-24).
    """
    if chosen is GroupForm.JOINT and contract_form is GroupForm.JOINT_WITH_SOLIDARY_LEAD:
        return contract_form
    return chosen


def _members(group: Group) -> Iterator[Finding]:
    """A group has two members at least (R2142-19); whoever hasn't answered is no member yet."""
    confirmed = [seat for seat in group.seated if seat.confirmed]
    if len(group.seated) < 2:
        yield Finding(
            "members", Severity.ERROR, N_("A group has at least two members."), "R2142-19", blocks=True
        )
    elif len(confirmed) == len(group.seated):
        yield Finding(
            "members",
            Severity.OK,
            N_("All %(count)s members have confirmed their place."),
            "R2142-19",
            {"count": len(confirmed)},
        )
    for seat in group.seated:
        if not seat.confirmed:
            yield Finding(
                "unconfirmed",
                Severity.WARNING,
                N_("%(member)s hasn't confirmed its place yet."),
                "R2142-19",
                {"member": seat.name},
                seat.member_id,
            )


def _lead(group: Group) -> Iterator[Finding]:
    """One member is named lead; without one the application may be rejected (R2142-24)."""
    lead = next((seat for seat in group.seated if seat.member_id == group.lead_id), None)
    if lead is None:
        sentence = N_("Name the lead: without one, the application may be rejected.")
        yield Finding("lead", Severity.ERROR, sentence, "R2142-24", blocks=True)
        return
    yield Finding("lead", Severity.OK, N_("%(member)s leads the group."), "R2142-24", {"member": lead.name})
    elsewhere = [rival for rival in group.rivals if rival.lead_id == group.lead_id]
    if elsewhere:
        sentence = N_(
            "%(member)s also leads another answer, on other lots: it may, since each lot is a contract of its own."
        )
        yield Finding(
            "lead_elsewhere",
            Severity.REMARK,
            sentence,
            "R2142-23",
            {"member": lead.name},
            lead.member_id,
            Audience.MEMBER,
        )


def _form(group: Group) -> Iterator[Finding]:
    """The form is the group's to choose when it submits; the contract may ask for another after award."""
    wanted = group.contract_form
    if group.form is None:
        sentence = N_("Choose the form of the group: joint, joint with a solidary lead, or solidary.")
        yield Finding("form", Severity.ERROR, sentence, "R2142-20", blocks=True)
    elif wanted is GroupForm.JOINT_WITH_SOLIDARY_LEAD and group.form is GroupForm.JOINT:
        sentence = N_(
            "The contract makes the lead of a joint group answer for each member: choose that form."
        )
        yield Finding("form", Severity.ERROR, sentence, "R2142-24", blocks=True, waivable=True)
    elif wanted is not None and wanted is not group.form:
        sentence = N_(
            "The contract asks for another form once awarded: you may submit in this one, and change if you win."
        )
        yield Finding("form", Severity.REMARK, sentence, "R2142-22")
    else:
        yield Finding("form", Severity.OK, N_("The form of the group is chosen."), "R2142-20")


def _bans(group: Group) -> Iterator[Finding]:
    """What the rules of the consultation forbid: alone and in a group (1°), in several groups (2°), lot by lot."""
    lots = {lot.id: lot for lot in group.lots}
    for seat in group.seated:
        shared = _shared_lots(lots, (rival for rival in group.rivals if seat.member_id in rival.member_ids))
        if not shared:
            continue
        banned = group.contract.ban_several_groups
        yield Finding(
            "several_groups",
            Severity.ERROR if banned else Severity.WARNING,
            N_("%(member)s is in two groups for lot %(lots)s, which the rules of this contract forbid.")
            if banned
            else N_(
                "%(member)s is in two groups for lot %(lots)s: prices must not pass from one to the other."
            ),
            "R2142-21 2°, R2151-7" if banned else "L420-1 C. com.",
            {"member": seat.name, "lots": shared},
            seat.member_id,
            Audience.MEMBER,
            blocks=banned,
            waivable=True,
        )
    if group.contract.ban_alone_and_grouped:
        yield Finding(
            "alone_and_grouped",
            Severity.REMARK,
            N_(
                "The rules of this contract forbid answering alone as well: a member answers in the group only."
            ),
            "R2142-21 1°, R2151-7",
        )


def _shared_lots(lots: dict[int, GroupLot], rivals: Iterable[Rival]) -> str:
    """Numbers of the lots that these other answers bear on too, as text; empty when there is none."""
    met = {lot_id for rival in rivals for lot_id in rival.lot_ids} & lots.keys()
    return ", ".join(lot.number for lot in lots.values() if lot.id in met)


def _rivals(group: Group) -> Iterator[Finding]:
    """Two groups of the network on one lot are strangers (domain 1.12 c, e, f): for the delegate alone."""
    lots = {lot.id: lot for lot in group.lots}
    facing = [rival for rival in group.rivals if rival.lot_ids & lots.keys()]
    if not facing:
        return
    shared = _shared_lots(lots, facing)
    same = any(rival.coordinator_id == group.coordinator_id for rival in facing)
    yield Finding(
        "rivals",
        Severity.WARNING if same else Severity.REMARK,
        N_("Another group of the network answers lot %(lots)s: each needs a coordinator of its own.")
        if same
        else N_("Another group of the network answers lot %(lots)s: nothing may pass from one to the other."),
        "L420-1 C. com.",
        {"lots": shared},
        audience=Audience.DELEGATE,
        waivable=same,
    )
    theirs = {person for rival in facing for person in rival.people}
    for seat in group.seated:
        if seat.people & theirs and not any(seat.member_id in rival.member_ids for rival in facing):
            sentence = N_("Somebody of %(member)s also belongs to a structure of the group facing this one.")
            yield Finding(
                "affiliation",
                Severity.WARNING,
                sentence,
                "L420-1 C. com.",
                {"member": seat.name},
                seat.member_id,
                Audience.DELEGATE,
                waivable=True,
            )


class Cover(StrEnum):
    """Whether a structure would serve a site: it said so, it named the lot only, or it wouldn't."""

    YES = "yes"
    LOT = "lot"
    NONE = "none"


def cover_of(
    site_id: int | None,
    lot_id: int,
    places: Collection[int],
    lot_ids: Collection[int],
    site_ids: Collection[int],
) -> Cover:
    """Whether a structure that registered for `lot_ids` and `site_ids` would serve a site of a lot.

    `places` are all sites of that lot; `site_id` None: a lot without sites. Whoever names a lot and none of its sites
    may serve any of them.
    """
    if site_id is not None and site_id in site_ids:
        return Cover.YES
    if lot_id in lot_ids and not set(places) & set(site_ids):
        return Cover.YES if site_id is None else Cover.LOT
    return Cover.NONE


def _cover(group: Group) -> Iterator[Finding]:
    """Each site of the lots has a member who would serve it: no law, but what the buyer will ask.

    A structure whose registration may not be told counts for nothing here.
    """
    told = [seat for seat in group.seated if seat.told]
    sites = [(site_id, lot) for lot in group.lots for site_id in lot.site_ids]
    asked = len(sites)
    uncovered = [
        site_id
        for site_id, lot in sites
        if all(
            cover_of(site_id, lot.id, lot.site_ids, seat.lot_ids, seat.site_ids) is Cover.NONE
            for seat in told
        )
    ]
    if uncovered:
        sentence = N_("Sites that no member would serve: %(count)s of %(asked)s.")
        params = {"count": len(uncovered), "asked": asked}
        yield Finding("cover", Severity.WARNING, sentence, "", params)
    elif asked:
        yield Finding("cover", Severity.OK, N_("Every site has a member to serve it."))
    lot_ids = {lot.id for lot in group.lots}
    for seat in told:
        if not seat.lot_ids & lot_ids:
            sentence = N_("%(member)s didn't register for these lots.")
            yield Finding("other_lots", Severity.REMARK, sentence, "", {"member": seat.name}, seat.member_id)


def _deposit(group: Group) -> Iterator[Finding]:
    """What arrives after the hour is eliminated, unless the portal itself failed (R2151-5)."""
    due = group.contract.submission_due
    if group.submitted_at and due and group.submitted_at > due:
        sentence = N_(
            "Deposited after the hour: the buyer eliminates it, unless the portal itself had failed."
        )
        yield Finding("late_deposit", Severity.WARNING, sentence, "R2151-5")


GROUPING_RULES: tuple[Rule, ...] = (_members, _lead, _form, _bans, _rivals, _cover, _deposit)
