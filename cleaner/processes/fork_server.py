"""A process that has loaded everything and forks workers: each starts in milliseconds and shares its memory.

As multiprocessing's fork server, but a server of our own never imports the user's script, so that what the
script loads, or does without an `if __name__ == "__main__"`, is neither loaded nor done again in any worker;
and it does not depend on what the user's code does with multiprocessing.

The server ends when the process that started it does: the socket between them is closed then.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection

from cleaner.collector import collect_rarely
from cleaner.errors import CleanerError

# Libraries load slowly from a cold disk; what has not started by then never will.
STARTUP_TIMEOUT_S = 120.0
# A request: what to do, and to which process. The answer: a process id, or whether one ended, and its status.
FORK, WAIT = 0, 1
REQUEST, ANSWER = struct.Struct("!Bi"), struct.Struct("!?i")
MAX_POLL_S = 0.02
COMMAND = """
import sys; sys.path[:] = {path}
from cleaner.processes.fork_server import serve; serve({socket}, {modules})
"""


class WorkerError(CleanerError):
    """Workers cannot be started."""


class WorkerProcess:
    """A process that a server has forked."""

    def __init__(self, server: _Server, pid: int) -> None:
        self._server, self.pid = server, pid
        self.exitcode: int | None = None  # minus a signal's number where that ended it

    def kill(self) -> None:
        """End it at once."""
        if self.exitcode is None:  # the server keeps the id from being used again until it is asked
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def join(self, timeout: float = STARTUP_TIMEOUT_S) -> None:
        """Wait until it has ended, for so many seconds."""
        until, pause = time.monotonic() + timeout, 0.0005
        while self.exitcode is None and time.monotonic() < until:
            self.exitcode = self._server.exit_code(self.pid)
            if self.exitcode is None:
                time.sleep(pause)
                pause = min(2 * pause, MAX_POLL_S)


def fork_worker(theirs: Connection, modules: Sequence[str]) -> WorkerProcess:
    """A process that `run_worker` of the pool runs in, with its end of a pipe.

    `modules` are those that the server imports before it forks. It is started where none runs that has them.
    WorkerError when that fails.
    """
    with _lock:
        server = _servers.get(tuple(modules))
        if server is None or not server.is_alive():
            server = _servers[tuple(modules)] = _Server(modules)
    try:
        return WorkerProcess(server, server.fork(theirs.fileno()))
    except (OSError, EOFError) as error:
        exit_text = server.exit_text()
        server.close()
        raise WorkerError(
            f"worker processes cannot be started: the process that starts them ended{exit_text}; what it "
            "said is on stderr; in Python, workers=1 does without"
        ) from error


_lock = threading.Lock()
_servers: dict[tuple[str, ...], _Server] = {}


def _forget_servers() -> None:
    """In a process forked from one that has servers: they are not its own, and a thread may hold the lock."""
    global _lock
    _lock = threading.Lock()
    for server in _servers.values():
        server.close()
    _servers.clear()


os.register_at_fork(after_in_child=_forget_servers)


class _Server:
    """The server as the process sees it that started it."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._lock, self._owner = threading.Lock(), os.getpid()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(STARTUP_TIMEOUT_S)
        with theirs, _sigint_blocked():
            self._process = subprocess.Popen(
                _python_command(theirs.fileno(), modules),
                pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        atexit.register(self.close)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def exit_text(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            return f" with exit code {self._process.wait(1)}"
        return ""

    def fork(self, fd: int) -> int:
        """The id of a new process that has the file descriptor."""
        with self._lock:
            socket.send_fds(self._socket, [REQUEST.pack(FORK, 0)], [fd])
            return self._answer()[1]

    def exit_code(self, pid: int) -> int | None:
        """How a process ended; None while it runs. -SIGKILL where the server is gone, and nobody knows."""
        try:
            with self._lock:
                self._socket.sendall(REQUEST.pack(WAIT, pid))
                has_ended, status = self._answer()
        except (OSError, EOFError):
            return -signal.SIGKILL
        return os.waitstatus_to_exitcode(status) if has_ended else None

    def _answer(self) -> tuple[bool, int]:
        data = b""
        while len(data) < ANSWER.size:
            more = self._socket.recv(ANSWER.size - len(data))
            if not more:
                raise EOFError
            data += more
        return ANSWER.unpack(data)

    def close(self) -> None:
        """End it; nothing is waited for in a process forked from the one that started it."""
        self._socket.close()
        if os.getpid() == self._owner:
            self._process.kill()
            self._process.wait()


def _python_command(fd: int, modules: Sequence[str]) -> list[str]:
    from multiprocessing.spawn import get_executable

    executable = get_executable() or sys.executable
    if not executable:
        raise WorkerError("workers need the path of Python's program, and sys.executable has none")
    flags: list[str] = getattr(subprocess, "_args_from_interpreter_flags", list)()
    # written in ASCII: a path may hold bytes that are no UTF-8
    command = COMMAND.format(path=ascii(sys.path), socket=fd, modules=ascii([*modules]))
    return [os.fsdecode(executable), *flags, "-c", command]


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Processes started here ignore Ctrl-C: the supervisor ends them."""
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)


# -- in the server


def serve(fd: int, modules: Sequence[str]) -> None:
    """Load the modules, then fork as often as asked, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    for name in modules:
        import_module(name)
    import_module("cleaner.processes.pool")
    gc.collect()
    gc.freeze()  # the collector would write to every page of memory that forked processes share
    with socket.socket(fileno=fd) as requests:
        while True:
            message, fds, _, _ = socket.recv_fds(requests, REQUEST.size, 1)
            if len(message) < REQUEST.size:
                return
            what, pid = REQUEST.unpack(message)
            if what == FORK:
                requests.sendall(ANSWER.pack(True, _fork_child(requests, fds[0])))
            else:
                ended_pid, status = os.waitpid(pid, os.WNOHANG)
                requests.sendall(ANSWER.pack(ended_pid == pid, status))


def _fork_child(requests: socket.socket, fd: int) -> int:
    """The id of the child, which gets the pipe's end and never returns from here."""
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    code = 1
    try:
        requests.close()
        run_child(Connection(fd))
        code = 0
    except KeyboardInterrupt:  # before the worker had its first message: the process that asked says so
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def run_child(pipe: Connection) -> None:
    """What the pipe's first message says: a function and its arguments."""
    function, arguments = pickle.loads(pipe.recv_bytes())
    function(pipe, *arguments)
