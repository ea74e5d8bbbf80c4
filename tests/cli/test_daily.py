"""What a run is asked every day: a few of the documents, what it would cost, what it did; in this process."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cleaner.cli import dry_run, main, message_hooks
from cleaner.cli.progress import Progress, duration_text
from cleaner.corpus import outcomes
from cleaner.corpus.discover import File
from cleaner.corpus.readers import FileStarted, Inputs, Item, Skipped
from cleaner.corpus.selection import Selection
from tests.cli.run import PROSE
from tests.corpus import fake


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_this_process: None) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(outcomes, "clean", fake.clean)  # what is tested here is not the cleaning
    yield
    assert not message_hooks


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abcd":
        (folder / f"{name}.txt").write_text(PROSE)
    rows = [json.dumps({"id": f"row {n}", "text": PROSE}) for n in range(20)]
    (folder / "rows.jsonl").write_text("\n".join(rows))
    (folder / "e.pdf").write_bytes(b"%PDF")
    return folder


def clean(*args: object, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["clean", *map(str, args)], input=stdin)


def ids(inputs: Inputs) -> list[str]:
    return [
        f"{item.file.id}:{item.index_in_file}"  # type: ignore[union-attr]
        for item in inputs.items()
        if not isinstance(item, FileStarted | Skipped)
    ]


def test_a_sample_is_always_the_same_and_changes_little_as_the_input_grows(crawl: Path) -> None:
    first = ids(Inputs([str(crawl)], selection=Selection(sample=8)))
    assert first == ids(Inputs([str(crawl)], selection=Selection(sample=8))) and len(first) == 8
    everything = ids(Inputs([str(crawl)]))
    assert first == [id for id in everything if id in first] and first != everything[:8]
    assert ids(Inputs([str(crawl)], selection=Selection(sample=8, limit=3))) == first[:3]
    assert ids(Inputs([str(crawl)], selection=Selection(limit=5))) == everything[:5]
    assert ids(Inputs([str(crawl)], selection=Selection(sample=99))) == everything
    (crawl / "aa.txt").write_text(PROSE)
    assert len({*first} & {*ids(Inputs([str(crawl)], selection=Selection(sample=8)))}) >= 7


def test_a_limited_run_goes_on_where_it_was(crawl: Path) -> None:
    inputs = Inputs([str(crawl)], selection=Selection(limit=6))
    rest = [item for item in inputs.items(4, 1, 5) if not isinstance(item, FileStarted | Skipped)]
    assert [item.index_in_file for item in rest] == [2]


def test_limit_and_sample_in_the_command(crawl: Path, tmp_path: Path) -> None:
    ran = clean(crawl, "-f", "jsonl", "--limit", 2)
    assert (ran.exit_code, [json.loads(line)["id"] for line in ran.stdout.splitlines()]) == (
        0,
        ["a.txt", "b.txt"],
    )
    ran = clean(crawl, "--limit", 2, "-o", tmp_path / "out")
    assert ran.exit_code == 0, ran.stderr
    told = json.loads((tmp_path / "out/summary.json").read_text())
    assert told["documents"]["in"] == 2 and told["settings"]["limit"] == 2
    assert "nothing is left to do" in clean(crawl, "--limit", 2, "-o", tmp_path / "out").stderr
    ran = clean(crawl, "--limit", 3, "-o", tmp_path / "out")
    assert ran.exit_code == 2 and "limit was 2, now 3" in ran.stderr
    ran = clean(crawl, "-o", tmp_path / "out")
    assert ran.exit_code == 2 and "limit was 2, now None" in ran.stderr
    ran = clean("-", "--sample", 2, stdin=PROSE)
    assert ran.exit_code == 2 and "stdin: cannot be read twice, as --sample has to" in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="wants a disk that is full")
def test_a_log_that_cannot_be_written_is_named(crawl: Path, tmp_path: Path) -> None:
    ran = clean(crawl, "-o", tmp_path / "out", "--log", "/dev/full")
    assert ran.exit_code == 2 and "/dev/full: cannot be written: No space left" in ran.stderr


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('[sites."example.org"]\ndrop = [".promo"]', 'sites was [{"host":"example.org",'),
        ('[phrases]\nhouse-ad = ["Get our app"]', 'phrases was {"house-ad":{'),
    ],
)
def test_tables_of_an_earlier_run_are_settings_too(
    table: str, told: str, crawl: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(table)
    ran = clean(crawl, "--config", tmp_path / "own.toml", "-o", tmp_path / "out", "-q")
    assert ran.exit_code == 0, ran.stderr
    ran = clean(crawl, "-o", tmp_path / "out")
    assert ran.exit_code == 2 and told in ran.stderr and "now none" in ran.stderr


def test_a_dry_run_says_what_would_be_and_writes_nothing(crawl: Path, tmp_path: Path) -> None:
    ran = clean(crawl, "-o", tmp_path / "out", "--dry-run", "--json")
    assert ran.exit_code == 0 and not (tmp_path / "out").exists() and ran.stdout == ""
    assert re.search(r"would clean 24 documents in 5 files, [\d.]+ kB", ran.stderr)
    assert re.search(r"would take (about \d+ s|less than a second) of CPU .* \(estimated from 8", ran.stderr)
    assert "skipped 1 file of other types (.pdf 1)" in ran.stderr
    found = json.loads(ran.stderr.splitlines()[-1])
    assert found["kinds"]["*.txt"] == {"documents": 4, "bytes": 4 * len(PROSE)}
    assert found["kinds"]["rows of JSON"]["documents"] == 20 and found["cpu_seconds"] >= 0
    clean(crawl, "-o", tmp_path / "out", "-q")
    (crawl / "a.txt").unlink()
    (crawl / "new.txt").write_text(PROSE)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.txt")}
    found = json.loads(clean(crawl, "-o", tmp_path / "out", "--dry-run", "--json").stderr.splitlines()[-1])
    assert (found["documents"], found["files_kept"], found["files_gone"]) == (1, 4, 1)
    anew = clean(crawl, "-o", tmp_path / "out", "--dry-run", "--json", "--restart", "--record", "full")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no documents there" in clean(empty, "--dry-run").stderr
    assert anew.exit_code == 0 and json.loads(anew.stderr.splitlines()[-1])["files"] == 5
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.txt")}


def test_a_dry_run_without_a_small_document_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run, "MAX_TRIED_BYTES", 10)
    (tmp_path / "one").mkdir()
    (tmp_path / "one/a.txt").write_text(PROSE)
    told = clean(tmp_path / "one", "--dry-run").stderr
    assert "no document is small enough to estimate the cost from; nothing was written" in told


def test_a_folder_is_the_same_with_a_slash_behind_it(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert clean("in", "-o", "out").exit_code == 0
    ran = clean("in/", "-o", "out")
    assert ran.exit_code == 0 and "is complete; nothing is left to do" in ran.stderr
    assert clean("./in", "-o", "out").exit_code == 2  # whose files have other paths


def test_a_dry_run_with_a_sample_says_what_the_run_would_do(crawl: Path, tmp_path: Path) -> None:
    def dry(*options: object) -> Result:
        return clean(crawl, "-o", tmp_path / "out", "--dry-run", *options)

    clean(crawl, "-o", tmp_path / "out", "--sample", 3, "-q")
    same = dry("--sample", 3).stderr
    assert "would clean 0 documents" in same and "5 files would be kept as they were" in same
    for other in ((), ("--sample", 4), ("--sample", 3, "--limit", 2)):
        ran = dry(*other)
        assert ran.exit_code == 2 and "was cleaned with other settings" in ran.stderr
    (crawl / "new.txt").write_text(PROSE)
    assert "would clean 3 documents" in dry("--sample", 3).stderr  # of more files it may be another sample
    (crawl / "new.txt").unlink()
    (crawl / "d.txt").unlink()
    gone = dry("--sample", 3)
    assert gone.exit_code == 2 and "--prune takes it away" in gone.stderr
    assert "would clean 3 documents" in dry("--sample", 3, "--prune").stderr


@pytest.mark.parametrize("option", ["--sample", "--limit"])
def test_diff_with_a_part_leaves_out_the_rest_and_says_so(crawl: Path, tmp_path: Path, option: str) -> None:
    out = tmp_path / "out"
    clean(crawl, "-o", out, option, 3, "-q")
    n_all = len(ids(Inputs([str(crawl)])))
    ran = CliRunner().invoke(main, ["diff", str(crawl), str(out), "--stat"])
    assert f"{out}: holds {option} 3 of the input: {n_all - 3} documents left out" in ran.stderr
    assert ran.exit_code == 0 and "failed" not in ran.output and "3 documents: 3 clean" in ran.stdout


def test_a_log_has_what_is_hidden_too_with_the_time_and_grows(crawl: Path, tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    (crawl / "bad.jsonl").write_text("{bad")
    ran = clean(crawl, "-o", tmp_path / "out", "-q", "--log", log)
    lines = log.read_text().splitlines()
    assert ran.exit_code == 3 and ran.stderr.count("\n") == 1 and "not JSON" in ran.stderr
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d ", line) for line in lines)
    text = "\n".join(lines)
    assert "bad.jsonl:1: not JSON" in text and "documents in" in text and "\033" not in text
    assert clean(crawl, "-o", tmp_path / "out", "-f", "md", "--log", log).exit_code == 2
    assert "format was txt, now md" in log.read_text() and log.read_text().startswith(text)
    ran = clean(crawl / "a.txt", "--log", tmp_path / "none/run.log")
    assert ran.exit_code == 2 and "run.log: cannot be written" in ran.stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_says_what_is_left_and_is_full_only_at_the_end(
    crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr, clock = Terminal(), iter(range(0, 10**6, 1))
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setattr("cleaner.cli.progress.time.monotonic", lambda: float(next(clock)))
    inputs = Inputs([str(crawl / "rows.jsonl")])
    shares = list[float]()
    with Progress(inputs, is_shown=True) as shown:
        for item in inputs.items():
            if not isinstance(item, FileStarted):
                shown.count()
                shares.append(shown.share())
    drawn = stderr.getvalue().split("\r")
    assert re.search(r"10 documents, \d+/s, \d+ s left", stderr.getvalue()) or "left" in stderr.getvalue()
    assert shares == sorted(shares) and drawn[-1].endswith("\n")
    assert not any(re.search("#{24}", line) for line in drawn[:-2]), drawn
    assert "20 documents" in drawn[-1]


@pytest.mark.parametrize(("seconds", "text"), [(12.4, "12 s"), (185, "3:05 min"), (7800, "2:10 h")])
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_name_of_a_text_is_a_file_for_one_text(crawl: Path, tmp_path: Path) -> None:
    assert clean(crawl / "a.txt", "-o", "out.txt").exit_code == 0
    assert (tmp_path / "out.txt").read_text() == PROSE
    for args, message in (
        ((crawl, "-o", "all.txt"), "more than one document"),
        ((crawl / "a.txt", "-o", "a.md"), "the format is txt; -f md"),
        ((crawl / "a.txt", "-o", crawl / "a.txt"), "a.txt: is a file, and the input"),
    ):
        ran = clean(*args)
        assert ran.exit_code == 2 and message in ran.stderr, ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.txt"]


@pytest.mark.parametrize(
    ("pattern", "is_refused"), [("in/**", True), ("in/*", True), ("*/**/x.txt", True), ("in/*.txt", False)]
)
def test_a_pattern_that_finds_what_is_written_is_refused(crawl: Path, pattern: str, is_refused: bool) -> None:
    ran = clean(pattern, "-o", "in/out")
    assert (ran.exit_code, f"in/out: lies where {pattern} looks" in ran.stderr) == (
        2 * is_refused,
        is_refused,
    )


def restore(*args: object) -> Result:
    return CliRunner().invoke(main, ["restore", *map(str, args)])


@pytest.mark.parametrize("names", [["a", "a/b", "a/b/c"], ["a/b/c", "a/b", "a"]])
def test_a_file_and_a_folder_of_one_name_are_both_restored(tmp_path: Path, names: list[str]) -> None:
    rows = [{"id": name, "text": PROSE + name} for name in names]
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.Table.from_pylist([{**row, "text": row["text"].encode()} for row in rows])
    parquet.write_table(table, tmp_path / "ab.parquet")
    clean("ab.parquet", "-o", "out", "--record", "full", "-q")
    for _ in range(2):  # again: what is there is right
        assert restore("out", "-o", "raw").exit_code == 0
        found = {path.read_text() for path in (tmp_path / "raw").rglob("*") if path.is_file()}
        assert found == {row["text"] for row in rows}


def test_restore_goes_on_after_what_it_cannot_write(crawl: Path, tmp_path: Path) -> None:
    clean(crawl, "-o", "out", "--record", "full", "-q")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/b.txt").write_text("of another hand")
    ran = restore("out", "-o", "raw")
    assert ran.exit_code == 3 and "b.txt: is there already with other content" in ran.stderr
    assert (tmp_path / "raw/d.txt").read_text() == PROSE


def test_an_id_field_that_is_not_there_is_said_once(crawl: Path) -> None:
    def said(*options: str) -> str:
        return CliRunner().invoke(main, ["clean", "in/rows.jsonl", "-f", "jsonl", *options]).stderr

    assert "in/rows.jsonl:1: no id in the field 'key' (--id-field); fields there: id. Rows" in said(
        "--id-field", "key"
    )
    assert "--id-field" not in said() + said("--id-field", "text", "--field", "id")
    into_folder = clean("in/rows.jsonl", "-o", "out", "--id-field", "key").stderr
    piped = clean("-f", "jsonl", "--id-field", "key", stdin=(crawl / "rows.jsonl").read_text()).stderr
    one = clean("--limit", 1, "in/rows.jsonl", "--id-field", "key").stderr
    for err in (into_folder, piped, one):
        assert err.count("no id in the field 'key' (--id-field); fields there: id.") == 1


def test_the_row_in_question_is_read_once(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    items_of_kind = Inputs._items_of_kind

    def counted(self: Inputs, file: File, after: int) -> Iterator[Skipped | Item]:
        read.append(file.id)
        return items_of_kind(self, file, after)

    monkeypatch.setattr(Inputs, "_items_of_kind", counted)
    assert "no id in the field" in clean("in/rows.jsonl", "-f", "jsonl", "--id-field", "key").stderr
    assert read == ["rows.jsonl"]
