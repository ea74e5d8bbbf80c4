"""`python -m cleaner` is the command line."""

from __future__ import annotations

from cleaner.cli import main

main(prog_name="cleaner")
