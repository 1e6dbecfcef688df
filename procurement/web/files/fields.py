"""A form's field for files: several at once, or one; sent with the form, or ahead of it by the page's script."""

from collections.abc import Collection, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext
from wtforms import Field
from wtforms.validators import ValidationError

from procurement.core.errors import Invalid
from procurement.core.storage import LARGEST, MEDIA_TYPES, Kept, Remark
from procurement.web.edge import current_actor
from procurement.web.forms import Words
from procurement.web.labels import label as label_of
from procurement.web.receiving import read_token, received, token_of

PAPERS = ("pdf", "jpg", "png", "webp")
"""What a scan or a photograph is."""


def _about(name: str, words: Words) -> str:
    """What is said of one file among several, as the reader's language punctuates."""
    return gettext("%(name)s: %(words)s", name=name, words=words)


class UploadField(Field):
    """Files of a form; `data` is what the store has kept of them.

    `several`: more than one; `among`: extensions taken, all unless said; `refused`: remarks with which a file isn't
    taken here; `photograph`: a phone offers its camera.
    """

    def __init__(
        self,
        label: Words | None = None,
        *,
        needed: Words | None = None,
        several: bool = False,
        among: Sequence[str] = tuple(MEDIA_TYPES),
        refused: Collection[Remark] = (),
        photograph: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.needed, self.several, self.among = needed, several, among
        self.refused, self.photograph = frozenset(refused), photograph
        self.data: list[Kept] = []
        self._wrong: list[str] = []
        if needed:
            self.flags.required = True  # type: ignore[attr-defined]

    @property
    def accept(self) -> str:
        """What the browser offers to choose among."""
        return ",".join(f".{extension}" for extension in self.among)

    @property
    def address(self) -> str:
        """Where the page's script sends files ahead."""
        return url_for("files.receive")

    @property
    def tokens(self) -> list[tuple[str, Kept]]:
        """What has reached us already, to be sent back by the form shown again."""
        user_id = current_actor().user_id
        return [(token_of(kept, user_id), kept) for kept in self.data]

    @property
    def largest(self) -> int:
        """Bytes a file."""
        return LARGEST

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002 - WTForms'
        """Read the files sent and the tokens of those sent before."""
        self.process_errors = ()
        self.data, self._wrong = [], []
        if formdata is None:
            return
        user_id = current_actor().user_id
        before = [read_token(token, user_id) for token in formdata.getlist(f"{self.name}-kept")]
        found: list[Kept] = [kept for kept in before if kept is not None]
        for name, one in received(self.name):
            if isinstance(one, Invalid):
                self._wrong.append(_about(name, gettext(one.message, **one.params)))
            else:
                found.append(one)
        for kept in found:
            self._take(kept)
        if not self.several:
            self.data = self.data[-1:]

    def _take(self, kept: Kept) -> None:
        if kept.media_type not in {MEDIA_TYPES[extension] for extension in self.among}:
            listed = ", ".join(extension.upper() for extension in self.among)
            words = gettext("Only these kinds are taken here: %(kinds)s.", kinds=listed)
            self._wrong.append(_about(kept.name, words))
        elif unwanted := self.refused & kept.remarks:
            self._wrong += [_about(kept.name, label_of(remark)) for remark in sorted(unwanted)]
        elif kept.digest not in {other.digest for other in self.data}:
            self.data.append(kept)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms'
        """Raise ValidationError for what was refused, or where a file is missing."""
        if self._wrong:
            raise ValidationError(" ".join(self._wrong))
        if self.needed and not self.data:
            raise ValidationError(str(self.needed))
