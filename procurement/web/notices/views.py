"""The pages of the sources: how each stands, its runs, what couldn't be read, reading now."""

from collections.abc import Mapping

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from procurement.core.errors import NotFound
from procurement.core.events import history
from procurement.core.policy import delegate, delegate_or_admin
from procurement.core.text import number_in
from procurement.notices import correcting, queries
from procurement.notices.forwarded.queries import count_waiting
from procurement.notices.live.sources import Live, live_sources
from procurement.notices.models import NoticeState
from procurement.notices.operations import replay_notice, replay_notices
from procurement.notices.runs import want_run
from procurement.notices.sources import READERS
from procurement.notices.twins import settle_twin
from procurement.web import activity
from procurement.web.edge import current_actor
from procurement.web.notices import words
from procurement.web.notices.room import room

RAW_SHOWN = 200_000
"""Characters of an unreadable notice that its page shows."""


def _live() -> Mapping[str, Live]:
    return live_sources(current_app.config["SETTINGS"])


def _number(name: str) -> int:
    """The number that an address carries under this name; 0 for what is none."""
    return number_in(request.args.get(name))


@room.get("/sources", may=delegate_or_admin)
def index() -> ResponseReturnValue:
    """The sources, when each was last read, and the runs, newest first."""
    actor = current_actor()
    runs, older = queries.recent_runs(actor, _number("before"))
    return render_template(
        "notices/index.html",
        sources=queries.source_states(actor, _live()),
        runs=runs,
        older=url_for("notices.index", before=older) if older else "",
        forward_to=current_app.config["SETTINGS"].forward_to,
        mails=count_waiting(actor),
        delegate=actor.is_delegate,
        words=words,
    )


@room.post("/sources/<source>/lire", may=delegate_or_admin)
def fetch(source: str) -> ResponseReturnValue:
    """Have a source read now, and show how it goes."""
    if source not in READERS:
        raise NotFound
    run, begun = want_run(current_actor(), source, {name: one.begin for name, one in _live().items()})
    if not begun:
        flash(gettext("This source is being read already: here is how far it is."), "info")
    return redirect(url_for("notices.run", run_id=run.id))


@room.get("/sources/lectures/<int:run_id>", may=delegate_or_admin)
def run(run_id: int) -> ResponseReturnValue:
    """A run: how far it is, what it brought, in what time."""
    page = queries.run_page(current_actor(), run_id)
    return render_template(
        "notices/run.html",
        run=page.run,
        notices=page.notices,
        activity=activity.told(history([("import_run", run_id)])),
        words=words,
        unreadable=NoticeState.UNREADABLE,
    )


@room.get("/sources/lectures/<int:run_id>/etat", may=delegate_or_admin)
def progress(run_id: int) -> ResponseReturnValue:
    """The part of a run's page that changes while it is under way."""
    return render_template("notices/_progress.html", run=queries.run_of(current_actor(), run_id), words=words)


@room.get("/sources/illisibles", may=delegate_or_admin)
def quarantine() -> ResponseReturnValue:
    """The notices that couldn't be read, each with its reason."""
    found = queries.quarantine(current_actor(), _number("before"))
    return render_template(
        "notices/quarantine.html",
        notices=found.rows,
        older=url_for("notices.quarantine", before=found.older) if found.older else "",
        words=words,
    )


@room.get("/sources/illisibles/<int:notice_id>", may=delegate_or_admin)
def quarantined(notice_id: int) -> ResponseReturnValue:
    """One notice that couldn't be read, as it came."""
    notice = queries.quarantined(current_actor(), notice_id)
    return render_template(
        "notices/quarantined.html",
        notice=notice,
        raw=notice.raw[:RAW_SHOWN],
        cut=len(notice.raw) > RAW_SHOWN,
        activity=activity.told(history([("notice", notice_id)])),
        words=words,
    )


@room.post("/sources/illisibles/<int:notice_id>/relire", may=delegate_or_admin)
def replay(notice_id: int) -> ResponseReturnValue:
    """Read one of them once more."""
    notice = replay_notice(current_actor(), notice_id)
    if notice.state is NoticeState.UNREADABLE:
        flash(gettext("Read once more: it still can’t be understood."), "warning")
        return redirect(url_for("notices.quarantined", notice_id=notice.id))
    if notice.tender_id is not None:
        flash(gettext("Understood now: here is its tender."), "success")
        return redirect(url_for("tenders.show", tender_id=notice.tender_id))
    flash(gettext("Understood now: it calls for no tender."), "success")
    return redirect(url_for("notices.quarantine"))


@room.post("/sources/avis/<int:notice_id>/vu", may=delegate)
def heed(notice_id: int) -> ResponseReturnValue:
    """Say that a correction has been looked at."""
    notice = correcting.heed(current_actor(), notice_id)
    return redirect(url_for("tenders.show", tender_id=notice.tender_id))


@room.post("/sources/semblables/<int:twin_id>/<answer>", may=delegate)
def settle(twin_id: int, answer: str) -> ResponseReturnValue:
    """Say whether two tenders that look alike are one."""
    if answer not in {"reunir", "distincts"}:
        raise NotFound
    kept = settle_twin(current_actor(), twin_id, same=answer == "reunir")
    if answer == "reunir":
        flash(gettext("Put together: this tender has both notices now."), "success")
    return redirect(url_for("tenders.show", tender_id=kept.id))


@room.post("/sources/illisibles/relire", may=delegate_or_admin)
def replay_all() -> ResponseReturnValue:
    """Read all of them once more, as many as one press may."""
    tried, understood = replay_notices(current_actor())
    flash(
        ngettext("%(num)s notice read once more", "%(num)s notices read once more", tried)
        + gettext(": %(number)s understood now.", number=understood),
        "success" if understood else "info",
    )
    return redirect(url_for("notices.quarantine"))
