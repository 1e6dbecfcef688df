"""A page with nothing around it: the list's own SQL by psycopg, the same table by Jinja. What `list_vs_limit` divides by.

No ORM, no sign-in, no forms, no layout. The SQL and its values are those that the product's page sends, recorded by
the bench and handed over in a file.
"""

import os
import pickle
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from flask import Flask, render_template_string

TABLE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Marchés</title></head><body>
<table><thead><tr><th>Marché</th><th>Où</th><th>Date limite</th><th>État</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/marches/{{ row.id }}">{{ row.title }}</a> {{ row.reference }} {{ row.buyer }}</td>
<td>{{ row.departments|join(', ') }}</td>
<td>{% if row.due_at %}<time datetime="{{ row.due_at.isoformat() }}">{{ row.due_at.strftime('%d/%m/%Y %H:%M') }}</time>
{{ (row.due_at - now).days }} j{% endif %}</td><td>{{ row.state }}</td></tr>{% endfor %}
</tbody></table></body></html>"""


def create() -> Flask:
    """The bare application, on DATABASE_URL; BENCH_STATEMENTS is the file of recorded statements."""
    app = Flask("bare")
    address = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
    statements = pickle.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())
    kept = threading.local()

    @app.get("/")
    def page() -> str:
        if not hasattr(kept, "connection"):
            kept.connection = psycopg.connect(address, autocommit=True)
        rows: list[dict[str, object]] = []
        for sql, values in statements:
            cursor = kept.connection.execute(sql, values)
            names = [column.name for column in cursor.description]
            lines = [dict(zip(names, line, strict=True)) for line in cursor]
            rows += lines if "due_at" in names else []  # what is counted beside the list has no table here
        now = datetime.now(UTC)
        for row in rows:
            row["state"] = "closed" if row["due_at"] and row["due_at"] < now else "open"
        return render_template_string(TABLE, rows=rows[:25], now=now)

    return app
