"""A small site on this machine, for what asks other sites: pages by path, each request kept."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """The site: `pages` by path (without the query), as (status, headers, body); `asked`: the paths that were."""

    port: int
    pages: Mapping[str, tuple[int, dict[str, str], bytes]]
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def site(pages: Mapping[str, tuple[int, dict[str, str], bytes]]) -> Iterator[Site]:
    """The site, listening on this machine within the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            here.asked.append(self.path)
            status, headers, body = here.pages.get(self.path.partition("?")[0], (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(server.server_address[1], pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
