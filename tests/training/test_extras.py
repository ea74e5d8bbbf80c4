"""The tests run without the training extras: a test that needs one skips itself, none fails to be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# An extra that is set to None cannot be imported, as if it were not installed.
IMPORT_ALL = """
import importlib
import sys
from pathlib import Path

import pytest

sys.modules.update(dict.fromkeys(("lightgbm", "sklearn", "torch")))
sys.path[:0] = sys.argv[1:]

for path in sorted(Path(sys.argv[1], "tests", "training").glob("test_*.py")):
    try:
        importlib.import_module("tests.training." + path.stem)
    except pytest.skip.Exception:
        pass
"""


@pytest.mark.slow
def test_tests_are_read_without_the_training_extras() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(Path(__file__).parents[2])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
