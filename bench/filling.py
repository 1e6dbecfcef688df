"""Fill a database with many tenders, for measures: 100,000 of them in under a minute, as a big network would have."""

from datetime import datetime

from sqlalchemy import Connection, text

_STEPS = (
    "SET LOCAL session_replication_role = replica",  # no trigger: what they keep is written here
    """
    INSERT INTO buyer (name, match_name, siret, department, town, created_at)
    SELECT 'Commune n° ' || n, 'commune n ' || n, NULL, '14', 'Caen', :now
    FROM generate_series(1, 2000) AS n
    """,
    """
    INSERT INTO tender (title, reference, description, kind, buyer_id, legal_regime, legal_reason, procedure,
        is_framework, service_nature, cpv_main, cpv_codes, departments, reservation, eligible_kinds, visibility,
        ban_alone_and_grouped, ban_several_groups, source, source_id, source_url, documents_url, created_at,
        updated_at, published_at, cancelled_at, cancel_reason, version, due_at, due_zone, due_doubtful,
        registrations_close_at)
    SELECT
        (array['Entretien des espaces verts', 'Nettoyage des locaux', 'Remplacement d''agents techniques',
            'Restauration collective des collèges', 'Travaux de second œuvre', 'Collecte des encombrants'])[1 + n % 6]
            || ' – secteur ' || n,
        '2026-' || lpad(n::text, 6, '0'),
        repeat('Prestations d''insertion et de qualification professionnelle dans le département. ', 4),
        CASE WHEN n % 50 = 0 THEN 'agreement' ELSE 'contract' END,
        (SELECT min(id) FROM buyer) + n % 2000, 'public_contract', '', 'adapted_procedure', n % 3 = 0, 'service',
        '77310000', array['77310000', '90910000'], array[(array['14', '27', '50', '61', '76'])[1 + n % 5]],
        (array['siae', 'none', 'none', 'unknown', 'ea_esat'])[1 + n % 5], '{}',
        CASE WHEN n % 4 = 0 THEN 'public' ELSE 'network' END, false, false, 'bench', n::text, '', '',
        :now - interval '400 days', :now, CASE WHEN n % 11 = 0 THEN NULL ELSE :now - interval '390 days' END,
        CASE WHEN n % 37 = 0 THEN :now END, CASE WHEN n % 37 = 0 THEN 'Abandonné' ELSE '' END, 1,
        CASE WHEN n % 37 <> 0 THEN :now + (n % 700 - 350) * interval '1 day' + n * interval '1 second' END,
        'Europe/Paris', n % 40 = 0,
        CASE WHEN n % 37 <> 0 THEN :now + (n % 700 - 371) * interval '1 day' + n * interval '1 second' END
    FROM generate_series(1, CAST(:count AS integer)) AS n
    """,
    """
    INSERT INTO lot (tender_id, rank, number, title, description, whole, cpv)
    SELECT tender.id, n, n::text, 'Lot ' || n || ' – ' || tender.title, '', false, '77310000'
    FROM tender, generate_series(1, 2) AS n WHERE tender.source = 'bench'
    """,
    """
    INSERT INTO deadline (subject_type, subject_id, kind, due_at, remind_at, zone, source_text, doubtful, doubt,
        version, planned_version)
    SELECT 'tender', id, CASE WHEN kind = 'agreement' THEN 'enrolment' ELSE 'submission' END, due_at, due_at,
        'Europe/Paris', '', due_doubtful, '', 1, 1
    FROM tender WHERE source = 'bench' AND due_at IS NOT NULL
    """,
    """
    INSERT INTO deadline (subject_type, subject_id, kind, due_at, remind_at, zone, source_text, doubtful, doubt,
        version, planned_version)
    SELECT 'tender', id, 'registration_close', registrations_close_at, registrations_close_at, 'Europe/Paris', '',
        false, '', 1, 1
    FROM tender WHERE source = 'bench' AND due_at IS NOT NULL AND kind = 'contract'
    """,
)


def fill_tenders(connection: Connection, count: int, now: datetime) -> list[int]:
    """Write `count` tenders with two lots and their dates, half of them to come at `now`; returns their ids.

    Words are not indexed: hand the ids to `tenders.operations.refresh_search`. Needs an owner's rights on the
    database, and commits nothing.
    """
    for step in _STEPS:
        values = {"now": now, "count": count}
        connection.execute(text(step), {name: values[name] for name in values if f":{name}" in step})
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    return list(connection.scalars(text("SELECT id FROM tender WHERE source = 'bench' ORDER BY id")))
