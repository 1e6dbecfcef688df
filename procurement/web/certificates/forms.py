"""What is typed about certificates."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from procurement.certificates.operations import NOTE_LENGTH, REASON_LENGTH
from procurement.certificates.rules import Rule
from procurement.core.storage import Remark
from procurement.web.files.fields import PAPERS, UploadField
from procurement.web.forms import DayField, Form, Limited, Required


class RecordForm(Form):
    """A certificate: its scan, its dates."""

    scans = UploadField(
        _l("The document"),
        needed=_l("Add the document: a PDF, or a photograph of each page."),
        several=True,
        among=PAPERS,
        refused=(Remark.PASSWORD,),
        photograph=True,
        description=_l("A PDF, or a photograph of each page, 50 MB each."),
    )
    issued_on = DayField(_l("Issued on"), [Required(_l("Give the day on which it was issued."))])
    expires_on = DayField(_l("Last day it says"))
    note = TextAreaField(
        _l("What else it says"),
        [Limited(NOTE_LENGTH)],
        description=_l("Number, amounts insured, territory… if it helps."),
        render_kw={"rows": 2},
    )

    def follow(self, rule: Rule) -> None:
        """Say in the form what the rule asks for."""
        if rule.says_its_end:
            self.expires_on.flags.required = True  # type: ignore[attr-defined]
        elif rule.months or rule.within_year:
            self.expires_on.description = gettext("Only if it says one: else it is counted from its issue.")
        else:
            self.expires_on.description = gettext("Only if it says one.")


class RefusalForm(Form):
    """Why a certificate can't be used."""

    reason = TextAreaField(
        _l("Why it can’t be used"),
        [
            Required(_l("Say why in a sentence: the structure reads it, and knows what to send.")),
            Limited(REASON_LENGTH),
        ],
        description=_l("The structure reads it in an e-mail: wrong year, page missing, unreadable…"),
        render_kw={"rows": 3},
    )
