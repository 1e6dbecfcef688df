"""Databases on a running PostgreSQL: create, copy from a template, drop."""

from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql


def with_database(url: str, name: str) -> str:
    """Return ``url`` with its database replaced by ``name``."""
    return urlsplit(url)._replace(path=f"/{quote(name, safe='')}").geturl()


def libpq(url: str) -> str:
    """Return an SQLAlchemy address in the form that psycopg and psql take."""
    return urlsplit(url)._replace(scheme="postgresql").geturl()


def create(admin_url: str, name: str, template: str | None = None) -> str:
    """Create database ``name``, a copy of ``template`` when given, and return its address.

    One of that name is dropped first, whoever is connected to it. Nobody may be connected
    to the template. ``admin_url`` is the address of any other database of the server.
    """
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        query = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            query += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(query)
    return with_database(admin_url, name)


def exists(admin_url: str, name: str) -> bool:
    """Tell whether database ``name`` exists."""
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        )


def drop(admin_url: str, name: str) -> None:
    """Drop database ``name`` if it exists, whoever is connected to it."""
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
