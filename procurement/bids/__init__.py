"""Group answers: registration, composition, deposit, result."""
