"""The servers that come in wheels: PostgreSQL, Valkey and a loopback SMTP server.

They are what ``dev.py run`` and the tests run on. Production brings its own servers and
never imports this package. Nothing in here knows the product: the modules import each
other and libraries only, relatively, so that ``dev.py`` can load them without the product.

- ``postgres.Postgres`` and ``valkey.Valkey``: one server each, in a folder of its own.
- ``databases``: create, copy and drop databases on a running PostgreSQL.
- ``smtp.SmtpServer``: a real SMTP server in this process, which keeps each message and
  can be told to fail; ``python -m procurement.embedded.smtp`` is the same as a process.
- ``suite.test_servers``: all the tests need, with a migrated template database.
"""
