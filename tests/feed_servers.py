"""Servers of indicators on this machine: a TAXII 2.1 server, and answers as MISP's search gives."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local_server import answering

USER, PASSWORD = "partner", "a long secret"
FIRST, SECOND = "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "64993447-4d7e-4f70-b94d-d7f33742ee63"


def indicator(number, value, *, modified="2026-01-02T00:00:00.000Z", **said):
    """A STIX indicator of an address."""
    return {
        "type": "indicator", "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-01-02T00:00:00.000Z", "modified": modified,
        "valid_from": "2026-01-02T00:00:00Z", "pattern_type": "stix",
        "pattern": f"[ipv4-addr:value = '{value}']", **said,
    }  # fmt: skip


class Taxii:
    """What the tests do to the server: add objects, and look at what it was asked."""

    def __init__(self, backend):
        self.backend, self.url, self.asked = backend, "", []
        self._at = datetime(2026, 3, 1, tzinfo=UTC)

    def add(self, *objects, collection=FIRST):
        """Add objects, each at a time of its own, as partners do."""
        for item in objects:
            self._at += timedelta(seconds=1)
            done = self.backend.add_objects("api", collection, {"objects": [item]}, self._at)
            assert done["success_count"] == 1


@contextmanager
def taxii(page=2):
    """A medallion server with two collections that may be read and one that may not."""
    import medallion
    from medallion.backends.memory_backend import MemoryBackend
    from werkzeug.serving import make_server

    def collection(id_, title, can_read=True):
        return {
            "id": id_, "title": title, "can_read": can_read, "can_write": True, "media_types": [],
            "objects": [], "manifest": [],
        }  # fmt: skip

    app = medallion.application_instance
    if "discovery" not in app.blueprints:
        medallion.register_blueprints(app)
    backend = MemoryBackend(check_interval=3600)
    served = Taxii(backend)

    def noting(environ, start):
        served.asked.append(environ)
        return app(environ, start)

    server = make_server("127.0.0.1", 0, noting, threaded=True)
    served.url = f"http://127.0.0.1:{server.server_port}"
    backend.data = {
        "/discovery": {"title": "S", "api_roots": [f"{served.url}/api/"]},
        "api": {
            "information": {"title": "A", "versions": ["application/taxii+json;version=2.1"],
                            "max_content_length": 1000000},
            "status": [],
            "collections": [
                collection(FIRST, "Partner X"), collection(SECOND, "Partner Y"),
                collection("52892447-4d7e-4f70-b94d-d7f33742ee63", "Closed", can_read=False),
            ],
        },
    }  # fmt: skip
    app.users_backend = {USER: PASSWORD}
    app.taxii_config = {"max_page_size": page}
    app.medallion_backend = backend
    with answering(server):
        yield served


class _Misp(BaseHTTPRequestHandler):
    """Answers of MISP 2.5 to the calls of pymisp that a search takes."""

    def do_GET(self):
        if self.path.startswith("/away"):
            self._answer(302, {}, location="http://192.0.2.1/")
        elif self.headers["authorization"] != self.server.key:
            self._answer(403, {"message": "Authentication failed"})
        elif self.path == "/servers/getVersion":
            self._answer(200, {"version": "2.5.0", "pymisp_recommended_version": "2.5.0"})
        elif self.path == "/users/view/me":
            self._answer(200, {"User": {"id": "1"}, "Role": {"id": "1"}, "UserSetting": []})
        else:
            self._answer(404, {})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, asked))
        since, size = int(asked.get("publish_timestamp") or 0), asked["limit"]
        found = [e for e in self.server.events if int(e["Event"]["publish_timestamp"]) >= since]
        start = (asked["page"] - 1) * size
        self._answer(200, {"response": found[start : start + size]})

    def _answer(self, status, document, **headers):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def misp(key="misp-key-of-forty-characters-0123456789ab"):
    """A server that answers as MISP's REST search does; it is no MISP."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Misp)
    server.key, server.events, server.asked = key, [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    with answering(server):
        yield server
