"""A small OpenID Connect provider on this machine, which checks what a client has to bring."""

import base64
import hashlib
import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from local_server import answering

CLIENT, SECRET = "ringleader", "a secret of the client"


class _Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        if parts.path == "/.well-known/openid-configuration":
            base = server.issuer
            places = {
                "authorization_endpoint": "/authorize",
                "token_endpoint": "/token",
                "jwks_uri": "/keys",
            }
            self._say({"issuer": base, **{name: base + place for name, place in places.items()}})
        elif parts.path == "/keys":
            self._say({"keys": [server.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            asked = {name: value[0] for name, value in parse_qs(parts.query).items()}
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            server.asked["the code"] = asked
            back = urlencode({"code": "the code", "state": asked["state"]})
            self.send_response(302)
            self.send_header("location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        given = {name: value[0] for name, value in parse_qs(body).items()}
        asked = self.server.asked.pop(given["code"])
        secret = base64.b64decode(self.headers["authorization"].split()[1]).decode()
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if secret != f"{CLIENT}:{SECRET}" or challenge != asked["code_challenge"]:
            self._say({"error": "invalid_client"}, 401)
            return
        now = int(time.time())
        claims = {
            "iss": self.server.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            "preferred_username": "nora",
            "groups": ["fraud-team"],
            **self.server.claims,
        }
        key = self.server.signing_key
        header = {"alg": "RS256", "kid": key.kid}
        token = jwt.encode(header, claims, key)
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _say(self, told, status=200):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def providing():
    """A provider; `claims` change what it says, `signing_key` what it signs with."""
    server = HTTPServer(("127.0.0.1", 0), _Provider)
    server.issuer = f"http://127.0.0.1:{server.server_port}"
    server.key = server.signing_key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    server.claims, server.asked = {}, {}
    with answering(server):
        yield server
