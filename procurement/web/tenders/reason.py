"""The forms that give a tender up, or set its draft aside."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from procurement.tenders.intake import REASON_LENGTH
from procurement.web.forms import Form, Limited, Required


class AsideForm(Form):
    """Why a draft is set aside: for the delegate alone."""

    reason = TextAreaField(
        _l("Reason"),
        [Required(_l("Say why you leave it aside: it can be taken up again later.")), Limited(REASON_LENGTH)],
    )


class ReasonForm(Form):
    """Why."""

    reason = TextAreaField(
        _l("Reason"), [Required(_l("Say why: members who registered read it.")), Limited(2000)]
    )
