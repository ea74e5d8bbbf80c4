"""The tests' surroundings, the same wherever they are started."""

from __future__ import annotations

import signal

import hypothesis
import pytest

# A deadline would measure how busy the machine is, and so does the check that examples are made fast enough;
# what must be fast has a test that counts CPU time.
BUSY_MACHINE = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("cleaner", deadline=None, suppress_health_check=BUSY_MACHINE)
hypothesis.settings.register_profile(
    "quick", deadline=None, suppress_health_check=BUSY_MACHINE, max_examples=30
)


def pytest_configure(config: pytest.Config) -> None:
    """Fewer examples for `make quick`.

    A shell that starts something in the background has it ignore Ctrl-C, and all that it starts in turn:
    tests that interrupt a run would wait for ever.
    """
    hypothesis.settings.load_profile("quick" if config.option.markexpr == "not slow" else "cleaner")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`cleaner clean` starts no workers: a stand-in for the core is seen, and it is fast."""
    from cleaner.cli.clean import CleanCommand

    monkeypatch.setattr(CleanCommand, "_worker_count", 0)
