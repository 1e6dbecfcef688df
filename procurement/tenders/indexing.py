"""By what tenders are found: their words and codes, and the marks that filters ask for. Written with each change."""

from collections.abc import Iterable

from sqlalchemy import text

from procurement.core.db import db


def refresh_search(tender_ids: Iterable[int]) -> None:
    """Write again by what these tenders are found. One statement.

    Words: title (A), lots, sites, buyer (B), descriptions (C), as French stems and, for those being typed, whole;
    references, SIRET and CPV codes as they are pasted, letters and digits only. Marks: where, divisions of the CPV,
    kind, procedure, reservations, social clauses, source, buyer (`queries/filters.py` reads them).
    """
    ids = list(tender_ids)
    if ids:
        db.session.flush()
        db.session.execute(text(_REFRESH), {"ids": ids})


_REFRESH = """
UPDATE tender SET marks = known.marks, search =
    setweight(to_tsvector('french_plain', tender.title), 'A')
    || setweight(to_tsvector('plain_words', tender.title), 'A')
    || setweight(to_tsvector('french_plain', known.near), 'B')
    || setweight(to_tsvector('plain_words', known.near), 'B')
    || setweight(to_tsvector('french_plain', concat_ws(' ', tender.description, known.details)), 'C')
    || array_to_tsvector(known.codes)
FROM (
    SELECT t.id, concat_ws(' ', buyer.name, t.reference, lots.near) AS near, lots.details,
        (
            SELECT coalesce(array_agg(DISTINCT '#' || code), '{}') FROM (
                SELECT lower(regexp_replace(said, '[^0-9A-Za-z]', '', 'g')) AS code
                FROM unnest(array[t.reference, t.source_id, buyer.siret, t.cpv_main] || t.cpv_codes || lots.cpv) AS said
            ) AS said WHERE code <> ''
        ) AS codes,
        ARRAY(
            SELECT 'd:' || department FROM unnest(t.departments) AS department
            UNION SELECT 'c:' || left(cpv, 2) FROM unnest(t.cpv_main || t.cpv_codes || lots.cpv) AS cpv WHERE cpv <> ''
            UNION SELECT 'k:' || t.kind
            UNION SELECT 'p:' || t.procedure
            UNION SELECT 'r:' || reserved FROM unnest(t.reservation::text || lots.reserved) AS reserved
                WHERE reserved NOT IN ('none', 'unknown')
            UNION SELECT 's:' || clause.kind FROM clause WHERE clause.tender_id = t.id
            UNION SELECT 'o:' || t.source
            UNION SELECT 'b:' || t.buyer_id
        ) AS marks
    FROM tender AS t JOIN buyer ON buyer.id = t.buyer_id, LATERAL (
        SELECT string_agg(concat_ws(' ', lot.title, (
                SELECT string_agg(concat_ws(' ', site.name, site.town), ' ') FROM site WHERE site.lot_id = lot.id
            )), ' ') AS near,
            string_agg(nullif(lot.description, ''), ' ') AS details,
            array_remove(array_agg(lot.cpv), '') AS cpv,
            array_remove(array_agg(lot.reservation::text), NULL) AS reserved
        FROM lot WHERE lot.tender_id = t.id
    ) AS lots
    WHERE t.id = ANY(:ids)
) AS known
WHERE tender.id = known.id
"""
