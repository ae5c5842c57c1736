"""Texts that are nearly right, for parsers: seeds with cuts, repeats and pieces of others.

`make fuzz` tries many more of them (`RINGLEADER_FUZZ` is the number for each parser). An input that
makes a parser do anything but answer or raise an error of ours is kept in `tests/unit/found`, and
tried in every run from then on.
"""

import hashlib
import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ringleader.errors import RingleaderError

FOUND = Path(__file__).parent / "found"
EXAMPLES = int(os.environ.get("RINGLEADER_FUZZ", "60"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# What has broken parsers: numbers out of range, half characters, names of files, ends of lines.
ODD = (
    "\0", "\n", "\r", "\t", "\x0b", "\x1b[31m", "\x85", "\u2028", "\u202e", "\ufeff", "\U0010ffff",
    "'", '"', "`", "\\", "\\u", "\\u0000", "{", "}", "[", "]", "(", ")", ",", ";", ":", "=", "#",
    "//", "/*", "*/", "--", "..", "$", "%", "&", "*", "?", "|", "<", ">", "~", "NaN", "null",
    "true", "-0", "1e999", "99999999999999999999999999", "0x", "_", "../../etc/passwd",
    "file:///etc/passwd", "é", "ｆｕｌｌ", "İ", "ß",
)  # fmt: skip


@st.composite
def nearly(draw, seeds, pieces=()):
    """A seed after some edits."""
    text = draw(st.sampled_from(seeds))
    pool = st.one_of(
        st.sampled_from((*ODD, *pieces, *(seed[:200] for seed in seeds))),
        st.text(max_size=12),
    )
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        match draw(st.sampled_from(("put", "cut", "double", "replace", "end"))):
            case "put":
                text = text[:start] + draw(pool) + text[start:]
            case "cut":
                text = text[:start] + text[end:]
            case "double":
                text = text[:end] + text[start:]
            case "replace":
                text = text[:start] + draw(pool) + text[end:]
            case "end":
                text = text[:start]
    return text


def files(seeds, pieces=()):
    """The bytes of a file that is nearly right; now and then it is no text at all."""
    good = nearly(seeds, pieces).map(lambda text: text.encode("utf-8", "surrogatepass"))
    broken = st.tuples(good, st.binary(max_size=8)).map(lambda two: two[0] + two[1])
    return st.one_of(good, good, good, broken)


def answers(name, parse, given):
    """Let a parser answer or raise an error of ours; anything else is kept and raised."""
    try:
        parse(given)
    except RingleaderError as error:
        assert error.message
    except Exception:
        if "RINGLEADER_FUZZ" in os.environ:
            data = given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass")
            kept = FOUND / name / hashlib.sha256(data).hexdigest()[:16]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
        raise


def kept(name):
    """What was found for a parser before."""
    return [path.read_bytes() for path in sorted((FOUND / name).glob("*"))]
