"""A firm with a database, a data folder and a service of its own, for matching over HTTPS."""

import json
from contextlib import contextmanager

from command_line import called
from service_world import running, settings_of, token
from test_match import PURPOSE, WORLD

from ringleader import audit_chain
from ringleader.api.partners import VARIABLE
from ringleader.exports.matching import protocol
from ringleader.exports.matching.agreements import agreements
from ringleader.graph import Graph
from ringleader.service.run import Tls

AGREED = '[match.partner-x]\nkey = "x.key"\npurpose = "{purpose}"\n'


class Firm:
    """A firm: its data folder, its world in a database, and how its service is served."""

    def __init__(self, home, server, rows, key, tls):
        home.mkdir()
        (home / "x.key").write_text(key)
        (home / "x.key").chmod(0o600)
        (home / "ringleader.toml").write_text(AGREED.format(purpose=PURPOSE))
        self.home = home
        self.ca, certificate, private = tls
        self.options = Tls(certificate, private).options
        self.read_settings = settings_of(server, home)
        self.settings = self.read_settings({})
        with Graph.connect(self.settings) as graph:
            graph.write("MATCH (n) DETACH DELETE n", name="empty")
            graph.write(WORLD, {"rows": [list(row) for row in rows]}, name="world")

    def terms(self):
        return agreements(self.settings)["partner-x"]

    def more(self, line):
        """Add a line to what was agreed."""
        with (self.home / "ringleader.toml").open("a") as file:
            file.write(line + "\n")
        self.settings = self.read_settings({})

    @contextmanager
    def serving(self):
        with running(self.read_settings, self.options, self.ca) as client:
            yield client

    def token(self):
        return token(self.home, "partner", "partner-x")["Authorization"].removeprefix("Bearer ")

    def match(self, url, given, *more, check=True):
        """`ringleader match with` as this firm."""
        env = {
            "RINGLEADER_HOME": str(self.home),
            "NEO4J_URI": self.settings.uri,
            "NEO4J_PASSWORD": self.settings.password,
            VARIABLE: given,
        }
        args = ["match", "with", url, "--key", self.home / "x.key", "--purpose", PURPOSE]
        done = called([*args, *more, "--format", "json"], folder=self.home, env=env)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    def refusals(self):
        """Why exchanges were refused, as the audit log has it."""
        lines = (self.home / audit_chain.FILE).read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [line["reason"] for line in found if line.get("event") == "match refused"]

    def events(self):
        """What the audit log says of exchanges."""
        path = self.home / audit_chain.FILE
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        return [line["event"] for line in lines if line["event"].startswith("match")]

    @contextmanager
    def request(self):
        """The document of a request of this firm."""
        path = self.home / "request.match"
        with Graph.connect(self.settings) as graph:
            protocol.ask(graph, self.home, path, self.terms())
        yield path.read_bytes()
        path.unlink()
