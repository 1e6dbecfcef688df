"""Member structures: kind, territory, services, and who belongs to them."""
