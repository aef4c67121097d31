import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")


def test_the_package_is_typed_strictly(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", os.environ.get("PYTHONPYCACHEPREFIX", str(tmp_path))],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout + found.stderr
