"""Buyers, tenders, lots, sites and clauses."""
