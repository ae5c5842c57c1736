"""Imports run one way (decision 0001), and the driver stays behind one module."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "ringleader": {"ringleader"},
    "loaders": {"ringleader", "loaders"},
    "algorithms": {"ringleader", "algorithms", "loaders"},
    "exports": {"ringleader", "exports", "algorithms"},  # decision 0011
    "jobs": {"ringleader", "loaders", "algorithms", "exports", "jobs"},
    "scenario": {"ringleader", "scenario"},
}
OURS = {*MAY_IMPORT, "cli"}
# Who may know the driver: the runner, its errors and values, and values in output.
DRIVER = {
    "ringleader/driver_errors.py",
    "ringleader/driver_values.py",
    "ringleader/graph.py",
    "ringleader/output.py",
}


def modules():
    for package in MAY_IMPORT:
        yield from sorted((ROOT / package).rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", list(modules()), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path):
    package = path.relative_to(ROOT).parts[0]
    tops = {name.split(".")[0] for name in imported(path)}
    assert tops & OURS <= MAY_IMPORT[package]


def test_modules_import_each_other_in_no_circle():
    named = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules()
    }
    graph = {name: set() for name in named}
    for name, path in named.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in named:
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & set(named)
                graph[name] |= inner or {node.module}
    TopologicalSorter(graph).prepare()  # says which modules, if there is one


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
