"""What the service does when it cannot, or is asked too much: it says so at once, and goes on."""

import asyncio
import threading
import time

import httpx
import pytest
from judged_worlds import RING
from service_world import Wire, judged, running, settings_of, token

from ringleader.api.checking import Checker
from ringleader.service.limits import Breaker, Refused, Workplace


@pytest.fixture(scope="module")
def world(connection):
    return judged(connection)


def test_wrong_tokens_are_slowed_down(world, server, tmp_path):
    with running(settings_of(server, tmp_path)) as client:
        bad = {"Authorization": "Bearer rl_00000000_guess"}
        codes = [client.get("/v1/me", headers=bad).status_code for _ in range(22)]
        assert codes == [401] * 20 + [429] * 2


def test_a_database_that_is_gone_is_said_at_once_and_found_again(world, server, tmp_path):
    wire = Wire(int(server.uri.rpartition(":")[2]))
    try:
        read = settings_of(server, tmp_path, **{"neo4j.uri": f"bolt://127.0.0.1:{wire.port}"})
        with running(read) as client:
            who = token(tmp_path, "machine")
            body = {"account_id": RING[0]}
            assert client.post("/v1/check", json=body, headers=who).status_code == 200
            wire.cut()
            told = [client.post("/v1/check", json=body, headers=who) for _ in range(4)]
            assert {one.status_code for one in told} == {503}
            assert all(int(one.headers["retry-after"]) >= 1 for one in told)
            # The breaker is open: nobody waits for the database any more.
            began = time.perf_counter()
            again = client.get("/health/ready")
            assert (again.status_code, time.perf_counter() - began < 0.5) == (503, True)
            assert client.get("/health/live").status_code == 200
            wire.mend()
            time.sleep(int(again.headers["retry-after"]) + 0.1)
            assert client.post("/v1/check", json=body, headers=who).json()["code"] == "member"
    finally:
        wire.close()


def test_more_than_may_wait_is_refused(world, server, tmp_path, monkeypatch):
    inside, leave = threading.Event(), threading.Event()
    check = Checker.check

    def slow(self, given):
        if given != ["nobody"]:
            inside.set()
            leave.wait(20)
        return check(self, given)

    monkeypatch.setattr(Checker, "check", slow)
    with running(settings_of(server, tmp_path), workers=1, waiting=0, check_seconds=20) as client:
        who = token(tmp_path, "machine")
        codes = []

        def ask():
            told = httpx.post(
                f"{client.base_url}/v1/check", json={"account_id": "a"}, headers=who, timeout=30
            )
            codes.append(told.status_code)

        first = threading.Thread(target=ask)
        first.start()
        assert inside.wait(10)
        refused = client.post("/v1/check", json={"account_id": "a"}, headers=who)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        leave.set()
        first.join(20)
        assert codes == [200]


def test_the_breaker_lets_one_through_after_a_while():
    breaker = Breaker(failures=2, seconds=0.05)
    breaker.failed()
    breaker.enter()
    breaker.failed()
    with pytest.raises(Refused):
        breaker.enter()
    time.sleep(0.06)
    breaker.enter()
    with pytest.raises(Refused):
        breaker.enter()
    breaker.worked()
    breaker.enter()


def test_a_long_read_that_ends_at_its_limit_does_not_close_the_door_to_checks():
    breaker = Breaker(failures=1)
    reads = Workplace(1, 1, 0.01, breaker, slow_is_failure=False)
    checks = Workplace(1, 1, 0.01, breaker)

    async def slow(place):
        with pytest.raises(Refused, match="too long"):
            await place.run(lambda: time.sleep(0.1))

    asyncio.run(slow(reads))
    assert not breaker.open
    asyncio.run(slow(checks))
    assert breaker.open
