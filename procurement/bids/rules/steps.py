"""The next step of a group answer, for whoever looks at it."""

from enum import StrEnum

from procurement.bids.rules.states import RESULTS, BidState


class NextStep(StrEnum):
    """What is to be done next, or waited for. The first part says by whom."""

    ANSWER_PLACE = "answer_place"
    """Viewer: confirm or refuse the place of their structure."""
    MANAGER_ANSWERS = "manager_answers"
    """Viewer's manager."""
    PROPOSE = "propose"
    WAIT_ANSWERS = "wait_answers"
    CHOOSE_FORM = "choose_form"
    NAME_LEAD = "name_lead"
    CHECK = "check"
    ANNOUNCE = "announce"
    DEPOSIT = "deposit"
    AWAIT_GROUP = "await_group"
    """Viewer's place is confirmed: the delegate completes the group."""
    AWAIT_DEPOSIT = "await_deposit"
    REVIEW = "review"
    AWAIT_RESULT = "await_result"
    RESULT = "result"
    OVER = "over"


def next_step(
    *,
    state: BidState,
    cancelled: bool,
    locked: bool,
    delegate: bool,
    my_seat_waits: bool,
    i_answer: bool,
    i_lead: bool,
    members: int,
    waiting: int,
    has_lead: bool,
    has_form: bool,
    blocked: bool,
    composed: bool,
) -> NextStep:
    """The one next thing, from what stands: the viewer's own first, then the delegate's, in the order of a group's life.

    `cancelled`: the tender was, so nothing is left to do. `locked`: the composition is frozen, so nobody is asked for what can't change any more. `waiting`: places proposed
    and not answered.
    """
    if cancelled or state is not BidState.PREPARING:
        return _after(state, cancelled=cancelled, delegate=delegate)
    if my_seat_waits and not locked:
        return NextStep.ANSWER_PLACE if i_answer else NextStep.MANAGER_ANSWERS
    ready = has_lead and has_form and not waiting
    if not delegate:
        if i_lead and ready and (composed or locked):
            return NextStep.DEPOSIT
        return NextStep.AWAIT_DEPOSIT if composed or locked else NextStep.AWAIT_GROUP
    if not locked and members < 2:
        return NextStep.PROPOSE
    order = (
        (waiting > 0, NextStep.WAIT_ANSWERS),
        (not has_form, NextStep.CHOOSE_FORM),
        (not has_lead, NextStep.NAME_LEAD),
        (blocked and not locked, NextStep.CHECK),
        (not composed and not locked, NextStep.ANNOUNCE),
    )
    return next((step for stands, step in order if stands), NextStep.DEPOSIT)


def _after(state: BidState, *, cancelled: bool, delegate: bool) -> NextStep:
    if state in RESULTS:
        return NextStep.RESULT
    if cancelled or state is BidState.WITHDRAWN:
        return NextStep.OVER
    if state is BidState.SUBMITTED and delegate:
        return NextStep.REVIEW
    return NextStep.AWAIT_RESULT
