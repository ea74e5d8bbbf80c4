"""The examples run as they are, against the real libraries, and give what the API gives."""

from __future__ import annotations

import json
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.documents import rows, same_of, wanted
from tests.cases import ROOT

pytestmark = pytest.mark.slow


def run(name: str, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, str(source), str(target)])
    runpy.run_path(str(ROOT / "examples" / f"with_{name}.py"), run_name="__main__")


def clean_ones() -> dict[str, tuple[Any, ...]]:
    return {id: what for id, what in wanted().items() if what[0] == "clean"}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """The documents as a Parquet file."""
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.Table.from_pylist(rows()), tmp_path / "pages.parquet")
    return tmp_path / "pages.parquet"


@pytest.mark.parametrize("name", ["arrow", "pandas", "polars", "datasets", "spark"])
def test_tables(name: str, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip({"arrow": "pyarrow", "spark": "pyspark"}.get(name, name))
    if name == "spark":
        if not shutil.which("java"):
            pytest.skip("no Java")
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    if name == "datasets":
        monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    run(name, pages, tmp_path / "out.parquet", monkeypatch)
    from pyarrow import parquet

    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    if name == "arrow":
        assert same_of(found) == wanted()
    else:
        assert same_of(found) == clean_ones()
    assert sorted(row["n"] for row in found) == sorted(int(row["id"]) for row in found)


def test_datatrove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datatrove")
    (tmp_path / "in").mkdir()
    lines = [
        json.dumps({"id": row["id"], "text": row["html"] or row["text"], "n": row["n"]}) for row in rows()
    ]
    (tmp_path / "in/rows.jsonl").write_text("\n".join(lines), "utf-8")
    run("datatrove", tmp_path / "in", tmp_path / "out", monkeypatch)
    found = [
        json.loads(line) for line in (tmp_path / "out/clean/00000.jsonl").read_text("utf-8").splitlines()
    ]
    for row in found:
        row |= row["metadata"]
    assert same_of(found) == {id: what for id, what in clean_ones().items() if what[1]}
    stats = json.loads((tmp_path / "out/logs/stats.json").read_text("utf-8"))[1]["stats"]
    assert (stats["total"], stats["clean"]) == (len(rows()), len(clean_ones()))
    assert [row["n"] for row in found] == [int(row["id"]) for row in found]
