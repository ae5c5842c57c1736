"""A receiver of webhooks on this machine, which checks signatures by itself."""

import base64
import hashlib
import hmac
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from local_server import answering

KEY = bytes(range(32))
KEY_TEXT = f"whsec_{base64.b64encode(KEY).decode()}"


def verified(headers, body, key=KEY):
    """Whether a delivery is signed as Standard Webhooks says, and fresh."""
    stamp = headers["webhook-timestamp"]
    signed = b".".join([headers["webhook-id"].encode(), stamp.encode(), body])
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return headers["webhook-signature"] == f"v1,{expected}" and abs(time.time() - int(stamp)) < 60


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def listening():
    """A server that keeps what it is sent (`taken`) and answers with its `statuses` in turn."""
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    server.taken, server.statuses = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/hook?token=hidden"
    with answering(server):
        yield server
