from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from cleaner.corpus.checkpoint import DamagedLedgerError, Ledger
from cleaner.corpus.discover import FailedInput, File
from cleaner.corpus.output_paths import PathAllocator
from cleaner.corpus.readers import FileStarted
from cleaner.errors import ErrorCode, UsageError

SETTINGS = {"format": "txt", "language": ("en", "de"), "workers": 2, "timeout": 30.0}
FILES = [
    FileStarted(0, File("in/a", "a", size=1, version="7")),
    FileStarted(1, FailedInput("b", "in/b\udcff", ErrorCode.UNREADABLE, "gone")),
    FileStarted(2, File("in/c", "c", size=3, version="9")),
]


def begun(out: Path) -> Ledger:
    ledger = Ledger(out)
    ledger.begin(SETTINGS, ["in"])
    for file in FILES:
        ledger.add_file(file)
    ledger.commit({"place": [1, 1]})
    return ledger


def test_what_was_committed_is_remembered_and_nothing_else(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        PathAllocator(ledger.names).allocate("a.txt")
        ledger.commit({"place": [2, 5]})
        PathAllocator(ledger.names).allocate("b.txt")
        ledger.add_file(FileStarted(3, File("in/d", "d")))
    with closing(Ledger(tmp_path)) as ledger:
        assert (ledger.has_run, ledger.is_finished, ledger.state(), ledger.file_count) == (
            True,
            False,
            {"place": [2, 5]},
            3,
        )
        names = PathAllocator(ledger.names)
        assert [names.allocate("A.txt"), names.allocate("b.txt"), names.allocate("b.txt")] == [
            "A~2.txt",
            "b.txt",
            "b~2.txt",
        ]
        ledger.commit(ledger.state(), finished=True)
        ledger.discard_names()
        assert ledger.is_finished
        ledger.reset()
        assert not ledger.has_run and ledger.file_count == 0


def test_names_are_known_whether_they_are_written_yet_or_not(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        names = PathAllocator(ledger.names)
        allocated = [names.allocate(f"{n % 300}.txt") for n in range(700)]
        ledger.commit({})
    with closing(Ledger(tmp_path)) as ledger:  # its checksum is right
        names = PathAllocator(ledger.names)
        assert [names.allocate("7.txt"), names.allocate("299.txt")] == ["7~4.txt", "299~3.txt"]
    assert allocated[290:310:9] == ["290.txt", "299.txt", "8~2.txt"]
    assert len({*allocated}) == 700


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with closing(begun(tmp_path)), pytest.raises(UsageError, match="another run of cleaner is writing there"):
        Ledger(tmp_path)
    Ledger(tmp_path).close()


def test_other_settings_and_inputs_are_refused(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        ledger.refuse_incompatible(
            SETTINGS | {"workers": 9, "timeout": 1.0, "language": ["en", "de"]}, ["in"]
        )
        with pytest.raises(UsageError, match=r"other settings \(language was en,de, now en\); --restart"):
            ledger.refuse_incompatible(SETTINGS | {"language": ("en",)}, ["in"])
        with pytest.raises(UsageError, match="holds what was made of in;"):
            ledger.refuse_incompatible(SETTINGS, ["in", "more"])


def test_a_run_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path).close()
    monkeypatch.setattr("cleaner.corpus.checkpoint.__version__", "9.9")
    with closing(Ledger(tmp_path)) as ledger, pytest.raises(UsageError, match=r"this is 9\.9"):
        ledger.refuse_incompatible(SETTINGS, ["in"])


def test_files_are_told_by_path_size_and_version(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as ledger:
        assert all(map(ledger.is_unchanged, FILES))
        assert not ledger.is_unchanged(FileStarted(0, File("in/a", "a", size=2, version="7")))
        assert not ledger.is_unchanged(FileStarted(0, File("in/a", "a", size=1, version="8")))
        found = [
            FileStarted(0, File("in/a", "a", size=2, version="7")),
            FILES[1],
            FileStarted(2, File("in/x", "x")),
        ]
        told = str(ledger.changed_input_error(found))
        assert "in/c is gone, in/a has changed, in/x is new; --restart" in told
        assert "in/a is new" not in told


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / ".cleaner").mkdir()
    (tmp_path / ".cleaner/ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(DamagedLedgerError, match="--restart"):
        Ledger(tmp_path)


def many(out: Path) -> dict[str, list[tuple[object, ...]]]:
    """A ledger of many pages, with what is in it."""
    with closing(begun(out)) as ledger:
        names = PathAllocator(ledger.names)
        for number in range(3, 700):
            ledger.add_file(
                FileStarted(number, File(f"in/{number}.txt", f"{number}.txt", size=number, version="7"))
            )
            names.allocate(f"{number % 500}.txt")
        ledger.commit({"place": [699, 1]})
        return everything(ledger)


def everything(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    return {table: ledger.query(f"SELECT * FROM {table}") for table in ("told", "files", "names")}


@pytest.mark.slow
@pytest.mark.parametrize("damage", [b"\x00" * 8, b"\xff", b"9"], ids=["zeros", "ones", "a digit"])
def test_a_damaged_byte_is_said_or_does_no_harm(tmp_path: Path, damage: bytes) -> None:
    before = many(tmp_path)
    file = tmp_path / ".cleaner/ledger.sqlite"
    whole, said = file.read_bytes(), 0
    places = range(0, len(whole), 211)
    for at in places:
        file.write_bytes(whole[:at] + damage + whole[at + len(damage) :])
        try:
            with closing(Ledger(tmp_path)) as ledger:
                assert everything(ledger) == before, at
        except DamagedLedgerError as error:
            assert str(file) in str(error) and "--restart" in str(error)
            said += 1
        for more in tmp_path.glob(".cleaner/ledger.sqlite-*"):
            more.unlink()
    assert said > len(places) // 2


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9])
def test_a_ledger_that_was_cut_off(tmp_path: Path, share: float) -> None:
    many(tmp_path)
    file = tmp_path / ".cleaner/ledger.sqlite"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    if share:
        with pytest.raises(DamagedLedgerError, match="--restart"):
            Ledger(tmp_path)
    else:  # as a full disk leaves it: nothing was ever in it
        with closing(Ledger(tmp_path)) as ledger:
            assert not ledger.has_run


def test_damage_that_is_met_in_the_midst_of_a_run_is_said(tmp_path: Path) -> None:
    many(tmp_path)
    file = tmp_path / ".cleaner/ledger.sqlite"
    size = file.stat().st_size
    asks = (
        lambda ledger: ledger.file_count,
        lambda ledger: ledger.is_unchanged(FILES[0]),
        lambda ledger: ledger.changed_input_error([]),
        lambda ledger: ledger.state(),
        lambda ledger: ledger.has_run,
        lambda ledger: ledger.add_file(FILES[0]),
        lambda ledger: ledger.commit({}),
        lambda ledger: ledger.discard_names(),
        lambda ledger: ledger.names.get("77.txt"),
        lambda ledger: PathAllocator(ledger.names).allocate("77.txt"),
    )
    whole = file.read_bytes()
    for ask in asks:
        with closing(Ledger(tmp_path)) as ledger:
            ledger.query("COMMIT")  # what is read again is read from the disk
            ledger.query("PRAGMA wal_checkpoint(TRUNCATE)")
            ledger.query("PRAGMA cache_size=1")
            with file.open("r+b") as damaged:
                damaged.seek(100)
                damaged.write(b"\x55" * (size - 100))
            ledger.query("PRAGMA shrink_memory")
            ledger.query("BEGIN EXCLUSIVE")
            with pytest.raises(DamagedLedgerError, match=r"ledger\.sqlite: is damaged .*--restart"):
                ask(ledger)
        for more in tmp_path.glob(".cleaner/ledger.sqlite-*"):
            more.unlink()
        file.write_bytes(whole)
