"""search_growth, search_p99_ms, facets_ms: what the list reads, among 1,000,000 tenders and among 10,000.

Each stands in a database of its own, filled alike: nineteen tenders of twenty are past, words and buyers are as
unevenly spread as they are. Both take turns, so that the machine's own mood falls on both.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from bench.plan import made_app
from procurement.core import clock
from procurement.core.db import db, transaction
from procurement.core.policy import Actor, Role
from procurement.tenders.queries import Sort, TenderSearch, list_tenders
from procurement.tenders.queries.facets import facets
from procurement.tenders.queries.listing import by_words
from procurement.tenders.queries.passages import passages
from procurement.tenders.rules import TenderState
from tests.factories import paris

FEW, MANY, ROUNDS = 10_000, 1_000_000, 20
NOW = paris(2027, 2, 3, 8)
ACTOR = Actor(user_id=1, roles=frozenset({Role.LEGAL_DELEGATE}), memberships={}, system=False)

MIX = (
    TenderSearch(),
    TenderSearch(text="nettoyage écoles", department="14"),
    TenderSearch(text='"espaces verts"', state=TenderState.OPEN),
    TenderSearch(text="remplacem", sort=Sort.RELEVANCE),
    TenderSearch(text="2026-R-1234"),
)
"""What is to come; words in a department; a phrase that is open; a word being typed, best match first; a reference."""

WHAT = (
    "entretien des locaux;nettoyage des écoles;nettoyage des bureaux;entretien des espaces verts;travaux de voirie;"
    "fourniture de repas;transport scolaire;réfection des toitures;maintenance des chaudières;collecte des déchets;"
    "assurances;éclairage public;mise à disposition de personnel;location de véhicules;prestations informatiques;"
    "construction d’un gymnase;restauration d’une église;fourniture de mobilier;gardiennage;élagage;"
    "remplacement d’agents;tri des déchets;blanchisserie;peinture des façades;désamiantage;plantations;"
    "télésurveillance;formation linguistique;impression du bulletin;nettoyage des vitres"
)
WHERE = (
    "Caen;Bayeux;Alençon;Argentan;Flers;Évreux;Vernon;Rouen;Le Havre;Dieppe;Cherbourg;Saint-Lô;Coutances;Granville;"
    "Lisieux;Vire;Falaise;Louviers;Elbeuf;Fécamp"
)
BUYERS = """
INSERT INTO buyer (name, match_name, siret, department, town, created_at)
SELECT 'Commune de ' || town || ' ' || n, lower(unaccent('commune de ' || town || ' ' || n)),
  lpad(n::text, 14, '0'), '', town, :past
FROM (SELECT n, (string_to_array(:places, ';'))[1 + n % 20] AS town FROM generate_series(1, :count / 50) n) b
"""
TENDERS = """
INSERT INTO tender (title, reference, description, kind, buyer_id, legal_regime, legal_reason, procedure, is_framework,
  service_nature, cpv_main, cpv_codes, departments, reservation, eligible_kinds, visibility, ban_alone_and_grouped,
  ban_several_groups, source, source_id, source_url, documents_url, created_at, updated_at, published_at, cancel_reason,
  version, due_zone, due_doubtful, due_at, marks, search)
SELECT title, reference, description, 'contract', buyer, 'public_contract', '', procedure, false, 'unknown', cpv,
  ARRAY[cpv], ARRAY[department], reserved, '{}', 'network', false, false, 'boamp', n::text, '', '', published, published,
  published, '', 1, 'Europe/Paris', false, published + interval '35 days',
  ARRAY['d:' || department, 'c:' || left(cpv, 2), 'k:contract', 'p:' || procedure, 'o:boamp', 'b:' || buyer]
    || CASE reserved WHEN 'none' THEN '{}' ELSE ARRAY['r:' || reserved] END,
  setweight(to_tsvector('french_plain', title), 'A') || setweight(to_tsvector('plain_words', title), 'A')
    || setweight(to_tsvector('french_plain', place), 'B') || setweight(to_tsvector('plain_words', place), 'B')
    || setweight(to_tsvector('french_plain', description), 'C')
    || array_to_tsvector(ARRAY['#' || lower(replace(reference, '-', '')), '#' || cpv, '#' || lpad(buyer::text, 14, '0')])
FROM (
  SELECT n, place, '2026-R-' || n AS reference, published, buyer,
    initcap(left(what, 1)) || substr(what, 2) || ' – ' || place || ', lot ' || chance % 97 AS title,
    'Le marché porte sur : ' || what || '. Prestations de ' || other || ' en option, commune de ' || place
      || '. Durée de ' || 12 + chance % 36 || ' mois, reconductible. Visite obligatoire sur rendez-vous.' AS description,
    (ARRAY['14','27','50','61','76'])[1 + chance % 5] AS department,
    (ARRAY['90910000','77310000','45000000','79620000','55520000','60130000'])[1 + chance % 6] AS cpv,
    (ARRAY['adapted_procedure','open_procedure'])[1 + chance % 2] AS procedure,
    CASE WHEN chance % 20 = 0 THEN 'siae' ELSE 'none' END AS reserved
  FROM (
    SELECT n, chance, 1 + chance % (:count / 50) AS buyer,
      CAST(:now AS timestamptz) - (n % 700) * interval '1 day' - (chance % 86400) * interval '1 second' AS published,
      (string_to_array(:whats, ';'))[1 + (chance / 7 % 30) * (chance / 211 % 30) / 30] AS what,
      (string_to_array(:whats, ';'))[1 + chance / 13 % 30] AS other,
      (string_to_array(:places, ';'))[1 + chance / 17 % 20] AS place
    FROM (SELECT n, abs(hashint4(n)) AS chance FROM generate_series(1, :count) n) seed
  ) drawn
) made
"""


def figures() -> Iterator[tuple[str, float, str]]:
    """The ratio of the medians, the slowest of a hundred among many, and what facets cost there."""
    apps = {rows: filled(rows) for rows in (FEW, MANY)}
    took: dict[int, list[float]] = {rows: [] for rows in apps}
    counted: list[float] = []
    for number in range(ROUNDS + 1):
        for rows, app in apps.items():
            each = [_timed(app, lambda search=search: _read(search)) for search in MIX]
            if number:
                took[rows] += each
        if number:
            counted += [_timed(apps[MANY], lambda search=search: _count(search)) for search in MIX]
    few, many = (statistics.median(took[rows]) for rows in apps)
    for rows, times in took.items():
        means = [statistics.median(times[place :: len(MIX)]) * 1000 for place in range(len(MIX))]
        print(f"# among {rows}: " + ", ".join(f"{mean:.1f} ms" for mean in means), file=sys.stderr)
    means = [statistics.median(counted[place :: len(MIX)]) * 1000 for place in range(len(MIX))]
    print("# facets: " + ", ".join(f"{mean:.1f} ms" for mean in means), file=sys.stderr)
    yield "search_growth", many / few, "ratio"
    yield "search_p99_ms", statistics.quantiles(took[MANY], n=100)[-1] * 1000, "ms"
    yield "facets_ms", statistics.median(counted) * 1000, "ms"


def _timed(app: Flask, read: Callable[[], object]) -> float:
    with app.app_context():
        began = time.perf_counter()
        read()
        took = time.perf_counter() - began
        db.session.rollback()
    return took


def _read(search: TenderSearch) -> None:
    """What the page of a search reads: its rows, and where the words stand in them."""
    words = by_words(ACTOR, search.text)
    page = list_tenders(ACTOR, search, NOW, words=words)
    assert page.rows, search
    if words is not None:
        passages(words.each, [row.id for row in page.rows])


def _count(search: TenderSearch) -> None:
    assert facets(ACTOR, search, by_words(ACTOR, search.text), NOW).total


def filled(rows: int) -> Flask:
    """The product on a database of its own with so many tenders; indexes are built once they are in."""
    app, _ = made_app(f"finding_{rows}")
    values = {"past": NOW - timedelta(days=30), "now": NOW, "count": rows, "whats": WHAT, "places": WHERE}
    with app.app_context(), clock.at(NOW):
        with transaction():
            kept = db.session.execute(
                text(
                    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tender' AND indexdef NOT LIKE '%UNIQUE%'"
                )
            ).all()
            for name, _ in kept:
                db.session.execute(text(f"DROP INDEX {name}"))
            db.session.execute(text(BUYERS), values)
            db.session.execute(text(TENDERS), values)
            for _, definition in kept:
                db.session.execute(text(definition))
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return app
