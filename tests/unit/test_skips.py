"""In CI a test that skips for want of something that can be installed fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
MODULES = {
    "test_calls.py": """
import pytest

def test_allowed():
    pytest.skip("NEEDS ../shared/data, WHICH IS NOT HERE")

def test_not_allowed():
    pytest.skip("NEEDS chromium, WHICH IS NOT HERE")

@pytest.mark.skipif(True, reason="no reason of ours")
def test_marked():
    pass

@pytest.mark.xfail
def test_expected_to_fail():
    assert False
""",
    "test_module.py": 'import pytest\n\npytest.importorskip("no_such_module")\n',
}


@pytest.mark.parametrize(
    ("ci", "code", "ends"),
    [
        ("true", 1, "1 failed, 1 skipped, 1 xfailed, 2 errors in "),
        ("", 0, "4 skipped, 1 xfailed in "),
    ],
)
def test_skips_fail_in_ci_only_and_have_their_reason_listed(tmp_path, ci, code, ends):
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    hooks = "from skips import pytest_make_collect_report, pytest_runtest_makereport\n"
    (tmp_path / "conftest.py").write_text(hooks)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-q", "--continue-on-collection-errors", tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(TESTS), "PYTEST_ADDOPTS": ""},
    )
    assert result.returncode == code, result.stdout
    assert result.stdout.splitlines()[-1].startswith(ends)
    assert "NEEDS ../shared/data, WHICH IS NOT HERE" in result.stdout
    assert ("CI must not skip this: NEEDS chromium, WHICH IS NOT HERE" in result.stdout) == bool(ci)
