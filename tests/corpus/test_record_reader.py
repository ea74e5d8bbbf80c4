from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from cleaner.corpus.record_reader import StoredRecord, read_records
from cleaner.errors import RecordError, UsageError


def read(path: Path, *rows: Any) -> list[StoredRecord]:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(zstandard.ZstdCompressor().compress(data) if path.suffix == ".zst" else data)
    return [*read_records(str(path))]


def fault(one: StoredRecord) -> str:
    assert isinstance(one.fault, RecordError)
    return str(one.fault)


def test_a_records_own_text_comes_first(tmp_path: Path) -> None:
    found = read(
        tmp_path / "r.jsonl",
        {"id": 1, "text": "t", "held": None},
        {"id": 2, "text": "", "held": "h"},
        {"id": 3, "output": None},
    )
    assert [(one.text, one.fault) for one in found] == [("t", None), ("h", None), ("", None)]


def test_a_text_beside_the_shard(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.txt").write_bytes(b"one\r\n\n")
    shard = tmp_path / "records/part-00000.jsonl.zst"
    [one, gone] = read(shard, {"id": 1, "output": "corpus/a.txt"}, {"id": 2, "output": "corpus/b.txt"})
    assert one.text == "one\r\n"
    assert "corpus/b.txt: cannot be read" in fault(gone)
    assert [one.record["id"] for one in read_records(str(tmp_path))] == [1, 2]


@pytest.mark.parametrize("path", ["../a.txt", "/etc/passwd", "corpus/../../a.txt", 5, ""])
def test_a_record_points_nowhere_outside(tmp_path: Path, path: Any) -> None:
    [one] = read(tmp_path / "records/r.jsonl", {"id": 1, "output": path})
    assert "does not say where it is" in fault(one)


def test_rows_of_a_shard(tmp_path: Path) -> None:
    read(tmp_path / "corpus/part-00000.jsonl.zst", *({"id": n, "text": f"t{n}"} for n in range(4)))
    pointing = [{"id": n, "output": "corpus/part-00000.jsonl.zst", "row": n} for n in (0, 2, 3, 9)]
    found = read(tmp_path / "records/part-00000.jsonl.zst", *pointing)
    assert [one.text for one in found[:3]] == ["t0", "t2", "t3"]
    assert "has no row 9" in fault(found[3])


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        [*read_records(str(tmp_path / "no"))]
    (tmp_path / "r.jsonl.zst").write_bytes(b"no zstd")
    with pytest.raises(RecordError, match=r"r\.jsonl\.zst: cannot be read"):
        [*read_records(str(tmp_path / "r.jsonl.zst"))]
