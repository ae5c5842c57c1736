"""What is public: named once, typed, documented, light to import, and all that examples use."""

import ast
import dataclasses
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ringleader as rl
from ringleader import errors

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
METHODS = sorted(name for name in dir(rl.Connection) if not name.startswith("_"))
# Commands parse, call the API and render: what else they import declares names and choices.
COMMANDS = [
    path
    for part in ("loaders", "algorithms", "exports", "scenario")
    for path in sorted((ROOT / part).rglob("*commands.py"))
]
CALLED = ("ringleader.api", "ringleader.app", "ringleader.errors", "ringleader.output")
DECLARING = {
    "ringleader.loaders.contract",
    "ringleader.loaders.preset_files",
    "ringleader.exports.handover",
    "ringleader.exports.matching.terms",
}


def test_every_public_name_is_there_and_nothing_else_is_promised():
    assert rl.__all__ == sorted(rl.__all__)
    for name in rl.__all__:
        assert getattr(rl, name) is not None, name
    raised = {name for name, found in vars(errors).items() if inspect.isclass(found)}
    assert raised <= set(rl.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rl.nothing
    assert set(rl.__all__) <= set(dir(rl))


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, ringleader\n"
        "heavy = ('duckdb', 'ibis', 'pandas', 'neo4j', 'pyarrow', 'numpy', 'click', 'rich')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_documented_on_the_page_with_its_arguments(name):
    found = inspect.getattr_static(rl.Connection, name)
    if name in ("settings", "say"):
        return
    doc = inspect.getdoc(found)
    assert doc
    assert re.search(rf"^#### `r\.{name}`$", PAGE, re.M), f"docs/api_page.py lists no {name}"
    if inspect.isfunction(found):
        for given in inspect.signature(found).parameters.values():
            if given.name != "self":
                assert given.annotation is not inspect.Parameter.empty, given
        assert found.__annotations__["return"]


def test_results_are_frozen_and_the_page_lists_their_fields():
    results = [found for name in rl.__all__ if dataclasses.is_dataclass(found := getattr(rl, name))]
    assert len(results) > 8
    for found in results:
        assert found.__dataclass_params__.frozen, found
        section = PAGE.split(f"### `{found.__name__}`")[1].split("\n### ")[0]
        for known in dataclasses.fields(found):
            assert f"`{known.name}`" in section, f"{found.__name__}.{known.name}"


def imported(code):
    """Module and name of each import from the package; no name for the module itself."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def sources():
    for path in sorted((ROOT / "examples").rglob("*")):
        if path.suffix == ".py":
            yield path.name, path.read_text(encoding="utf-8")
        elif path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
            yield path.name, "\n".join(code)
    for path in (ROOT / "README.md", ROOT / "docs" / "ad-hoc.md"):
        blocks = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        yield path.name, "\n".join(blocks)


def test_examples_and_pages_import_the_public_api_only():
    used = {
        (place, module, name)
        for place, code in sources()
        for module, name in imported(code)
        if module.split(".")[0] == "ringleader"
    }
    assert {place for place, *_ in used} == {"hunt.ipynb", "README.md", "ad-hoc.md"}
    public = {("ringleader", name) for name in ("", *rl.__all__)}
    assert {(module, name) for _, module, name in used} <= public


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_call_the_api_and_nothing_below_it(path):
    modules = {
        module if module != "ringleader" else f"{module}.{name}"
        for module, name in imported(path.read_text(encoding="utf-8"))
        if module.split(".")[0] == "ringleader"
    }
    assert {m for m in modules if not m.startswith(CALLED)} <= DECLARING


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "ringleader" / "py.typed").exists()
