"""A standalone Spark cluster on loopback: one master and two workers of one core, own processes."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringleader.loaders.spark.session import java_home

PATIENCE = 180


@dataclass
class Cluster:
    """A running cluster.

    Attributes:
        master: Its address.
        workers: The processes of the workers, by their folders.
    """

    master: str
    workers: dict

    def busy(self):
        """The workers that have an executor of an application."""
        return [folder for folder in self.workers if list(folder.glob("app-*/*/stderr"))]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _started(folder, env, *command):
    import pyspark

    folder.mkdir(parents=True, exist_ok=True)
    script = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([script, *command], env=env, stdout=log, stderr=log, cwd=folder)


def _wait_for(said, log):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if said in log.read_text(errors="replace"):
            return
        time.sleep(0.2)
    raise AssertionError(f"{log} does not say {said!r}: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def standalone(folder):
    """A cluster whose processes end with the block; SPARK_CONF_DIR keeps its heaps small."""
    conf = folder / "conf"
    conf.mkdir(parents=True)
    (conf / "spark-defaults.conf").write_text(
        "spark.executor.memory 600m\nspark.driver.host 127.0.0.1\n"
        "spark.driver.bindAddress 127.0.0.1\nspark.sql.shuffle.partitions 4\n"
    )
    env = {
        **os.environ,
        "JAVA_HOME": str(java_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(conf),
        "SPARK_DAEMON_MEMORY": "256m",
        "PYSPARK_PYTHON": sys.executable,
    }
    processes = []
    try:
        port = _free_port()
        deploy = "org.apache.spark.deploy"
        where = ("--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        processes.append(_started(folder / "master", env, f"{deploy}.master.Master", *where))
        _wait_for("New state: ALIVE", folder / "master" / "log")
        master = f"spark://127.0.0.1:{port}"
        workers = {}
        for number in (1, 2):
            place = folder / f"worker-{number}"
            size = ("--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--webui-port", "0")
            where = ("--work-dir", str(place), master)
            workers[place] = _started(place, env, f"{deploy}.worker.Worker", *size, *where)
            processes.append(workers[place])
        for place in workers:
            _wait_for("Successfully registered with master", place / "log")
        yield Cluster(master, workers), env
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
