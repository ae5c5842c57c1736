"""A Spark session of this process. Its log is in a file; an error cancels its jobs."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import SettingsError
from ringleader.loaders.functions import ON_SPARK

if TYPE_CHECKING:
    from ringleader.settings import Settings

# The versions that Spark 4 runs on.
JAVA = (17, 21)
_LOG = Path("logs") / "spark.log"
# What decides results and files: the same for a session of ours and for one of Spark Connect.
OPTIONS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Overflows are errors, as on DuckDB.
    "spark.sql.ansi.enabled": "true",
}
# What a Java process of ours shows and logs.
_OF_THE_PROCESS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "WARN",
}


@contextmanager
def spark_session(settings: Settings, folder: Path) -> Iterator[Any]:
    """A session as ``[engine]`` describes it; its jobs are cancelled when the block fails.

    Args:
        settings: ``engine.master`` or ``engine.remote``, ``engine.packages``, ``engine.memory``.
        folder: Where Spark may put what it keeps for itself.

    Raises:
        SettingsError: pyspark or Java is missing, or no cluster answers.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SettingsError(
            "the engine spark needs the package pyspark, which is not installed",
            hint='pip install "ringleader[spark]"',
        )
    # pyspark logs errors that it also raises, and warns that it does not know pandas 3.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
    session = _remote(settings) if settings.get("engine.remote") else _local(settings, folder)
    # py4j logs a Ctrl-C with its traceback; without a handler Python would print it.
    quiet = logging.NullHandler()
    logging.root.addHandler(quiet)
    try:
        for name, value in OPTIONS.items():
            session.conf.set(name, value)
        for declaration in ON_SPARK:
            session.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {declaration}")
        yield session
    except BaseException:
        with suppress(Exception):  # the error that ends the block is the one to report
            _cancel(session)
        raise
    finally:
        with suppress(Exception, KeyboardInterrupt):
            session.stop()
        logging.root.removeHandler(quiet)


def _cancel(session: Any) -> None:
    if hasattr(session, "interruptAll"):
        session.interruptAll()
    else:
        session.sparkContext.cancelAllJobs()


def _local(settings: Settings, folder: Path) -> Any:
    """A session whose driver is a Java process that this one starts."""
    # Python on the workers is the one that runs here, where the cluster is this machine.
    python = os.environ.get("PYSPARK_PYTHON", sys.executable)
    java = str(java_home())
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder.appName("ringleader")
    builder = builder.master(settings.get("engine.master") or "local[*]")
    builder = builder.config("spark.driver.memory", settings.get("engine.memory"))
    builder = builder.config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    if path := os.environ.get("PYTHONPATH"):
        builder = builder.config("spark.executorEnv.PYTHONPATH", path)
    for name, value in _OF_THE_PROCESS.items():
        builder = builder.config(name, value)
    if packages := settings.get("engine.packages"):
        builder = builder.config("spark.jars.packages", ",".join(packages))
    log = settings.home / _LOG
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with _errors_to(log), _environment(JAVA_HOME=java, PYSPARK_PYTHON=python):
            return builder.getOrCreate()
    except Exception as error:
        raise SettingsError(
            f"Spark did not start with master {settings.get('engine.master') or 'local[*]'}: "
            f"{_first_line(error)}",
            hint=f"read {log}; then [engine] master, memory in ringleader.toml",
        ) from error


def _remote(settings: Settings) -> Any:
    """A session of Spark Connect."""
    from pyspark.sql import SparkSession

    address = settings.get("engine.remote")
    try:
        return SparkSession.builder.remote(address).getOrCreate()
    except Exception as error:
        raise SettingsError(
            f"no Spark Connect answers at {address}: {_first_line(error)}",
            hint='[engine] remote = "sc://host:15002"; pip install "pyspark[connect]"',
        ) from error


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Variables of the environment for the processes that a block starts, and for nothing else."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _errors_to(log: Path) -> Iterator[None]:
    """Start processes with standard error in a file: Java writes there for as long as it lives."""
    ours = os.dup(2)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(ours, 2)
        os.close(ours)


def java_home() -> Path:
    """The home of a Java that runs Spark.

    Raises:
        SettingsError: There is none.
    """
    named = [home] if (home := os.environ.get("JAVA_HOME")) else []
    found = shutil.which("java")
    on_path = [str(Path(found).resolve().parent.parent)] if found else []
    installed = [
        str(home)
        for version in JAVA
        for home in sorted(Path("/usr/lib/jvm").glob(f"*{version}*"))
        if home.is_dir()
    ]
    for home in (*named, *on_path, *installed):
        if _version(Path(home)) in JAVA:
            return Path(home)
    raise SettingsError(
        f"the engine spark needs Java {' or '.join(map(str, JAVA))}, and none was found",
        hint="apt-get install openjdk-17-jre-headless, or set JAVA_HOME",
    )


def _version(home: Path) -> int | None:
    try:
        said = subprocess.run(
            [home / "bin" / "java", "--list-modules"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # Spark starts with this module, which slimmed-down runtimes leave out.
    module = re.search(r"^jdk\.incubator\.vector@(\d+)", said.stdout, re.MULTILINE)
    return int(module[1]) if module else None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
