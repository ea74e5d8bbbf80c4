from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from cleaner.corpus.readers import FailedInput, Inputs, read_inputs
from cleaner.document import Document
from cleaner.errors import MissingExtraError, UsageError
from tests.cli.run import PROSE, cleaner

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket() -> Iterator[str]:
    """A folder in memory, under an address."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    rows = "".join(json.dumps({"id": n, "text": "x"}) + "\n" for n in range(3))
    for name, data in {
        "a.txt": b"one",
        "sub/b.html": b"<p>two",
        "r.jsonl.gz": gzip.compress(rows.encode()),
        "c.png": b"",
    }.items():
        system.pipe(f"/bucket/{name}", data)
    yield "memory://bucket"
    system.store.clear()


def test_a_folder_a_pattern_and_a_file(bucket: str) -> None:
    skipped: Counter[str] = Counter()
    found = [*read_inputs([bucket], skipped=skipped)]
    assert [one.id for one in found] == ["a.txt", "0", "1", "2", "sub/b.html"]
    assert skipped == {".png": 1}
    assert [one.id for one in read_inputs([f"{bucket}/*.txt"])] == ["a.txt"]
    [one] = read_inputs([f"{bucket}/a.txt"])
    assert isinstance(one, Document)
    assert (one.id, one.raw, one.meta["source"]) == ("a.txt", "one", "memory:///bucket/a.txt")
    assert Inputs([bucket]).total_bytes() > 50


def test_what_is_not_there(bucket: str) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        [*read_inputs(["memory://nowhere"])]
    [broken, fine] = read_inputs(["memory://nowhere/a.txt", f"{bucket}/a.txt"])
    assert isinstance(broken, FailedInput) and isinstance(fine, Document)
    with pytest.raises(UsageError, match="nope"):
        [*read_inputs(["nope://bucket"])]


def test_the_extra_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "fsspec", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'cleaner\[remote\]'"):
            [*read_inputs(["s3://bucket"])]
        with pytest.raises(MissingExtraError, match=r"or: curl -L https://a\.b/c \| cleaner clean -$"):
            [*read_inputs(["https://a.b/c"])]
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(MissingExtraError, match=r"gs://bucket: gs:// needs gcsfs: pip install gcsfs$"):
        [*read_inputs(["gs://bucket"])]


def test_a_run_over_an_address_goes_on_and_sees_changes(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(PROSE)
    args = ("clean", f"file://{tmp_path}/in", "-o", tmp_path / "out")
    assert cleaner(*args).code == 0
    assert (tmp_path / "out/corpus/a.txt").read_text() == PROSE
    assert "nothing is left to do" in cleaner(*args).err
    (tmp_path / "in/a.txt").write_text(PROSE * 2)
    assert "files: 1 changed; 1 document cleaned" in cleaner(*args).err
    assert (tmp_path / "out/corpus/a.txt").read_text() == PROSE * 2
