"""``python -m devtools.mail``: the embedded SMTP server as a process, without loading the product."""

from importlib import import_module

from devtools import embedded

if __name__ == "__main__":
    import_module(f"{embedded.NAME}.smtp").main()
