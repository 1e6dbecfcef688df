"""The form that gives a tender up."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from procurement.web.forms import Form, Limited, Required


class ReasonForm(Form):
    """Why."""

    reason = TextAreaField(
        _l("Reason"), [Required(_l("Say why: members who registered read it.")), Limited(2000)]
    )
