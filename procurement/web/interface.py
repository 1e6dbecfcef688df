"""What every page shares, registered at one place: words, dates, forms, navigation, static files, guards."""

from flask import Flask

from procurement.web import activity, assets, formats, forms, guards, labels, navigation


def register(app: Flask) -> None:
    """Give `app` what its pages share. Before the pages are registered: their addresses use `guards`."""
    for part in (guards, assets, formats, labels, activity, forms, navigation):
        part.register(app)
