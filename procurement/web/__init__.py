"""Pages. The only place, with the API, that knows Flask's request, session and current user."""
