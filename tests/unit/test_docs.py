"""The generated pages are those that the code generates now."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_generated_pages_are_current():
    script = ROOT / "docs" / "generate.py"
    result = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert result.returncode == 0, f"{result.stdout}{result.stderr}run `make docs`"
