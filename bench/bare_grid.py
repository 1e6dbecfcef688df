"""What `grid_vs_limit` divides by: the same cells by psycopg and Jinja, a link and a date in each, and nothing around."""

import os
import threading

import psycopg
from flask import Flask, render_template_string

TABLE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Attestations</title></head><body>
<table><tbody>{% for name, cells in lines %}<tr><th>{{ name }}</th>{% for id, state, day in cells %}<td class="{{ state }}">
<a href="/attestations/{{ id }}">{{ state }}</a> {{ day.strftime('%d/%m/%Y') }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table></body></html>"""


def create() -> Flask:
    """The bare application, on DATABASE_URL."""
    app = Flask("bare")
    address = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
    kept = threading.local()

    @app.get("/")
    def page() -> str:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(address, autocommit=True)
        names = dict(
            kept.connection.execute(
                "SELECT id, name FROM member WHERE left_at IS NULL ORDER BY name"
            ).fetchall()
        )
        cells: dict[int, list[tuple[object, ...]]] = {key: [] for key in names}
        for row in kept.connection.execute(
            "SELECT member_id, id, CASE WHEN checked_at IS NULL THEN 'to_check' ELSE 'valid' END, expires_on "
            "FROM certificate WHERE superseded_at IS NULL ORDER BY id"
        ):
            cells[row[0]].append(row[1:])
        return render_template_string(TABLE, lines=[(name, cells[key]) for key, name in names.items()])

    return app
