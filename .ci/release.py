"""Make a release: the version, the changelog's section, a commit, an annotated tag.

::

    python .ci/release.py 0.2.0 --next 0.3.0     # on a clean main; then: git push --follow-tags
    python .ci/release.py --notes 0.2.0          # the release notes

The version stands in pyproject.toml and nowhere else. Between releases it is that of the next one
with `.dev0`, and what changes is written under "Unreleased".
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

VERSION = re.compile(r'^version = "(?P<version>[^"]+)"$', re.MULTILINE)
NUMBER = re.compile(r"\d+\.\d+\.\d+")
UNRELEASED = "## [Unreleased]\n"


def notes(changelog: str, version: str) -> str:
    """The section of a version: its release notes.

    Args:
        changelog: The text of CHANGELOG.md.
        version: The version, or ``Unreleased``.
    """
    found = re.search(
        rf"^## \[{re.escape(version)}\][^\n]*\n(?P<text>.*?)(?=^## \[|\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if found is None or not found["text"].strip():
        raise SystemExit(f"CHANGELOG.md says nothing about {version}")
    return found["text"].strip() + "\n"


def release(root: Path, version: str, following: str) -> None:
    """Commit and tag a release, and begin the next version.

    Args:
        root: The repository.
        version: The version to release.
        following: The version that comes after it.
    """
    project, log = root / "pyproject.toml", root / "CHANGELOG.md"
    text, changelog = project.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")
    found = VERSION.search(text)
    present = found["version"] if found else ""
    if present != f"{version}.dev0":
        raise SystemExit(f"pyproject.toml has version {present}, so {version} is not the next one")
    if _numbers(following) <= _numbers(version):
        raise SystemExit(f"--next {following} is not later than {version}")
    if _git(root, "status", "--porcelain"):
        raise SystemExit("there are changes that are not committed")
    if _git(root, "tag", "--list", f"v{version}"):
        raise SystemExit(f"there is a tag v{version}")
    told = notes(changelog, "Unreleased")
    today = datetime.now(UTC).date().isoformat()
    log.write_text(
        changelog.replace(UNRELEASED, f"{UNRELEASED}\n## [{version}] - {today}\n", 1),
        encoding="utf-8",
    )
    _set_version(project, text, version)
    _git(root, "commit", "--quiet", "--all", "--message", f"Release {version}")
    # Lines that begin with a hash are headings here, not comments.
    _git(
        root, "tag", "--annotate", f"v{version}", "--cleanup=whitespace",
        "--message", f"ringleader {version}\n\n{told}",
    )  # fmt: skip
    _set_version(project, text, f"{following}.dev0")
    _git(root, "commit", "--quiet", "--all", "--message", f"Begin {following}")


def _set_version(project: Path, text: str, version: str) -> None:
    project.write_text(VERSION.sub(f'version = "{version}"', text, count=1), encoding="utf-8")


def _numbers(version: str) -> tuple[int, ...]:
    if not NUMBER.fullmatch(version):
        raise SystemExit(f"{version} is no version: three numbers with points between them")
    return tuple(map(int, version.split(".")))


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607 - the one that is found first
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def main() -> None:
    """Parse and call."""
    parser = argparse.ArgumentParser(description="Make a release.")
    parser.add_argument("version", nargs="?")
    parser.add_argument("--next", dest="following", help="the version that comes after it")
    parser.add_argument("--notes", metavar="VERSION", help="print the release notes of a version")
    given = parser.parse_args()
    root = Path(__file__).resolve().parents[1]
    if given.notes:
        sys.stdout.write(notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), given.notes))
        return
    if not given.version or not given.following:
        parser.error("give the version, and --next")
    release(root, given.version, given.following)
    print(f"v{given.version} is tagged; next: git push --follow-tags")


if __name__ == "__main__":
    main()
