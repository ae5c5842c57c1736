"""The step that sends an e-mail, by SMTP."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any

import click

from ringleader.errors import DeliveryFailed, SettingsError
from ringleader.jobs.messages import ALWAYS, CHANGES, FINDINGS, message
from ringleader.jobs.notify import message_id
from ringleader.jobs.outcomes import Done, Occasion
from ringleader.subnets import is_loopback

STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}

# The keys of the step; it is no command of the command line.
KEYS = click.Command(
    "mail",
    params=[
        click.Option(["--to"], multiple=True, required=True, help="To whom; several make a list."),
        click.Option(["--from", "sender"], required=True, help="From whom."),
        click.Option(["--host"], required=True, help="The mail server."),
        click.Option(["--port"], type=click.IntRange(1, 65_535), help="Its port [default: 587]."),
        click.Option(
            ["--security"],
            type=click.Choice(tuple(PORTS)),
            help="How the connection is encrypted [default: starttls]; none for this machine only.",
        ),
        click.Option(["--username"], help="The login there, if it asks for one."),
        click.Option(["--password-file"], type=click.Path(path_type=Path), help="Its password."),
        click.Option(["--password-env"], help="Environment variable with the password."),
        click.Option(
            ["--when"],
            type=click.Choice((FINDINGS, CHANGES, ALWAYS)),
            help="Only if there are new rings (default), if any ring changed, or after every run.",
        ),
        click.Option(["--timeout"], type=click.FloatRange(0.1, 120), help="Seconds [default: 20]."),
    ],
)


def mail(
    say: Callable[[str], None],
    occasion: Occasion,
    changed: Callable[[], Sequence[Mapping[str, Any]]],
    *,
    to: Sequence[str],
    sender: str,
    host: str,
    port: int | None = None,
    security: str | None = None,
    username: str | None = None,
    password_file: Path | None = None,
    password_env: str | None = None,
    when: str | None = None,
    timeout: float | None = None,
) -> Done:
    """Send an e-mail about new rings, changes, or the failure of the job.

    Args:
        say: Called with messages.
        occasion: The run that tells.
        changed: Reads what became of rings.
        to: To whom.
        sender: From whom.
        host: The mail server.
        port: Its port.
        security: ``starttls``, ``tls`` or ``none``.
        username: The login.
        password_file: File with its password.
        password_env: Or an environment variable.
        when: ``findings``, ``changes`` or ``always``.
        timeout: Seconds for each answer of the server.

    Raises:
        SettingsError: An address is none, or the connection would not be encrypted.
        DeliveryFailed: The server did not take it.
    """
    how = security or STARTTLS
    if how == NONE and not is_loopback(host):
        raise SettingsError(
            f"mail to {host} would not be encrypted", hint='security = "starttls" or "tls"'
        )
    told = message(occasion, when or FINDINGS, changed)
    if told is None:
        say("nothing to tell, so no e-mail is sent")
        return Done()
    letter = EmailMessage()
    try:
        letter["Subject"] = told.title
        letter["From"], letter["To"] = sender, ", ".join(to)
        letter["Date"] = formatdate(usegmt=True)
        # The same when it is sent again, so that mail programs show it once.
        id_ = message_id(occasion.findings.job, occasion.number, host, told.about)
        letter["Message-ID"] = f"<{id_}@{sender.rpartition('@')[2]}>"
        letter.set_content("\n".join((told.title, "", *told.lines, "")))
    except ValueError as error:  # a line break in an address
        raise SettingsError(f"mail: {error}") from error
    password = _password(password_file, password_env)
    _send(letter, host, port or PORTS[how], how, username, password, timeout or 20.0)
    say(f"{host} took an e-mail to {len(to)} {'address' if len(to) == 1 else 'addresses'}")
    return Done(counts=[{"recipients": len(to)}])


def _password(file: Path | None, variable: str | None) -> str | None:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"the password of the mail server: {error}") from error
    if variable is None:
        return None
    if variable not in os.environ:
        raise SettingsError(f"environment variable {variable} is not set")
    return os.environ[variable]


def _send(
    letter: EmailMessage,
    host: str,
    port: int,
    how: str,
    username: str | None,
    password: str | None,
    timeout: float,
) -> None:
    trusted = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=timeout, context=trusted)
            if how == TLS
            else smtplib.SMTP(host, port, timeout=timeout)
        ) as server:
            if how == STARTTLS:
                server.starttls(context=trusted)
            if username is not None:
                server.login(username, password or "")
            refused = server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryFailed(
            f"{host} did not take the e-mail: {type(error).__name__}",
            hint="check host, port, security and login; what was new stays new until a run is done",
        ) from error
    if refused:
        raise DeliveryFailed(f"{host} refused {len(refused)} of the addresses")
