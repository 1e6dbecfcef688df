"""Pages of accounts: signing in by mail, one's own account, invitations, who belongs where."""
