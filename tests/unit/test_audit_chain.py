"""The chain of the audit log: whatever is missing, changed, moved or forged is found."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ringleader import audit_chain
from ringleader.audit_chain import FILE, append, cut, erase, verify
from ringleader.errors import InputError
from ringleader.keys import AUDIT_KEY

DAY = datetime(2026, 2, 1, tzinfo=UTC)


def moment(day):
    return (DAY + timedelta(days=day)).isoformat().replace("+00:00", "Z")


@pytest.fixture
def home(tmp_path):
    for n in range(5):
        append(tmp_path, {"time": moment(n), "event": f"did {n}", "who": "ann"})
    return tmp_path


def lines(home):
    return (home / FILE).read_text().splitlines(keepends=True)


def rewrite(home, texts):
    (home / FILE).write_text("".join(texts))


def test_a_log_that_nobody_touched_is_sound(home):
    found = verify(home)
    assert (found.lines, found.erased, found.cut, found.problems) == (5, 0, 0, ())
    assert found.last == json.loads(lines(home)[-1])["chain"]
    assert verify(home / "nothing").sound


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda x: x[:2] + x[3:], (3, "1 lines are missing before it")),
        (lambda x: x[:-1], (4, "1 lines are missing after it")),
        (lambda x: [], (0, "5 lines are missing after it")),
        (lambda x: [x[0].replace("ann", "bob"), *x[1:]], (1, "was changed")),
        (lambda x: [*x[:2], x[1], *x[2:]], (3, "is repeated")),
        (lambda x: [*x[:2], "{}\n", *x[2:]], (3, "is no line of this log")),
        (lambda x: [*x[:2], "not JSON\n", *x[2:]], (3, "is no line of this log")),
    ],
)
def test_what_is_missing_changed_or_put_in_is_found_where_it_is(home, change, problem):
    rewrite(home, change(lines(home)))
    assert problem in verify(home).problems


def test_a_line_with_a_forged_digest_and_a_swap_are_found(home):
    made = [json.loads(line) for line in lines(home)]
    forged = {**made[1], "who": "bob", "digest": "0" * 64}
    rewrite(home, [json.dumps(x) + "\n" for x in (made[0], forged, *made[2:])])
    assert verify(home).problems == (
        (2, "does not follow from the line before it"),
        (2, "was changed"),
    )
    rewrite(home, [json.dumps(x) + "\n" for x in (made[0], made[2], made[1], *made[3:])])
    assert not verify(home).sound


def test_lines_after_a_loss_show_the_gap_still(home):
    rewrite(home, lines(home)[:3])
    append(home, {"time": moment(9), "event": "later"})
    assert verify(home).problems[0] == (4, "2 lines are missing before it")


def test_a_log_that_is_gone_is_found_and_so_is_a_key_that_is_gone(home):
    (home / FILE).rename(home / "aside")
    assert verify(home).problems == ((0, "the log is missing; it had 5 lines"),)
    (home / "aside").rename(home / FILE)
    (home / AUDIT_KEY).unlink()
    with pytest.raises(InputError):
        verify(home)


def test_lines_from_before_the_chain_are_sealed_by_its_first_line(tmp_path):
    (tmp_path / "audit").mkdir()
    rewrite(tmp_path, ['{"time": "2026-01-01T00:00:00Z", "old": 1}\n', '{"old": 2}\n'])
    append(tmp_path, {"event": "new"})
    append(tmp_path, {"event": "newer"})
    found = verify(tmp_path)
    assert (found.sound, found.unchained, found.lines) == (True, 2, 4)
    rewrite(tmp_path, [line.replace('"old": 1', '"old": 3') for line in lines(tmp_path)])
    assert verify(tmp_path).problems == ((3, "does not follow from the line before it"),)


def test_old_lines_are_cut_and_the_rest_stays_provable(home):
    assert cut(home, DAY + timedelta(days=2), dry_run=True) == 2
    assert verify(home).lines == 5
    assert cut(home, DAY + timedelta(days=2)) == 2
    assert cut(home, DAY + timedelta(days=2)) == 0
    assert "did 1" not in "".join(lines(home))
    append(home, {"time": moment(6), "event": "after"})
    found = verify(home)
    assert (found.sound, found.cut, found.lines) == (True, 2, 5)
    assert cut(home, DAY + timedelta(days=90)) == 4
    assert (verify(home).sound, verify(home).cut, len(lines(home))) == (True, 6, 1)
    append(home, {"time": moment(7), "event": "after all"})
    assert verify(home).sound
    made = json.loads(lines(home)[0])
    rewrite(home, [json.dumps({**made, "lines": 1}) + "\n", *lines(home)[1:]])
    assert verify(home).problems == ((1, "says that lines were cut, and is not sealed"),)


def test_lines_from_before_the_chain_go_together(tmp_path):
    (tmp_path / "audit").mkdir()
    old = [json.dumps({"time": moment(n)}) + "\n" for n in range(2)]
    rewrite(tmp_path, old)
    append(tmp_path, {"time": moment(2)})
    assert cut(tmp_path, DAY + timedelta(days=1)) == 0
    assert cut(tmp_path, DAY + timedelta(days=2)) == 2
    assert (verify(tmp_path).sound, len(lines(tmp_path))) == (True, 2)


def test_content_is_erased_and_the_chain_holds(home):
    assert erase(home, lambda line: line["event"] == "did 3", dry_run=True) == 1
    assert erase(home, lambda line: line["event"] == "did 3") == 1
    assert erase(home, lambda line: line["event"] == "did 3") == 0
    assert "did 3" not in "".join(lines(home))
    append(home, {"event": "after"})
    found = verify(home)
    assert (found.sound, found.erased) == (True, 1)
    # Whoever empties a line without the key is found.
    made = [json.loads(line) for line in lines(home)]
    emptied = {"n": 1, "digest": made[0]["digest"], "chain": made[0]["chain"], "erased": moment(1)}
    rewrite(home, [json.dumps(emptied) + "\n", *lines(home)[1:]])
    assert verify(home).problems == ((1, "is empty, and its erasure is not sealed"),)


def test_processes_do_not_break_each_others_chain(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from ringleader.audit_chain import append\n"
        "for n in range(20): append(Path(sys.argv[1]), {'n_of': n})"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    found = verify(tmp_path)
    assert (found.sound, found.lines) == (True, 60)


def test_a_process_that_died_between_line_and_head_does_no_harm(home, monkeypatch):
    monkeypatch.setattr(audit_chain, "_keep_head", lambda path, state: None)
    append(home, {"event": "head not written"})
    monkeypatch.undo()
    append(home, {"event": "next"})
    assert verify(home).sound


def test_the_command_lists_problems_and_its_code_says_so(home, tmp_path):
    from command_line import called

    env = {"RINGLEADER_HOME": str(home)}
    whole = called(["audit", "verify", "--format", "json"], folder=tmp_path, env=env)
    assert (whole.returncode, json.loads(whole.stdout)) == (0, [])
    rewrite(home, [lines(home)[0].replace("ann", "bob"), *lines(home)[1:]])
    changed = called(["audit", "verify", "--format", "json"], folder=tmp_path, env=env)
    assert changed.returncode == 1
    assert json.loads(changed.stdout) == [{"line": 1, "problem": "was changed"}]
