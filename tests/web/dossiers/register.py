"""A server that answers as the State's register of undertakings does: its paths, its fields, its limits."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


def undertaking(siren: str, **changed):
    """A result as the register's description writes it, with the fields that this product reads."""
    return {
        "siren": siren,
        "nom_complet": "emplois du bocage",
        "nom_raison_sociale": "EMPLOIS DU BOCAGE",
        "nature_juridique": "9220",
        "activite_principale": "78.20Z",
        "categorie_entreprise": "PME",
        "etat_administratif": "A",
        "siege": {
            "siret": f"{siren}00012",
            "numero_voie": "12",
            "type_voie": "RUE",
            "libelle_voie": "DES ECOLES",
            "code_postal": "14500",
            "libelle_commune": "VIRE NORMANDIE",
            "liste_idcc": ["3016"],
        },
        "complements": {"identifiant_association": "W143000001", "est_siae": True},
    } | changed


class Register:
    """What the server says, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.results: list[object] = []
        self.body: bytes | None = None
        self.asked: list[str] = []


@contextmanager
def running() -> Iterator[Register]:
    """The server, on a port of its own."""
    register = Register()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            register.asked.append(parse_qs(parts.query).get("q", [""])[0])
            whole = {"results": register.results, "total_results": len(register.results), "page": 1}
            body = json.dumps(whole).encode() if register.body is None else register.body
            self.send_response(register.status if parts.path == "/search" else 404)
            if register.status == 429:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        register.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield register
        finally:
            server.shutdown()
            thread.join()
