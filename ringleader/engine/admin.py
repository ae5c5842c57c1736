"""Offline commands of ``neo4j-admin``, run on the managed server's folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ringleader.engine.folder import ServerFolder
from ringleader.errors import ServerError

# The tool's main class, run directly: its launcher would drop the --add-opens that it needs.
ADMIN_TOOL = "org.neo4j.cli.AdminTool"
# Neo4j and Java read these; the managed server is configured by its own files only.
_FOREIGN = ("NEO4J_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")

# Stands above what went wrong, where the tool knows; warnings may come before.
_BANNER = "Command Failed"


def clean_environment(folder: ServerFolder) -> dict[str, str]:
    """The environment of a Java process of the managed server."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    environment["NEO4J_HOME"] = str(folder.root)
    environment["NEO4J_CONF"] = str(folder.conf)
    return environment


def admin(
    java: Path, folder: ServerFolder, arguments: Sequence[str], where: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the admin tool in a folder whose configuration has been written.

    Args:
        java: The Java executable.
        folder: The server's folder; the server must not be running.
        arguments: As after ``neo4j-admin``, e.g. ``["database", "info"]``.
        where: The folder in which it runs; the server's by default.

    Raises:
        ServerError: The command failed.
    """
    command = [str(java), f"@{folder.java_arguments}", ADMIN_TOOL, *arguments]
    done = subprocess.run(
        command,
        env=clean_environment(folder),
        cwd=where or folder.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines()]
        known = lines[lines.index(_BANNER) + 1 :] if _BANNER in lines else lines
        said = [line for line in known if line.strip("-")]
        words = " ".join(argument for argument in arguments[:3] if not argument.startswith("@"))
        raise ServerError(
            f"neo4j-admin {words} failed ({done.returncode}): "
            + (said[0] if said else "it said nothing"),
            hint="ringleader server logs, then ringleader doctor",
        )
    return done


def set_initial_password(java: Path, folder: ServerFolder, password: str) -> None:
    """Set the password before the first start.

    It goes through a file that only this user can read: arguments are shown to everyone by `ps`.
    """
    arguments = folder.root / "run" / "password.args"
    arguments.unlink(missing_ok=True)
    handle = os.open(arguments, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(password + "\n")
        admin(java, folder, ["dbms", "set-initial-password", f"@{arguments}"])
    finally:
        arguments.unlink(missing_ok=True)
