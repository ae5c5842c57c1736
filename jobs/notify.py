"""The step that tells another system about rings, or that a job failed: a webhook.

Signed as Standard Webhooks has it, so receivers can verify with a library of that name:
HMAC-SHA256 over ``id.timestamp.body`` in base64, behind ``v1,``, in ``webhook-signature``. The
header ``webhook-id`` is the same when a delivery is repeated, by the same run or by the one after
it (:func:`message_id`); ``webhook-timestamp`` is in seconds since 1970 UTC. The body holds counts
and ids of rings, never an identifier of an account.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ringleader.errors import DeliveryFailed, SettingsError
from ringleader.jobs.formats import FORMATS, UNSIGNED
from ringleader.jobs.messages import ALWAYS, CHANGES, FINDINGS, message
from ringleader.jobs.outcomes import Done, Occasion
from ringleader.subnets import is_loopback
from ringleader.version import __version__

if TYPE_CHECKING:
    import requests

# Standard Webhooks asks for 24 to 64 bytes.
KEY_BYTES = 24
BACKOFF_SECONDS = 1.0  # before the second repetition; then doubled
LONGEST_WAIT = 60  # seconds, whatever the receiver asks for
PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers after which it is tried again


def _address(_ctx: click.Context, _param: click.Parameter, url: str | None) -> str | None:
    """An address that may be used: encrypted, unless it does not leave this machine."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise click.BadParameter(f"{error}; expected https://host/path") from error
    if parts.username or parts.password:
        raise click.BadParameter("leave user and password out of the address; it is signed")
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise click.BadParameter("expected https://host/path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise click.BadParameter("use https; http is for this machine only")
    return url


# The keys of the step; it is no command of the command line.
KEYS = click.Command(
    "notify",
    params=[
        click.Option(["--url"], callback=_address, help="Where to, by https."),
        click.Option(
            ["--url-file"],
            type=click.Path(path_type=Path),
            help="File with the address, where the address itself is a secret.",
        ),
        click.Option(["--url-env"], help="Environment variable with the address."),
        click.Option(
            ["--format"],
            type=click.Choice(tuple(FORMATS)),
            help="What the receiver understands [default: ringleader].",
        ),
        click.Option(["--key-file"], type=click.Path(path_type=Path), help="File with the key."),
        click.Option(["--key-env"], help="Environment variable with the key."),
        click.Option(["--private"], is_flag=True, help="The receiver is in a private network."),
        click.Option(
            ["--when"],
            type=click.Choice((FINDINGS, CHANGES, ALWAYS)),
            help="Only if there are new rings (default), if any ring is new, returned, grown, "
            "merged or split or accounts were opened near one, or after every run.",
        ),
        click.Option(
            ["--timeout"],
            type=click.FloatRange(0.1, 120),
            help="Seconds for each attempt [default: 10].",
        ),
        click.Option(
            ["--attempts"],
            type=click.IntRange(1, 10),
            help="How often to try, at intervals that double [default: 4].",
        ),
    ],
)


def nothing_changed() -> Sequence[Mapping[str, Any]]:
    """No row: for who cannot read what changed."""
    return ()


def notify(
    say: Callable[[str], None],
    occasion: Occasion,
    changed: Callable[[], Sequence[Mapping[str, Any]]] = nothing_changed,
    *,
    url: str | None = None,
    url_file: Path | None = None,
    url_env: str | None = None,
    format: str | None = None,
    key_file: Path | None = None,
    key_env: str | None = None,
    private: bool = False,
    when: str | None = None,
    timeout: float | None = None,
    attempts: int | None = None,
) -> Done:
    """Notify another system of rings that are new or have changed, or that the job failed.

    Args:
        say: Called with messages.
        occasion: The run that tells.
        changed: Reads what became of rings since the job's last finished run.
        url: Where to, by https.
        url_file: Or a file with the address.
        url_env: Or an environment variable.
        format: A key of :data:`ringleader.jobs.formats.FORMATS`.
        key_file: File with the key of the signature, or of PagerDuty's routing key.
        key_env: Environment variable with it.
        private: Whether the receiver may be in a private network.
        when: ``findings`` (only if there are new rings), ``changes`` or ``always``.
        timeout: Seconds for each attempt.
        attempts: How often to try.

    Raises:
        SettingsError: There is no address or no key.
        DeliveryFailed: The receiver did not take it.
    """
    form, where = format or "ringleader", _where(url, url_file, url_env)
    key = b"" if form in UNSIGNED else read_key(key_file, key_env, coded=form == "ringleader")
    told = message(occasion, when or FINDINGS, changed)
    if told is None:
        what = "no changes" if when == CHANGES else "no new rings"
        say(f"{what}, so no notification is sent")
        return Done()
    findings = occasion.findings
    id_ = message_id(findings.job, occasion.number, where, told.about)
    content = FORMATS[form](told, id_, "" if form == "ringleader" else key.decode())
    signed = key if form == "ringleader" else None
    status = deliver(where, signed, id_, content, timeout or 10.0, attempts or 4, private=private)
    say(f"{urlsplit(where).hostname} was notified: {told.title}")
    return Done(counts=[{"status": status, "new_rings": len(findings.new)}])


def _where(url: str | None, file: Path | None, variable: str | None) -> str:
    """The address of the receiver.

    Raises:
        SettingsError: There is none, there are several, or it may not be used.
    """
    if sum(one is not None for one in (url, file, variable)) != 1:
        raise SettingsError("notify needs one of url, url_file and url_env")
    if url is not None:
        return url
    try:
        text = file.read_text(encoding="utf-8") if file else os.environ.get(variable or "", "")
        found = _address(click.Context(KEYS), KEYS.params[0], text.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the address of the webhook cannot be read: {error}") from error
    except click.BadParameter as error:
        raise SettingsError(f"the address of the webhook: {error.message}") from error
    return found or ""


def message_id(job: str, step: int, url: str, about: Sequence[Any]) -> str:
    """The id of a notification: the same if a run fails after it and is run again.

    Args:
        job: The job.
        step: Number of the step; two steps tell two things.
        url: Where to.
        about: What distinguishes it from another message of the step: what it reports, and the
            run since which it does. A ring that is gone may be found and reported again.
    """
    told = [job, step, url, *about]
    return "msg_" + hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def read_key(file: Path | None, variable: str | None, *, coded: bool = True) -> bytes:
    """The key of the signature.

    Args:
        file: A file that holds it.
        variable: Or an environment variable.
        coded: Whether it may be written in base64.

    Returns:
        Its bytes. A key that begins with ``whsec_`` is base64.

    Raises:
        SettingsError: There is none, there are two, or it is too short.
    """
    if (file is None) == (variable is None):
        raise SettingsError("notify needs either key_file or key_env", hint=_KEY_HINT)
    try:
        text = file.read_text(encoding="utf-8") if file else os.environ.get(variable or "", "")
        text = text.strip()
        in_base64 = coded and text.startswith("whsec_")
        key = base64.b64decode(text[6:], validate=True) if in_base64 else text.encode()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"the key of the webhook cannot be read: {error}", hint=_KEY_HINT
        ) from error
    if len(key) < KEY_BYTES:
        place = f"file {file}" if file else f"environment variable {variable}"
        raise SettingsError(
            f"the key of the webhook ({place}) has {len(key)} bytes; {KEY_BYTES} is the least",
            hint=_KEY_HINT,
        )
    return key


_KEY_HINT = "key_file = a file with the line whsec_$(openssl rand -base64 32), mode 600"


def signature(key: bytes, message: str, timestamp: int, body: bytes) -> str:
    """The signature of a delivery.

    Args:
        key: The key shared with the receiver.
        message: Its id.
        timestamp: Seconds since 1970 UTC.
        body: What is sent.
    """
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def deliver(
    url: str,
    key: bytes | None,
    message: str,
    content: dict[str, Any],
    timeout: float,
    attempts: int,
    *,
    private: bool = False,
) -> int:
    """Send one notification.

    Args:
        url: Where to.
        key: What it is signed with; None for a receiver that knows no signature.
        message: Its id, by which a receiver knows a repetition.
        content: The body.
        timeout: Seconds for each attempt.
        attempts: How often to try.
        private: Whether the receiver may be in a private network.

    Returns:
        The status of the answer.

    Raises:
        DeliveryFailed: No attempt was taken, or the receiver is where none may be; redirections
            are not followed.
    """
    import requests

    from ringleader.jobs.receivers import CheckedAdapter

    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    host = str(urlsplit(url).hostname)
    adapter = CheckedAdapter(private=private, loopback=is_loopback(host))
    answer: requests.Response | None = None
    wrong: requests.RequestException | None = None
    with requests.Session() as session:
        for scheme in ("https://", "http://"):  # the address itself may be written another way
            session.mount(scheme, adapter)
        for number in range(attempts):
            time.sleep(_pause(number, answer))
            try:
                # An empty auth keeps a password of the user's .netrc out.
                answer = session.post(
                    url,
                    data=body,
                    headers=_headers(key, message, body),
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,  # its answer is not read: it may have no end
                    auth=lambda request: request,
                )
            except requests.RequestException as error:
                answer, wrong = None, error
                continue
            if answer.status_code not in PASSING:
                break
    if answer is None:
        # The text of what was wrong may hold the whole address.
        raise DeliveryFailed(
            f"{host} could not be notified: {type(wrong).__name__} in {attempts} attempts",
            hint="run the job again: what was new stays new until a run is done",
        ) from wrong
    if not 200 <= answer.status_code < 300:
        raise DeliveryFailed(
            f"{host} answers {answer.status_code} {answer.reason}",
            hint="check url and key; what was new stays new until a run is done",
        )
    return answer.status_code


def _headers(key: bytes | None, message: str, body: bytes) -> dict[str, str]:
    """The headers of an attempt. Each has its own time: receivers refuse what is minutes old."""
    now = int(time.time())
    return {
        "content-type": "application/json",
        "user-agent": f"ringleader/{__version__}",
        "webhook-id": message,
        "webhook-timestamp": str(now),
        **({} if key is None else {"webhook-signature": signature(key, message, now, body)}),
    }


def _pause(number: int, answer: requests.Response | None) -> float:
    """Seconds before an attempt: what the receiver asked for, else none, one, two, four."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    asked = answer.headers.get("retry-after") if answer is not None else None
    if asked:
        with suppress(InvalidHeader):
            return min(Retry().parse_retry_after(asked), LONGEST_WAIT)
    return min(BACKOFF_SECONDS * 2 ** (number - 2), LONGEST_WAIT) if number > 1 else 0.0
