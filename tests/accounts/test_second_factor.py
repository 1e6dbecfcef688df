"""The second factor: no code twice, recovery codes once, sealed at rest, reset by the office and never for oneself."""

from datetime import timedelta

import pytest
from passlib.totp import TOTP
from sqlalchemy import text

from procurement.accounts import second_factor, sessions
from procurement.accounts.models import SecondFactor
from procurement.core import clock, events, sealed
from procurement.core.errors import Conflict, Forbidden, Invalid, NotFound
from procurement.core.policy import VISITOR, Role
from tests.factories import actor_of, make_delegate, make_manager, make_user


def code_of(secret: str, *, later: int = 0) -> str:
    """What the telephone shows, `later` steps of 30 seconds from now."""
    return TOTP(key=secret).generate(time=int(clock.now().timestamp()) + 30 * later).token


@pytest.fixture
def user(session):
    return make_user()


@pytest.fixture
def at_the_desk(user):
    return sessions.begin(user, browser="", via="password")


def started(user, sign_in):
    secret = second_factor.new_secret()
    return secret, second_factor.start(actor_of(user), user, sign_in, secret, code_of(secret))


def verbs(user):
    return [event.verb for event in events.history([("user_account", user.id)])]


def test_it_is_on_once_its_first_code_was_given(user, at_the_desk):
    secret = second_factor.new_secret()
    with pytest.raises(Invalid) as refusal:
        second_factor.start(actor_of(user), user, at_the_desk, secret, code_of(second_factor.new_secret()))
    assert refusal.value.field == "code"
    assert second_factor.standing(user) is None
    codes = second_factor.start(actor_of(user), user, at_the_desk, secret, code_of(secret))
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert second_factor.standing(user).codes_left == len(codes)
    assert at_the_desk.proved_at is not None
    assert verbs(user) == ["second_factor_started"]
    with pytest.raises(Conflict):
        started(user, at_the_desk)


def test_no_code_is_taken_twice_nor_one_of_before(user, at_the_desk):
    secret, _ = started(user, at_the_desk)
    elsewhere = sessions.begin(user, browser="", via="link")
    with pytest.raises(Invalid, match="used already"):
        second_factor.prove(user, elsewhere, code_of(secret))
    with pytest.raises(Invalid):
        second_factor.prove(user, elsewhere, code_of(secret, later=-1))
    assert elsewhere.proved_at is None
    with clock.at(clock.now() + timedelta(seconds=30)):
        second_factor.prove(user, elsewhere, code_of(secret))
    assert elsewhere.proved_at is not None


@pytest.mark.parametrize("late", [-90, 90])
def test_a_code_of_another_moment_opens_nothing(user, at_the_desk, late):
    secret, _ = started(user, at_the_desk)
    with clock.at(clock.now() + timedelta(hours=1)):
        code = TOTP(key=secret).generate(time=int(clock.now().timestamp()) + late).token
        with pytest.raises(Invalid):
            second_factor.prove(user, at_the_desk, code)


def test_a_clock_that_is_half_a_minute_off_is_forgiven(user, at_the_desk):
    secret, _ = started(user, at_the_desk)
    with clock.at(clock.now() + timedelta(hours=1)):
        second_factor.prove(user, at_the_desk, code_of(secret, later=1))


def test_a_recovery_code_works_once(user, at_the_desk):
    _, codes = started(user, at_the_desk)
    elsewhere = sessions.begin(user, browser="", via="password")
    typed = f"{codes[3][:4]} {codes[3][4:8]} {codes[3][8:]}"
    second_factor.prove(user, elsewhere, typed)
    assert elsewhere.proved_at is not None
    assert second_factor.standing(user).codes_left == len(codes) - 1
    assert verbs(user)[0] == "recovery_code_used"
    with pytest.raises(Invalid):
        second_factor.prove(user, elsewhere, codes[3])


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "000000000000", "é" * 6, "x\x00"])
def test_anything_else_is_refused_in_words(user, at_the_desk, typed):
    started(user, at_the_desk)
    with pytest.raises(Invalid) as refusal:
        second_factor.prove(user, at_the_desk, typed)
    assert refusal.value.field == "code"


def test_other_recovery_codes_replace_the_former(user, at_the_desk):
    _, codes = started(user, at_the_desk)
    others = second_factor.renew_codes(actor_of(user), user, codes[0])
    assert not set(others) & set(codes)
    with pytest.raises(Invalid):
        second_factor.prove(user, at_the_desk, codes[1])
    second_factor.prove(user, at_the_desk, others[0])


def test_it_is_switched_off_by_a_code_only(user, at_the_desk):
    _, codes = started(user, at_the_desk)
    with pytest.raises(Invalid):
        second_factor.stop(actor_of(user), user, "000000")
    second_factor.stop(actor_of(user), user, codes[0])
    assert second_factor.standing(user) is None
    with pytest.raises(NotFound):
        second_factor.stop(actor_of(user), user, codes[1])
    started(user, at_the_desk)


def test_neither_secret_nor_codes_can_be_read_in_the_database_or_the_trail(user, at_the_desk, session):
    secret, codes = started(user, at_the_desk)
    written = session.execute(text("SELECT secret, recovery_codes FROM second_factor")).one()
    told = [f"{e.facts} {e.detail and e.detail.values}" for e in events.history([("user_account", user.id)])]
    for hidden in (secret, *codes):
        assert hidden not in "".join(written)
        assert hidden not in "".join(told)


def test_all_is_sealed_under_a_new_key_and_still_opens(user, at_the_desk, session, settings):
    secret, codes = started(user, at_the_desk)
    newer = "a newer key that seals from now on 0123456789"
    try:
        sealed.use_keys([newer, *settings.seal_keys.split()])
        assert sealed.reseal_all() == 2
        sealed.use_keys([newer])
        session.expire_all()
        row = session.get(SecondFactor, user.id)
        assert (row.secret, row.recovery_codes.split()) == (secret, codes)
    finally:
        sealed.use_keys(settings.seal_keys.split())


def test_the_office_resets_it_for_somebody_else_and_that_signs_out(user, at_the_desk):
    started(user, at_the_desk)
    delegate, admin = make_delegate(), make_user(roles=[Role.NETWORK_ADMIN])
    for actor in (VISITOR, actor_of(user), actor_of(make_manager())):
        with pytest.raises(Forbidden):
            second_factor.reset(actor, user)
    second_factor.reset(actor_of(delegate), user)
    assert second_factor.standing(user) is None
    assert sessions.find(at_the_desk.id, user.fs_uniquifier) is None
    event = events.history([("user_account", user.id)])[0]
    assert (event.verb, event.actor_id) == ("second_factor_reset", delegate.id)
    with pytest.raises(NotFound):
        second_factor.reset(actor_of(admin), user)
    started(admin, sessions.begin(admin, browser="", via="password"))
    with pytest.raises(Forbidden):
        second_factor.reset(actor_of(admin), admin)


def test_only_the_person_sets_it_up_or_off(user, at_the_desk):
    _, codes = started(user, at_the_desk)
    other = make_user(roles=[Role.NETWORK_ADMIN])
    for verb in (second_factor.stop, second_factor.renew_codes):
        with pytest.raises(Forbidden):
            verb(actor_of(other), user, codes[0])
    with pytest.raises(Forbidden):
        second_factor.start(actor_of(user), other, at_the_desk, second_factor.new_secret(), "000000")


def test_the_delegate_takes_no_administrators_factor_away(session):
    admin, other, delegate = (
        make_user(roles=[Role.NETWORK_ADMIN]),
        make_user(roles=[Role.NETWORK_ADMIN]),
        make_delegate(),
    )
    started(admin, sessions.begin(admin, browser="", via="password"))
    with pytest.raises(Forbidden):
        second_factor.reset(actor_of(delegate), admin)
    second_factor.reset(actor_of(other), admin)
    assert second_factor.standing(admin) is None
