"""Marchés groupés: where the member structures of an inclusion network answer public contracts together."""

import gc

from flask import Flask

from config import ROOT, Settings, settings
from procurement.core import clock, logs, sealed, storage
from procurement.core.db import db
from procurement.web import commands, edge, errors, interface, libraries, rooms, security, tracing
from procurement.web.startup.serving import refuse_weak


def create_app(given: Settings | None = None) -> Flask:
    """The application, wired; decides nothing.

    Takes the settings of this process unless others are given (tests). Raises RuntimeError if an endpoint has no
    policy.
    """
    chosen = given or settings()
    logs.configure(chosen.level, readable=chosen.embedded)
    equip_process(chosen)
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    libraries.configure(app, chosen)
    security.configure(app, chosen)
    db.init_app(app)
    libraries.register(app, chosen)
    security.register(app)
    interface.register(app)
    tracing.register(app)
    errors.register(app)
    rooms.register(app, chosen)
    commands.register(app)
    edge.refuse_undeclared(app)
    return app


def equip_process(chosen: Settings) -> None:
    """Give this process what it has once, whatever applications live in it: clock, store of files, clamd, keys."""
    clock.follow_file(chosen.clock_file if chosen.embedded else None)
    storage.use(
        storage.BucketStore(chosen.storage_url, chosen.storage_dir)
        if chosen.storage_url
        else storage.LocalStore(chosen.storage_dir)
    )
    storage.search_with(chosen.clamd)
    sealed.use_keys(chosen.seal_keys.split())


def settle() -> None:
    """Take what is loaded by now out of the way of Python's search for cycles: it stays as long as the process.

    Called once by processes that go on for long. Each full search cost a tenth of a second before.
    """
    gc.collect()
    gc.freeze()


def serve() -> Flask:
    """The application for people: as `create_app`, but SystemExit, in plain words, where the settings are weak."""
    app = create_app()
    refuse_weak(app)
    settle()
    return app
