"""How the process ends: with a thread still at work, without the interpreter's own end."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A thread that reads an input, what ends processes, and what the interpreter's own end would tear down.
PROGRAM = """
import atexit, sys, threading, time
import cleaner.__main__, cleaner.cli

class Torn:
    def __del__(self):
        sys.stdout.write("torn down")

def main(prog_name):
    print("said", end=", ")
    if sys.argv[1] == "reading":
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    sys.exit(130)

torn = Torn()
atexit.register(print, "ended", end=", ")
cleaner.cli.main = main
cleaner.__main__.run()
"""


@pytest.mark.parametrize(("reader", "told"), [("reading", "said, ended, "), ("", "said, ended, torn down")])
def test_with_a_thread_at_work_the_process_ends_at_once(reader: str, told: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, reader], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, told, "")
