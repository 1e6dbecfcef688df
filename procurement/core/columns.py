"""Column types that several tables share."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum


def choice(kind: type[StrEnum], length: int = 32, name: str = "") -> Enum:
    """A column that holds one value of `kind`, as text with a check, so that adding one is no type change.

    `name` is the check's, where a table has two columns of one kind; else the kind's.
    """

    def values(members: Any) -> list[str]:
        return [member.value for member in members]

    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=values,
        name=name or kind.__name__.lower(),
    )
