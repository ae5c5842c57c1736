"""Imports run one way inside one package (decision 0001), and one module owns the driver."""

import ast
import os
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The Python API stands above the parts that it calls, and below the commands that call it.
API = ("ringleader/api/", "ringleader/__init__.py")
MAY_IMPORT = {
    "ringleader": {"ringleader"},
    "loaders": {"ringleader", "loaders"},
    "algorithms": {"ringleader", "algorithms", "loaders"},
    "exports": {"ringleader", "exports", "algorithms"},  # decision 0011
    "jobs": {"ringleader", "loaders", "algorithms", "exports", "jobs"},
    "scenario": {"ringleader", "scenario"},
    "service": {"ringleader", "service", "exports"},  # the report's looks
}
# The folders and the module that `ringleader/` links to, so that they are parts of the package.
LINKED = {*MAY_IMPORT, "cypher", "cli.py"} - {"ringleader"}
BARE = {name.removesuffix(".py") for name in LINKED}
# What may name every part: the command line, and `python -m ringleader` which calls it.
ENTRY = {"ringleader/__main__.py", "cli.py"}
# Who may know the driver: the runner, its errors and values, and values in output.
DRIVER = {
    "ringleader/graph/driver_errors.py",
    "ringleader/graph/driver_values.py",
    "ringleader/graph/notifications.py",
    "ringleader/graph/runner.py",
    "ringleader/output.py",
}


def modules():
    """Every module of the package, each once: links are not followed."""
    yield ROOT / "cli.py"
    for package in MAY_IMPORT:
        for folder, _, names in os.walk(ROOT / package):
            paths = (Path(folder) / name for name in sorted(names) if name.endswith(".py"))
            yield from (path for path in paths if not path.is_symlink())


def named(path):
    """The name that a module is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    below = parts if parts[0] == "ringleader" else ("ringleader", *parts)
    return ".".join(below).removesuffix(".__init__")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(name):
    """The part of the package that an imported name belongs to, ``ringleader`` for the core."""
    package, part = [*name.split("."), ""][:2]
    if package != "ringleader":
        return None
    return part if part in BARE else "ringleader"


def python_files():
    for folder in (*MAY_IMPORT, "benchmarks", "docs", "examples", "tests"):
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if not path.is_symlink())


@pytest.mark.parametrize("name", sorted(LINKED))
def test_package_links_to_folder_at_the_top_level(name):
    link = ROOT / "ringleader" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name
    assert link.exists()


def test_nothing_imports_a_linked_folder_bare():
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in python_files()
        for name in imported(path)
        if name.split(".")[0] in BARE
    }
    assert found == set()


@pytest.mark.parametrize("path", list(modules()), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path):
    parts = {part_of(name) for name in imported(path)} - {None}
    place = str(path.relative_to(ROOT))
    if place.startswith(API):
        jobs = {"jobs"} if place.endswith(("api/jobs.py", "__init__.py")) else set()
        assert parts - jobs <= {"ringleader", "loaders", "algorithms", "exports", "scenario"}
    elif place not in ENTRY:
        assert parts <= MAY_IMPORT[path.relative_to(ROOT).parts[0]]


def test_modules_import_each_other_in_no_circle():
    paths = {named(path): path for path in modules()}
    graph = {name: set() for name in paths}
    for name, path in paths.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in paths:
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & set(paths)
                graph[name] |= inner or {node.module}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_only_the_runner_imports_the_driver():
    found = {
        str(path.relative_to(ROOT))
        for path in modules()
        if any(name.split(".")[0] == "neo4j" for name in imported(path))
    }
    assert found <= DRIVER


def test_modules_stay_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
