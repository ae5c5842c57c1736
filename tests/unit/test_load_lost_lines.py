"""A quote that does not end must not take good rows along unsaid."""

import pytest

from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

HEAD = "account_id,user_agent,timestamp\n"
GOOD = "a,ua,2026-02-01\n"


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


def read(workspace, tmp_path, text):
    path = tmp_path / "requests.csv"
    path.write_text(text, newline="")
    return validate(workspace, [inspect(path)], Mapping(BY_NAME["requests"]), ("api",))


@pytest.mark.parametrize(
    ("tail", "lost"),
    [
        ('b,"ua,2026-02-01\n' + GOOD * 300, "300"),
        ('b,"ua,2026-02-01\n' + GOOD * 2000 + 'c,"ua",2026-02-01\n' + GOOD, "2,001"),
        ('b,"ua,2026-02-01\n' + GOOD * 300_000 + 'c,"ua",2026-02-01\n' + GOOD, "300,001"),
    ],
)
def test_stray_quote(workspace, tmp_path, tail, lost):
    with pytest.raises(InputError, match="a quote that does not end") as caught:
        read(workspace, tmp_path, HEAD + GOOD * 10 + tail)
    assert caught.value.message.startswith(f"{tmp_path}/requests.csv: ")
    assert f"line 12: {lost} lines after it" in caught.value.message
    assert caught.value.hint


def test_a_bad_quote_that_ends_on_its_line_costs_its_row_only(workspace, tmp_path):
    many = 'm,"two\n\nlines",2026-02-01\n\n'  # line ends inside quotes, and blank lines, are fine
    head = "account_id,prompt,timestamp\n"
    text = head + many + GOOD + 'b,"u"a,2026-02-01\n' + many + GOOD * 300
    prepared = read(workspace, tmp_path, text)
    assert (prepared.read, prepared.refused) == (304, 1)
    assert prepared.reasons == {"a quote that does not end": 1}


def test_a_long_line_costs_its_row_only(workspace, tmp_path):
    text = HEAD + GOOD + f"b,{'x' * 5_000_000},2026-02-01\n" + GOOD * 300
    prepared = read(workspace, tmp_path, text)
    assert (prepared.read, prepared.refused) == (302, 1)


def test_lines_between_two_stray_quotes_are_no_value(workspace, tmp_path):
    tail = 'b,"ua,2026-02-01\n' + GOOD * 5 + 'b,ua",2026-02-01\n'
    prepared = read(workspace, tmp_path, HEAD + GOOD + tail)
    assert (prepared.read, prepared.refused) == (2, 1)
    assert prepared.reasons == {"user_agent: holds a line break; a stray quote?": 1}
