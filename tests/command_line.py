"""The command line in the process of the tests: a process of its own costs a second or two a call.

Tests whose subject is the process itself (signals, exit, standard input of a terminal) start one.
"""

import contextvars
import subprocess
import sys

import pytest
from click.testing import CliRunner

from ringleader import log, progress
from ringleader.app import run
from ringleader.cli import cli


def called(args, *, folder, env, input=None):
    """Run a command as a process would, from its arguments to its exit code.

    Args:
        args: What follows `ringleader` on the line.
        folder: The current folder of the command.
        env: Variables on top of the environment.
        input: Text on its standard input.

    Returns:
        What `subprocess.run` returns.
    """
    line = [str(arg) for arg in args]
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        here.setattr(sys, "argv", ["ringleader", *line])
        # A process begins with these; a command before this one may have changed them.
        here.setattr(log, "_format", "text")
        here.setattr(progress, "_quiet", False)
        with CliRunner().isolation(input, env) as (out, err, _):
            code = contextvars.copy_context().run(run, cli)
            sys.stdout.flush()
            sys.stderr.flush()
            texts = [stream.getvalue().decode().replace("\r\n", "\n") for stream in (out, err)]
    return subprocess.CompletedProcess(line, code, *texts)
