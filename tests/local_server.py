"""A server of a test's own, in a thread."""

import threading
from contextlib import contextmanager


@contextmanager
def answering(server):
    """The server while it answers."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
