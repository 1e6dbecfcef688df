"""Ground floor: database, clock, errors, the trail of events, rights, languages. Knows nothing of the domain."""
