from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from cleaner import deadline as deadlines
from cleaner.deadline import deadline

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that signals")


class Inner(BaseException):
    pass


class Outer(BaseException):
    pass


def busy(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    before = signal.getsignal(signal.SIGALRM)
    yield
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_it_is_raised_in_time_and_not_without_need() -> None:
    start = time.monotonic()
    with pytest.raises(Inner), deadline(0.1, Inner):
        busy(10)
    assert time.monotonic() - start < 5
    with deadline(5, Inner):
        busy(0.01)


def test_one_that_is_swallowed_comes_again() -> None:
    swallowed = 0
    with pytest.raises(Inner), deadline(0.5, Inner):
        try:
            busy(10)
        except Inner:
            swallowed += 1
        busy(10)
    assert swallowed == 1


def test_the_outer_one_goes_on_while_the_inner_one_runs() -> None:
    start = time.monotonic()
    with pytest.raises(Outer), deadline(0.6, Outer):
        for _ in range(100):
            with deadline(9, Inner):
                busy(0.05)
    assert 0.5 < time.monotonic() - start < 4


def test_the_inner_one_is_heard_first_and_the_outer_one_in_its_time() -> None:
    start = time.monotonic()
    with pytest.raises(Outer), deadline(0.5, Outer):
        with pytest.raises(Inner), deadline(0.1, Inner):
            busy(10)
        busy(10)
    assert 0.4 < time.monotonic() - start < 4


def test_an_outer_one_that_is_due_by_then_comes_at_once() -> None:
    def late(*_: object) -> None:
        raise Outer

    before = signal.signal(signal.SIGALRM, late)
    try:
        with pytest.raises(Outer):
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with deadline(0.1, Inner):
                try:
                    busy(10)
                except Inner:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    busy(0.3)
            busy(5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def stopped_for(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much time passes in which the process does not run."""
    real: Callable[[], float] = vars(deadlines)["monotonic"]
    monkeypatch.setattr(deadlines, "monotonic", lambda: real() + seconds)


@pytest.mark.parametrize("threaded", [False, True])
def test_time_that_passed_while_stopped_does_not_count(
    monkeypatch: pytest.MonkeyPatch, threaded: bool
) -> None:
    def work() -> None:
        with deadline(3, Inner):
            busy(0.05)
            stopped_for(1000, monkeypatch)
            busy(0.7)

    in_a_thread(work) if threaded else work()


def test_a_clock_counts_what_was_computed_between_two_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = deadlines.ActiveClock(max_gap_s=1)
    stopped_for(1000, monkeypatch)
    assert 1 <= clock.now() < 2
    real: Callable[[], float] = vars(deadlines)["process_time"]
    monkeypatch.setattr(deadlines, "process_time", lambda: real() + 50)
    stopped_for(60, monkeypatch)
    assert 51 <= clock.now() < 53


@pytest.mark.parametrize("threaded", [False, True])
def test_time_spent_waiting_for_a_processor_does_not_count(
    monkeypatch: pytest.MonkeyPatch, threaded: bool
) -> None:
    """Of a process that gets a processor a twentieth of the time, only that counts."""
    monkeypatch.setattr(deadlines, "waiting_s", lambda thread_id: time.monotonic() * 0.95)

    def work() -> None:
        with deadline(0.3, Inner):
            busy(1)

    in_a_thread(work) if threaded else work()


@pytest.mark.skipif(sys.platform != "linux", reason="said there only")
def test_how_long_a_thread_waited_is_known_and_grows() -> None:
    before = deadlines.waiting_s(threading.get_native_id())
    busy(0.1)
    assert deadlines.waiting_s(threading.get_native_id()) >= before
    assert deadlines.waiting_s(1 << 30) == 0.0
    assert deadlines.waited_s(b"5000000000 2500000000 7\n") == 2.5


def in_a_thread(work: Callable[[], None]) -> None:
    """Runs it in a thread and raises here what it raises there."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def test_it_holds_in_other_threads_too() -> None:
    def work() -> None:
        with deadline(0.05, Inner):
            busy(10)

    start = time.monotonic()
    with pytest.raises(Inner):
        in_a_thread(work)
    assert time.monotonic() - start < 5


def test_in_a_thread_nothing_comes_after_the_end() -> None:
    def work() -> None:
        for _ in range(300):
            with suppress(Inner), deadline(0.0005, Inner):
                busy(0.0005)
        busy(0.05)

    in_a_thread(work)


def test_in_a_thread_both_of_two_are_heard_in_their_time() -> None:
    def work() -> None:
        with deadline(0.3, Outer):
            with pytest.raises(Inner), deadline(0.05, Inner):
                busy(10)
            with deadline(9, Inner):
                busy(10)

    with pytest.raises(Outer):
        in_a_thread(work)


TRACED = """
import sys, threading, time
from cleaner.deadline import deadline

class Late(BaseException): pass

def busy(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until: pass

def work():
    with deadline(9, Late): pass
    try:
        with deadline(0.05, Late): busy(9)
    except Late:
        print("late", end=" ")
    for _ in range(100):
        try:
            with deadline(0.0005, Late): busy(0.0005)
        except Late:
            pass

thread = threading.Thread(target=work)
thread.start()
thread.join()
sys.settrace(lambda *event: None)
busy(0)
print("done")
"""


@pytest.mark.slow
def test_what_is_traced_goes_on_after_a_deadline_in_a_thread() -> None:
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "late done\n", done.stderr
