"""People: users, roles, sign-in."""
