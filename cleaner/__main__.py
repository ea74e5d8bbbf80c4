"""`cleaner` and `python -m cleaner`: the command line, quiet also where Ctrl-C comes while it is loaded."""

from __future__ import annotations


def run() -> None:
    """Load the command line and run it."""
    try:
        from cleaner.cli import main
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    main(prog_name="cleaner")


if __name__ == "__main__":
    run()
