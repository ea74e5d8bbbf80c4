from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from cleaner.corpus.ledger import DamagedError, Ledger
from cleaner.corpus.names import Names
from cleaner.corpus.readers import Began
from cleaner.corpus.walk import Broken, File
from cleaner.errors import Code, UsageError

SETTINGS = {"format": "txt", "language": ("en", "de"), "workers": 2, "timeout": 30.0}
FILES = [
    Began(0, File("in/a", "a", size=1, version="7")),
    Began(1, Broken("b", "in/b\udcff", Code.UNREADABLE, "gone")),
    Began(2, File("in/c", "c", size=3, version="9")),
]


def begun(out: Path) -> Ledger:
    ledger = Ledger(out)
    ledger.begin(SETTINGS, ["in"])
    for file in FILES:
        ledger.opened(file)
    ledger.commit({"place": [1, 1]})
    return ledger


def test_what_was_committed_is_remembered_and_nothing_else(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        Names(ledger.names).claim("a.txt")
        ledger.commit({"place": [2, 5]})
        Names(ledger.names).claim("b.txt")
        ledger.opened(Began(3, File("in/d", "d")))
    with closing(Ledger(tmp_path)) as ledger:
        assert (ledger.begun, ledger.finished, ledger.state(), ledger.files) == (
            True,
            False,
            {"place": [2, 5]},
            3,
        )
        names = Names(ledger.names)
        assert [names.claim("A.txt"), names.claim("b.txt"), names.claim("b.txt")] == [
            "A~2.txt",
            "b.txt",
            "b~2.txt",
        ]
        ledger.commit(ledger.state(), finished=True)
        ledger.shrink()
        assert ledger.finished
        ledger.forget()
        assert not ledger.begun and ledger.files == 0


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with closing(begun(tmp_path)), pytest.raises(UsageError, match="another run of cleaner is writing there"):
        Ledger(tmp_path)
    Ledger(tmp_path).close()


def test_other_settings_and_inputs_are_refused(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        ledger.refuse_other(SETTINGS | {"workers": 9, "timeout": 1.0, "language": ["en", "de"]}, ["in"])
        with pytest.raises(UsageError, match=r"other settings \(language was en,de, now en\); --restart"):
            ledger.refuse_other(SETTINGS | {"language": ("en",)}, ["in"])
        with pytest.raises(UsageError, match="holds what was made of in;"):
            ledger.refuse_other(SETTINGS, ["in", "more"])


def test_a_run_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path).close()
    monkeypatch.setattr("cleaner.corpus.ledger.__version__", "9.9")
    with closing(Ledger(tmp_path)) as ledger, pytest.raises(UsageError, match=r"this is 9\.9"):
        ledger.refuse_other(SETTINGS, ["in"])


def test_files_are_told_by_path_size_and_version(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        assert all(map(ledger.same, FILES))
        assert not ledger.same(Began(0, File("in/a", "a", size=2, version="7")))
        assert not ledger.same(Began(0, File("in/a", "a", size=1, version="8")))
        found = [Began(0, File("in/a", "a", size=2, version="7")), FILES[1], Began(2, File("in/x", "x"))]
        told = str(ledger.changed(found))
        assert "in/c is gone, in/a has changed, in/x is new; --restart" in told
        assert "in/a is new" not in told


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / ".cleaner").mkdir()
    (tmp_path / ".cleaner/ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(DamagedError, match="--restart"):
        Ledger(tmp_path)
