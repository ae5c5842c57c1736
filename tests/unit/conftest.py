"""What several modules of tests share."""

import pytest
from webhook_receiver import listening

from ringleader.jobs import notify


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setattr(notify, "BACKOFF_SECONDS", 0.01)
    with listening() as server:
        yield server
