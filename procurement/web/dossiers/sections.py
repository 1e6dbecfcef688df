"""A structure's file: how far it is filled, and its sections."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from procurement.core import clock
from procurement.core.errors import Forbidden, NotFound, Refusal, StaleVersion
from procurement.dossiers import operations, policy, queries
from procurement.dossiers.models import MemberFile
from procurement.dossiers.rules import FIELDS, Chapter, Section, french_vat, mask
from procurement.dossiers.words import CHAPTERS
from procurement.members.rules import format_siret
from procurement.web.dossiers.forms import PLACES, SECTIONS, SectionForm
from procurement.web.dossiers.room import room
from procurement.web.edge import current_actor
from procurement.web.labels import label


@room.get("/structures/<int:member_id>/dossier", may=policy.visit)
def show(member_id: int) -> ResponseReturnValue:
    """The whole file of a structure, with what it still lacks."""
    actor = current_actor()
    page = queries.whole(actor, member_id, clock.today())
    return render_template(
        "dossiers/show.html",
        page=page,
        member=page.member,
        file=page.file,
        names={name: gettext(words) for name, words in CHAPTERS.items()},
        lacks={one.name: _lacks(one) for one in page.chapters},
        siret=format_siret(page.member.siret),
        vat=french_vat(page.member.siret),
        iban=mask(page.file.iban_tail),
        may_bank=policy.see_iban(actor, member_id),
        today=clock.today(),
        places=PLACES,
    )


@room.route("/structures/<int:member_id>/dossier/<part>", methods=["GET", "POST"], may=policy.visit)
def section(member_id: int, part: str) -> ResponseReturnValue:
    """Fill in a section."""
    actor = current_actor()
    page = queries.whole(actor, member_id, clock.today())
    kind = SECTIONS.get(part)
    if kind is None:
        raise NotFound
    if kind.section is Section.BANK and not policy.see_iban(actor, member_id):
        raise Forbidden
    form = kind()
    theirs: list[tuple[str, str]] = []
    if not form.is_submitted():
        form.show(page.file)
    elif form.validate():
        try:
            operations.save_section(actor, member_id, form.section, form.filled_on(), form.values())
        except StaleVersion as stale:
            form.refuse(stale)
            theirs = _as_it_stands(form, page.file)
            form.version.data = str(stale.current)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The file is up to date."), "success")
            return redirect(url_for("dossiers.show", member_id=member_id))
    chapter = next((one for one in page.chapters if PLACES[one.name] == part), None)
    rendered = render_template(
        "dossiers/section.html",
        form=form,
        member=page.member,
        file=page.file,
        title=gettext(CHAPTERS[form.section.value]),
        lacks=_lacks(chapter) if chapter else "",
        theirs=theirs,
        iban=mask(page.file.iban_tail),
        prefilled=[name for name in FIELDS[form.section] if name in page.file.prefilled],
    )
    return rendered, form.status


def _lacks(chapter: Chapter) -> str:
    return ", ".join(gettext(words) for words in chapter.lacking)


def _as_it_stands(form: SectionForm, file: MemberFile) -> list[tuple[str, str]]:
    """Label and recorded value of what differs from what was typed, for whoever comes second."""
    shown = type(form)(formdata=None)
    shown.show(file)
    found: list[tuple[str, str]] = []
    for name in FIELDS[form.section]:
        kept: Any = shown[name].data
        if name != "iban" and (form[name].data or "") != (kept or ""):
            words = label(kept) if hasattr(kept, "value") else str(kept or "–")
            found.append((str(form[name].label.text), words))
    return found
