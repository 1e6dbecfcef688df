"""The whole installation in one archive, and back: rows, numbers to come and files, each piece with its SHA-256.

A ZIP of `tables/<name>` (as PostgreSQL's COPY writes them), `files/<SHA-256>` and `manifest.json`. Written without
PostgreSQL's own tools, whose version would have to be the server's; any version from 15 on reads what another wrote.
"""
