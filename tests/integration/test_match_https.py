"""Two firms, each with a database, a data folder and a service of its own, match over HTTPS."""

import json
import threading
from contextlib import ExitStack

import pytest
from certificates import certified
from cryptography.hazmat.primitives import serialization
from firms import Firm
from service_world import token
from test_match import HERE, PURPOSE, THERE

from ringleader import Connection, audit_chain
from ringleader.engine import ensure_running, stop
from ringleader.errors import RingleaderError, SettingsError, WrongUsage
from ringleader.exports.matching import files, protocol
from ringleader.exports.matching.agreements import agreements, body_limit
from ringleader.graph import Graph
from ringleader.keys import read_key
from ringleader.service.run import Tls
from ringleader.settings import load_settings

pytestmark = [pytest.mark.server, pytest.mark.restarts]
BODY = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The settings of another managed server, for the second firm."""
    home = tmp_path_factory.mktemp("second")
    (home / "ringleader.toml").write_text('[server]\nheap = "512m"\npage_cache = "128m"\n')
    settings = load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)
    ensure_running(settings)
    yield load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)
    stop(settings)


@pytest.fixture
def firms(server, second, tmp_path):
    key = tmp_path / "x.key"
    Connection(server).match_key(key)
    tls = certified(tmp_path)
    return (
        Firm(tmp_path / "here", server, HERE, key.read_text(), tls),
        Firm(tmp_path / "there", second, THERE, key.read_text(), tls),
    )


def test_two_services_match_in_both_directions(firms):
    here, there = firms
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(firm.serving()) for firm in firms)
        ca = ["--ca", here.ca]
        done = here.match(str(theirs.base_url), there.token(), *ca, "--share")
        rows = json.loads(done.stdout)
        assert [(row["value"], row["accounts"]) for row in rows] == [
            ("image-one", 3), ("203.0.113.2", 2), ("203.0.113.3", 2),
        ]  # fmt: skip
        assert "3 of 5 identifiers are there too (of 5)" in done.stderr
        [kept] = (there.home / "matches").glob("*-result.match")
        back = there.match(str(ours.base_url), here.token(), *ca)
        assert {row["value"] for row in json.loads(back.stdout)} == {
            "image-one", "203.0.113.2", "203.0.113.3",
        }  # fmt: skip
    with Graph.connect(there.settings) as graph:
        told = protocol.receive(graph, there.home, kept, there.terms())
    assert [(row["value"], row["theirs"]) for row in told.rows] == [
        ("203.0.113.2", "2 to 4"), ("image-one", "2 to 4"), ("203.0.113.3", "2 to 4"),
    ]  # fmt: skip
    assert here.events() == ["match asked", "match finished", "match answered", "match by https"]
    assert there.events() == [
        "match answered", "match by https", "match result kept", "match by https", "match asked",
        "match finished", "match received",
    ]  # fmt: skip
    for firm in firms:
        log = (firm.home / audit_chain.FILE).read_text()
        assert "203.0.113" not in log
        assert "image-one" not in log
        assert not list((firm.home / "scratch").iterdir())
        assert not list((firm.home / "matches").glob("*.parquet"))


def test_a_partner_without_a_trusted_certificate_or_without_tls_gets_nothing(firms, tmp_path):
    here, there = firms
    secret = there.token()
    with there.serving() as client:
        url = str(client.base_url)
        refused = here.match(url, secret, check=False)
        assert refused.returncode == 4
        assert "is not trusted" in refused.stderr
        others = tmp_path / "others"
        others.mkdir()
        other, *_ = certified(others)
        refused = here.match(url, secret, "--ca", other, check=False)
        assert "is not trusted" in refused.stderr
        # The certificate is that of 127.0.0.1, not that of localhost.
        named = url.replace("127.0.0.1", "localhost")
        assert "is not trusted" in here.match(named, secret, "--ca", here.ca, check=False).stderr
    for plain in ("http://partner.example", "http://192.0.2.7:8470"):
        refused = here.match(plain, secret, check=False)
        assert refused.returncode == 2
        assert "is not encrypted" in refused.stderr
        assert secret not in refused.stderr
    assert not (there.home / "matches").exists()


def test_only_a_partner_with_an_agreement_comes_in_and_it_may_only_match(firms):
    here, there = firms
    with there.serving() as client, here.request() as document:
        # Neither another role under the agreed name, nor the role without an agreement.
        for role, name in (
            ("lead", "partner-x"), ("machine", "partner-x"), ("partner", "partner-y"),
        ):  # fmt: skip
            answer = client.post(
                "/v1/match", content=document, headers={**token(there.home, role, name), **BODY}
            )
            assert answer.status_code == 403, role
        assert client.post("/v1/match", content=document).status_code == 401
        mine = {"Authorization": f"Bearer {there.token()}"}
        for path in ("/v1/rings", "/v1/decisions", "/v1/audit", "/v1/queries"):
            assert client.get(path, headers=mine).status_code == 403, path
        checked = client.post("/v1/check", json={"ip": "203.0.113.2"}, headers=mine)
        assert checked.status_code == 403
        refused = here.match(str(client.base_url), "rl_0_wrong", "--ca", here.ca, check=False)
        assert refused.returncode == 4
        assert "refuses (401)" in refused.stderr
    assert not (there.home / "matches").exists()


def test_without_an_agreement_there_are_no_such_routes(firms):
    _, there = firms
    (there.home / "ringleader.toml").write_text("")
    with there.serving() as client:
        assert client.post("/v1/match", headers=token(there.home, "lead")).status_code == 404
        assert "/v1/match" not in client.get("/v1/openapi.json").json()["paths"]


def test_replays_other_purposes_and_too_much_are_refused(firms):
    here, there = firms
    there.more("per_day = 2")
    mine = {"Authorization": f"Bearer {there.token()}", **BODY}
    with there.serving() as client:

        def sent(document, path="/v1/match"):
            answer = client.post(path, content=document, headers=mine)
            said = answer.json()["error"] if answer.status_code >= 300 else ""
            assert str(there.home) not in said
            return answer.status_code, said

        with here.request() as document:
            assert sent(document)[0] == 200
            status, said = sent(document)
            assert (status, "was answered before" in said) == (422, True)
        with here.request() as document:
            changed = document.replace(b"4711", b"4712")
            assert "was not made with this key, or was changed" in sent(changed)[1]
            assert sent(document[:40])[0] == 422
            assert "and a result is needed" in sent(document, "/v1/match/result")[1]
            assert sent(document)[0] == 200
        with here.request() as document:
            assert "2 requests of this partner" in sent(document)[1]
        large = b"x" * (body_limit(there.terms(), "request") + 1)
        assert sent(large)[0] == 413
    assert there.events().count("match refused") == 6
    assert "is larger than" in there.refusals()[-1]
    assert there.events().count("match by https") == 2


def test_of_two_at_a_time_one_is_answered(firms, monkeypatch):
    here, there = firms
    mine = {"Authorization": f"Bearer {there.token()}", **BODY}
    inside, go = threading.Event(), threading.Event()
    answer = protocol.answer

    def slow(*args):
        inside.set()
        assert go.wait(30)
        return answer(*args)

    monkeypatch.setattr(protocol, "answer", slow)
    with there.serving() as client, here.request() as document:
        found = []

        def send():
            found.append(client.post("/v1/match", content=document, headers=mine).status_code)

        thread = threading.Thread(target=send)
        thread.start()
        assert inside.wait(30)
        refused = client.post("/v1/match", content=document, headers=mine)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        go.set()
        thread.join(30)
        assert found == [200]
        assert client.post("/v1/match", content=document, headers=mine).status_code == 422
    assert there.refusals()[0] == "another exchange of this partner is under way"


def test_a_header_of_a_partner_is_input_as_any(firms):
    """A partner has the key, so it can seal what it likes."""
    here, there = firms
    key = read_key(here.home / "x.key")
    mine = {"Authorization": f"Bearer {there.token()}", **BODY}
    with there.serving() as client, here.request() as document:
        path = here.home / "made.match"
        path.write_bytes(document)
        told = files.open_envelope(path, key, "request", PURPOSE)
        for change in (
            {"id": "../../../outside"}, {"id": 7}, {"kinds": ["ip", ["x"]]}, {"size": "5"},
            {"size": True}, {"reveal": None}, {"expires_at": "2999-01-01T00:00:00+00:00"},
            {"expires_at": "2026-01-01"}, {"scope": {}},
        ):  # fmt: skip
            files.write_envelope(path, key, "request", {**told.said, **change}, told.body)
            refused = client.post("/v1/match", content=path.read_bytes(), headers=mine)
            assert refused.status_code == 422, change
            assert "has a damaged header" in refused.json()["error"], change
        for change, body in (({"size": 4}, told.body), ({}, told.body + b"\0\0\0\0")):
            files.write_envelope(path, key, "request", {**told.said, **change}, body)
            refused = client.post("/v1/match", content=path.read_bytes(), headers=mine)
            assert "does not hold what it says" in refused.json()["error"]
        # Nobody but a partner has its input parsed.
        files.write_envelope(path, b"k" * 32, "request", {"id": "x"}, b"")
        refused = client.post("/v1/match", content=path.read_bytes(), headers=mine)
        assert "was not made with this key" in refused.json()["error"]
    assert not list(there.home.parent.rglob("*outside*"))
    assert not list((there.home / "matches").glob("*-answered.json"))


def test_what_is_wrong_on_the_answering_side_is_not_told(firms, monkeypatch):
    here, there = firms
    mine = {"Authorization": f"Bearer {there.token()}", **BODY}

    def broken(*_):
        raise SettingsError(f"{there.home} is full")

    with there.serving() as client, here.request() as document:
        (there.home / "x.key").rename(there.home / "y.key")
        refused = client.post("/v1/match", content=document, headers=mine)
        assert refused.status_code == 422
        assert str(there.home) not in refused.text
        monkeypatch.setattr(protocol, "answer", broken)
        refused = client.post("/v1/match", content=document, headers=mine)
        assert refused.status_code == 500
        assert str(there.home) not in refused.text
    assert there.refusals()[-1] == f"{there.home} is full"


def test_a_partner_may_use_no_other_route(firms):
    _, there = firms
    mine = {"Authorization": f"Bearer {there.token()}"}
    open_to_all = {
        "/health/live", "/health/ready", "/metrics", "/v1/me", "/v1/session", "/v1/match",
        "/v1/match/result",
    }  # fmt: skip
    asked = 0
    with there.serving() as client:
        for path, methods in client.get("/v1/openapi.json").json()["paths"].items():
            for method in methods if path not in open_to_all else ():
                shown = path.replace("{", "").replace("}", "")
                refused = client.request(method, shown, headers=mine)
                assert refused.status_code == 403, (method, path)
                asked += 1
        for path in ("/changes.json", "/changes.rss"):
            assert client.get(path, headers=mine).status_code == 403
    assert asked > 20


def test_a_request_without_an_answer_leaves_nothing_of_what_it_asked(firms):
    here, there = firms
    there.more('reveal = "size"')
    with there.serving() as client:
        refused = here.match(str(client.base_url), there.token(), "--ca", here.ca, check=False)
    assert "more than agreed here: which they are" in refused.stderr
    assert refused.stderr.count("\n") == 2  # what failed, and what helps
    assert not list((here.home / "matches").glob("*.parquet"))
    [asked] = (here.home / "matches").glob("*-asked.json")
    assert "secrets" not in json.loads(asked.read_text())
    assert here.events() == ["match asked", "match given up"]


def test_a_result_that_cannot_be_sent_is_kept(firms, monkeypatch):
    here, there = firms

    def broken(*_):
        raise SettingsError("the disk is full")

    monkeypatch.setattr(protocol, "keep", broken)
    with there.serving() as client:
        done = here.match(str(client.base_url), there.token(), "--ca", here.ca, "--share")
    assert len(json.loads(done.stdout)) == 3
    assert "the partner has not got the result" in done.stderr
    [kept] = (here.home / "matches").glob("*-to-send.match")
    with Graph.connect(there.settings) as graph:
        assert protocol.receive(graph, there.home, kept, there.terms()).matched == 3


def test_a_smaller_agreement_has_a_smaller_bound(firms):
    here, there = firms
    there.more("most = 4")
    with there.serving() as client:
        refused = here.match(str(client.base_url), there.token(), "--ca", here.ca, check=False)
    assert refused.returncode == 1
    assert "5 identifiers are more than 4" in refused.stderr


def test_the_token_comes_from_a_file_for_its_owner_or_from_the_environment(firms, tmp_path):
    here, there = firms
    file = tmp_path / "token"
    file.write_text(there.token() + "\n")
    file.chmod(0o644)
    with there.serving() as client:
        args = [str(client.base_url), "", "--ca", here.ca]
        assert "asks for a token" in here.match(*args, check=False).stderr
        refused = here.match(*args, "--token-file", file, check=False)
        assert "others can read the token" in refused.stderr
        file.chmod(0o600)
        done = here.match(*args, "--token-file", file, "--reveal", "size")
        assert json.loads(done.stdout or "[]") == []
        assert "3 of 5" in done.stderr


@pytest.mark.parametrize(
    "said, message",
    [
        ('key = "x.key"\n', "lacks purpose"),
        ('key = "x.key"\npurpose = "p"\nall = true\n', "has all"),
        ('key = "x.key"\npurpose = "p"\nkinds = ["phone"]\n', "phone"),
        ('key = "x.key"\npurpose = "p"\nscope = "world"\n', "world"),
        ('key = "x.key"\npurpose = "p"\nmost = -1\n', "numbers above 0"),
        ('key = "x.key"\npurpose = "p"\nkinds = [["ip"]]\n', "ip"),
        ('key = "none.key"\npurpose = "p"\n', "cannot be used"),
    ],
)
def test_an_agreement_that_says_something_else_is_refused(tmp_path, said, message):
    (tmp_path / "ringleader.toml").write_text(f"[match.partner-x]\n{said}")
    (tmp_path / "x.key").write_text("0f" * 32)
    settings = load_settings(env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path)
    with pytest.raises(RingleaderError, match=message):
        agreements(settings)


def test_a_private_key_with_a_password_is_refused_and_not_asked_for(tmp_path):
    _, certificate, private = certified(tmp_path)
    key = serialization.load_pem_private_key(private.read_bytes(), None)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(SettingsError, match="cannot be used"):
        Tls.of(certificate, private)
    with pytest.raises(WrongUsage, match="go together"):
        Tls.of(certificate, None)
