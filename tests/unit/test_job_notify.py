"""The webhook against a real receiver on this machine, which checks the signature itself."""

import email
import json
import re
import socketserver
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from local_server import answering
from webhook_receiver import KEY, KEY_TEXT, listening, verified

from ringleader.errors import DeliveryFailed, SettingsError
from ringleader.jobs import notify
from ringleader.jobs.mail import mail
from ringleader.jobs.messages import message
from ringleader.jobs.outcomes import Occasion, StandingRings

RINGS = [{"ring_id": "r1", "size": 5}, {"ring_id": "r2", "size": 7}]
FINDINGS = StandingRings("nightly", "run1", "2026-02-23", "run0", RINGS)


def deliver(server, attempts=3):
    told = message(Occasion(1, FINDINGS), "always", list)
    return notify.deliver(server.url, KEY, "msg_run1", told.body, 5.0, attempts)


def test_a_delivery_is_signed_and_holds_counts_and_ids_only(receiver):
    assert deliver(receiver) == 204
    [(path, headers, body)] = receiver.taken
    assert path == "/hook?token=hidden"
    assert verified(headers, body)
    assert not verified(headers, body + b" ")
    assert not verified({**headers, "webhook-timestamp": "1"}, body)
    assert not verified(headers, body, key=b"another key of 32 bytes, or less")
    sent = json.loads(body)
    assert sent.pop("timestamp").endswith("Z")
    assert sent == {
        "type": "ringleader.rings",
        "data": {
            "job": "nightly",
            "run": "run1",
            "rings": 2,
            "members": 12,
            "new_rings": [],
            "new_members": 0,
        },
    }


def test_the_page_s_receiver_knows_what_is_genuine(receiver):
    page = Path(__file__).resolve().parents[2] / "docs" / "jobs.md"
    [code] = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    known = {}
    exec(code, known)
    deliver(receiver)
    [(_, headers, body)] = receiver.taken
    assert not known["genuine"](KEY, headers, body + b" ")
    old = int(headers["webhook-timestamp"]) - 301
    signed = notify.signature(KEY, headers["webhook-id"], old, body)
    aged = {**headers, "webhook-timestamp": str(old), "webhook-signature": signed}
    assert not known["genuine"](KEY, aged, body)
    assert known["genuine"](KEY, headers, body)
    assert not known["genuine"](KEY, headers, body), "a replay"


def sent_ids(server, findings, number=1, **options):
    """Ids of the messages that a step of a job sends."""
    server.taken.clear()
    given = {"url": server.url, "key_env": "HOOK_KEY", **options}
    notify.notify(lambda message: None, Occasion(number, findings), **given)
    return [headers["webhook-id"] for _, headers, _ in server.taken]


def test_a_message_has_one_id_over_all_runs_and_no_other_message_has_it(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    new = replace(FINDINGS, new=RINGS)
    [known] = sent_ids(receiver, new)
    again = replace(new, run="run2", day="2026-02-24", new=RINGS[::-1])
    assert sent_ids(receiver, again) == [known]
    others = [
        sent_ids(receiver, replace(new, new=RINGS[:1])),
        sent_ids(receiver, replace(new, job="hourly")),
        sent_ids(receiver, replace(new, since="run1")),  # gone meanwhile, and found again
        sent_ids(receiver, new, number=2),
        sent_ids(receiver, new, url=receiver.url + "&x"),
        sent_ids(receiver, FINDINGS, when="always"),
        sent_ids(receiver, replace(FINDINGS, day="2026-02-24"), when="always"),
    ]
    assert len({known, *(each for [each] in others)}) == len(others) + 1
    on_that_day = replace(FINDINGS, run="run2", since="run1")
    assert sent_ids(receiver, on_that_day, when="always") == others[5]
    assert sent_ids(receiver, FINDINGS) == []


def test_it_is_tried_again_under_the_same_id(receiver):
    receiver.statuses = [503, 429]
    assert deliver(receiver) == 204
    assert [headers["webhook-id"] for _, headers, _ in receiver.taken] == ["msg_run1"] * 3
    assert all(verified(headers, body) for _, headers, body in receiver.taken)


def test_each_attempt_is_signed_with_its_own_time(receiver, monkeypatch):
    now, slept = [1_800_000_000.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += 400  # receivers refuse what is older than five minutes

    monkeypatch.setattr(notify, "time", SimpleNamespace(sleep=sleep, time=lambda: now[0]))
    receiver.statuses = [503, 503, 429]
    assert deliver(receiver, attempts=4) == 204
    stamps = [int(headers["webhook-timestamp"]) for _, headers, _ in receiver.taken]
    assert stamps == [1_800_000_000 + 400 * n for n in (1, 2, 3, 4)]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.taken}) == 1
    for _, headers, body in receiver.taken:
        stamp = int(headers["webhook-timestamp"])
        expected = notify.signature(KEY, headers["webhook-id"], stamp, body)
        assert headers["webhook-signature"] == expected
    assert slept == [0.0, 0.0, 0.01, 0.02]


def test_it_gives_up_and_says_so_without_the_address(receiver):
    receiver.statuses = [500] * 9
    with pytest.raises(DeliveryFailed) as caught:
        deliver(receiver)
    assert len(receiver.taken) == 3
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize("status", [302, 401])
def test_neither_redirections_nor_refusals_are_followed(receiver, status):
    receiver.statuses = [status]
    with pytest.raises(DeliveryFailed, match=f"answers {status}"):
        deliver(receiver)
    assert len(receiver.taken) == 1


def test_nobody_listens(monkeypatch):
    monkeypatch.setattr(notify, "BACKOFF_SECONDS", 0.01)
    with listening() as receiver:
        pass
    with pytest.raises(DeliveryFailed, match="127.0.0.1 could not be notified") as caught:
        deliver(receiver, attempts=2)
    assert "hidden" not in caught.value.message


def test_keys_are_coded_or_plain_and_long_enough(tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text(f"{KEY_TEXT}\n")
    assert notify.read_key(file, None) == KEY
    monkeypatch.setenv("HOOK_KEY", "a plain key of 24 bytes!")
    assert notify.read_key(None, "HOOK_KEY") == b"a plain key of 24 bytes!"
    for content in ("short", "whsec_%%%", "whsec_ä", "whsec_c2hvcnQ="):
        file.write_text(content)
        with pytest.raises(SettingsError, match="key of the webhook"):
            notify.read_key(file, None)
    for given in ((None, None), (file, "HOOK_KEY"), (tmp_path / "none", None), (None, "NONE")):
        with pytest.raises(SettingsError):
            notify.read_key(*given)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://hooks.example/x", True),
        ("http://127.0.0.1:9/x", True),
        ("http://[::1]/x", True),
        ("http://localhost/x", True),
        ("http://hooks.example/x", False),
        ("http://127.0.0.1.hooks.example/x", False),
        ("http://localhost@hooks.example/x", False),
        ("https://user:pw@hooks.example/", False),
        ("ftp://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("hooks.example", False),
    ],
)
def test_only_encrypted_or_local_addresses_are_used(url, taken):
    import click

    try:
        notify._address(None, None, url)
    except click.BadParameter:
        assert not taken
    else:
        assert taken


ROW = {"left": 0, "other": None, "overlap": None, "campaign_id": None, "at": None, "accounts": []}
CHANGED = [
    {**ROW, "change": "grown", "ring_id": "r1", "size": 29, "joined": 4},
    {**ROW, "change": "shrunk", "ring_id": "r2", "size": 6, "joined": 0, "left": 1},
    {
        **ROW,
        "change": "new campaign",
        "ring_id": None,
        "campaign_id": "c",
        "size": 9,
        "joined": None,
    },
]


def told(server, occasion, rows=CHANGED, **options):
    """Bodies that a step sends."""
    server.taken.clear()
    given = {"url": server.url, "key_env": "HOOK_KEY", "when": "changes", **options}
    notify.notify(lambda text: None, occasion, lambda: rows, **given)
    return [json.loads(body) for _, _, body in server.taken]


def test_a_ring_that_grew_overnight_is_told_and_one_that_shrank_is_not(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    [sent] = told(receiver, Occasion(1, FINDINGS))
    assert sent["type"] == "ringleader.changes"
    [change] = sent["data"]["changes"]
    assert (change["ring_id"], change["change"], change["size"]) == ("r1", "grown", 29)
    assert "accounts" not in change
    assert told(receiver, Occasion(1, FINDINGS), CHANGED[1:]) == []


def test_a_failure_is_told_whatever_a_step_waits_for(receiver, monkeypatch):
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    failed = Occasion(-1, FINDINGS, "job nightly, step 2 (detect): no server answers")
    [sent] = told(receiver, failed)
    assert sent["type"] == "ringleader.job_failed"
    assert sent["data"]["error"] == failed.failure


@pytest.mark.parametrize("form", ["slack", "teams", "pagerduty"])
def test_the_formats_of_others(receiver, monkeypatch, tmp_path, form):
    monkeypatch.setenv("HOOK_KEY", "R" * 32)
    (tmp_path / "address").write_text(receiver.url + "\n")
    evil = [{**CHANGED[0], "ring_id": "<!channel> & r1"}]
    options = {"format": form, "url": None, "url_file": tmp_path / "address"}
    if form != "pagerduty":
        options["key_env"] = None
    [sent] = told(receiver, Occasion(1, FINDINGS), evil, **options)
    [(_, headers, _)] = receiver.taken
    assert "webhook-signature" not in headers
    line = "<!channel> & r1 has grown to 29 accounts (+4 −0)"
    if form == "slack":
        assert sent["text"] == "nightly: 1 ring has changed"
        assert "&lt;!channel&gt; &amp; r1 has grown" in sent["blocks"][0]["text"]["text"]
        assert "<!channel>" not in str(sent)
    elif form == "teams":
        [card] = sent["attachments"]
        assert [part["text"] for part in card["content"]["body"]][1] == line
    else:
        assert (sent["routing_key"], sent["event_action"]) == ("R" * 32, "trigger")
        assert sent["dedup_key"] == headers["webhook-id"]
        assert sent["payload"]["severity"] == "warning"
        assert sent["payload"]["custom_details"]["lines"] == [line]


def test_there_is_one_address(receiver, monkeypatch, tmp_path):
    monkeypatch.setenv("HOOK_URL", "http://hooks.example/x")
    for given in ({}, {"url": receiver.url, "url_env": "HOOK_URL"}, {"url_env": "HOOK_URL"}):
        with pytest.raises(SettingsError, match="address|one of url"):
            notify.notify(print, Occasion(1, FINDINGS), **given, format="slack")


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.taken.append(b"".join(lines))
            elif word == b"RCPT":
                self.server.to.append(line.split(b":")[1].strip())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def post_office():
    server = socketserver.TCPServer(("127.0.0.1", 0), _Smtp)
    server.taken, server.to = [], []
    with answering(server):
        yield server


def test_an_email_says_the_same_and_needs_encryption_elsewhere():
    letter = {"to": ("ann@x.example", "bob@x.example"), "sender": "rings@x.example"}
    with post_office() as server:
        how = {"host": "127.0.0.1", "port": server.server_address[1], "security": "none"}
        done = mail(print, Occasion(1, FINDINGS), lambda: CHANGED, **letter, **how, when="changes")
        assert done.counts == [{"recipients": 2}]
        assert mail(print, Occasion(1, FINDINGS), list, **letter, **how).counts == []
    assert server.to == [b"<ann@x.example>", b"<bob@x.example>"]
    [raw] = server.taken
    taken = email.message_from_bytes(raw, policy=email.policy.default)
    assert taken["Subject"] == "nightly: 1 ring has changed"
    assert "r1 has grown to 29 accounts (+4 −0)" in taken.get_content()
    with pytest.raises(SettingsError, match="would not be encrypted"):
        mail(
            print,
            Occasion(1, FINDINGS),
            lambda: CHANGED,
            **letter,
            host="x",
            security="none",
            when="changes",
        )
    with pytest.raises(DeliveryFailed, match="did not take the e-mail"):
        mail(print, Occasion(1, FINDINGS), lambda: CHANGED, **letter, **how, when="changes")
    with pytest.raises(SettingsError, match="mail:"):
        bad = {**letter, "sender": "a@x.example\nBcc: all@x.example"}
        mail(print, Occasion(1, FINDINGS), lambda: CHANGED, **bad, **how, when="changes")
