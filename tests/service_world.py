"""The service on a free port of this machine, and a wire to the database that can be cut."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager

import httpx
import judged_world
import uvicorn

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.service.app import build
from ringleader.service.run import configured
from ringleader.service.state import Limits
from ringleader.service.tokens import Tokens
from ringleader.settings import load_settings


def judged(connection):
    """The judged world alone in the graph, with its rings."""
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(connection)
    detect(connection, Parameters())
    return connection


def settings_of(server, home, **more):
    """Settings of the run's server with a data folder of their own, for tokens and the log."""
    flags = {
        "neo4j.uri": server.uri,
        "neo4j.username": server.username,
        "neo4j.password": server.password,
        **more,
    }
    return lambda replaced: load_settings(
        {**flags, **replaced}, env={"RINGLEADER_HOME": str(home)}, cwd=home
    )


def token(home, role, name="ann"):
    """The header of a new token."""
    return {"Authorization": f"Bearer {Tokens(home).add(name, role)}"}


@contextmanager
def running(read_settings, config=None, verify=None, **limits):
    """A client of the service, which runs in a thread of this process.

    Args:
        read_settings: Reads the settings.
        config: What `configured` is given.
        verify: The file with the authority of its certificate, if `config` has one.
        limits: How much is done at once.
    """
    app = build(read_settings, Limits(**limits))
    server = uvicorn.Server(configured(app, port=0, timeout_graceful_shutdown=5, **(config or {})))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(
            base_url=f"http{'s' if verify else ''}://127.0.0.1:{port}",
            timeout=30,
            verify=ssl.create_default_context(cafile=verify) if verify else True,
        ) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


class Wire:
    """A port of this machine behind which another one is, until it is cut."""

    def __init__(self, port):
        self._target = port
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self._cut = True
        for end in self._ends:
            end.close()
        self._ends = []

    def mend(self):
        self._cut = False

    def close(self):
        self.cut()
        self._listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._target))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(one, other), daemon=True).start()

    @staticmethod
    def _copy(one, other):
        try:
            while data := one.recv(65_536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            end.close()
