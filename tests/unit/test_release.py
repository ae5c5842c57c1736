"""The version stands in one place, the changelog fits it, and a release moves both."""

import re
import runpy
import subprocess
import tomllib
from importlib.metadata import version as installed
from pathlib import Path

import pytest
from click.testing import CliRunner

from ringleader.cli import cli
from ringleader.version import __version__

ROOT = Path(__file__).resolve().parents[2]
RELEASE = runpy.run_path(str(ROOT / ".ci" / "release.py"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
SECTIONS = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$", CHANGELOG, re.MULTILINE)


def numbers(version):
    return tuple(map(int, version.removesuffix(".dev0").split(".")))


def git(root, *arguments):
    return subprocess.run(
        ["git", "-C", root, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_version_stands_in_one_place():
    found = CliRunner().invoke(cli, ["--version"])
    assert found.output.strip() == f"ringleader, version {__version__}"
    assert __version__ == installed("ringleader")
    quoted = git(ROOT, "grep", "-l", "--fixed-strings", f'"{VERSION}"', "--", ":!tests")
    mentioned = [path for path in quoted.splitlines() if not path.startswith("requirements/")]
    assert mentioned == ["pyproject.toml"]


def test_the_changelog_fits_the_version():
    assert SECTIONS[0] == ("Unreleased", "")
    released = SECTIONS[1:]
    assert all(date for _, date in released)
    versions = [numbers(name) for name, _ in released]
    assert versions == sorted(set(versions), reverse=True)
    assert [date for _, date in released] == sorted((date for _, date in released), reverse=True)
    if VERSION.endswith(".dev0"):  # of the next one
        assert numbers(VERSION) > versions[0]
    else:
        assert released[0][0] == VERSION
    for name, _ in released:
        assert RELEASE["notes"](CHANGELOG, name).startswith("### ")


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0.2.0.dev0"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [Unreleased]\n\n### Added\n- A thing.\n\n"
        "## [0.1.0] - 2026-11-28\n\n- B.\n"
    )
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "a")
    git(tmp_path, "config", "user.email", "a@example.org")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def test_a_release_moves_the_version_and_is_tagged_with_its_notes(repository):
    RELEASE["release"](repository, "0.2.0", "0.3.0")
    at_tag = git(repository, "show", "v0.2.0:pyproject.toml")
    assert 'version = "0.2.0"' in at_tag
    log = git(repository, "show", "v0.2.0:CHANGELOG.md")
    assert re.search(
        r"## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n- A thing\.", log
    )
    assert git(repository, "cat-file", "-t", "v0.2.0") == "tag"
    told = git(repository, "tag", "--list", "--format=%(contents)", "v0.2.0")
    assert told == "ringleader 0.2.0\n\n### Added\n- A thing."
    assert 'version = "0.3.0.dev0"' in (repository / "pyproject.toml").read_text()
    assert git(repository, "log", "--format=%s").splitlines() == [
        "Begin 0.3.0", "Release 0.2.0", "Begin",
    ]  # fmt: skip
    assert git(repository, "status", "--porcelain") == ""
    # Nothing has changed since, so there is nothing to release.
    with pytest.raises(SystemExit, match="says nothing about Unreleased"):
        RELEASE["release"](repository, "0.3.0", "0.4.0")


@pytest.mark.parametrize(
    "version, following, said",
    [
        ("0.1.1", "0.2.0", "is not the next one"),
        ("0.2.0", "0.2.0", "is not later"),
        ("0.2.0", "0.3", "is no version"),
    ],
)
def test_another_version_is_refused(repository, version, following, said):
    with pytest.raises(SystemExit, match=said):
        RELEASE["release"](repository, version, following)
    assert git(repository, "tag") == ""


def test_what_is_not_committed_is_refused(repository):
    (repository / "more").touch()
    with pytest.raises(SystemExit, match="not committed"):
        RELEASE["release"](repository, "0.2.0", "0.3.0")
