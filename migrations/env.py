"""How Alembic reaches the database: the application's own engine, one migrator at a time, no long waits for locks."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from procurement.accounts import models as _accounts  # noqa: F401 - every table is to be known
from procurement.bids import models as _bids  # noqa: F401
from procurement.certificates import models as _certificates  # noqa: F401
from procurement.core import events as _events  # noqa: F401
from procurement.core import heartbeats as _heartbeats  # noqa: F401
from procurement.core.db import Base, db
from procurement.deadlines import models as _deadlines  # noqa: F401
from procurement.files import models as _files  # noqa: F401
from procurement.members import models as _members  # noqa: F401
from procurement.notices import models as _notices  # noqa: F401
from procurement.notifications import models as _notifications  # noqa: F401
from procurement.tenders import models as _tenders  # noqa: F401

ADVISORY_LOCK = 7421_0001
"""Number of the lock that lets one process migrate at a time."""
LOCK_TIMEOUT = "10s"


def run() -> None:
    with db.engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                **current_app.extensions["migrate"].configure_args,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
            connection.commit()


run()
