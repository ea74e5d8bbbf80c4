"""Through each library: a page that hangs, one that ends its process and one that is none are named, and the
others come through. Scrapy and Ray, whose tests start crawls and clusters, have theirs in their own files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cleaner.processes import fork_server
from tests.adapters.documents import PICTURE, rows, same_of, wanted
from tests.cases import ROOT

pytestmark = pytest.mark.slow

FAULTS = Path(__file__).parent / "faults"
OPTIONS: dict[str, Any] = {"processes": 1, "timeout": 3}
NAMED = {"none": "bad-row", "picture": "binary", "hangs": "timeout", "crashes": "killed"}
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def _faults() -> Iterator[None]:
    """Processes in which documents hang and crash; one server of them for all libraries."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", os.pathsep.join((str(FAULTS), str(ROOT))))
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        patched.setattr(fork_server, "_servers", {})
        yield


def by_arrow(given: Rows) -> Rows:
    pa = pytest.importorskip("pyarrow")
    from cleaner.adapters.arrow import map_in_arrow

    batches = map_in_arrow(pa.Table.from_pylist(given).to_batches(max_chunksize=4), **OPTIONS)
    return [row for batch in batches for row in batch.to_pylist()]


def by_datasets(given: Rows) -> Rows:
    datasets = pytest.importorskip("datasets")
    from cleaner.adapters.datasets import batch_cleaner

    cleaned = datasets.Dataset.from_list(given).map(
        batch_cleaner(**OPTIONS), batched=True, batch_size=4, keep_in_memory=True
    )
    return [*cleaned]


def by_datatrove(given: Rows) -> Rows:
    data = pytest.importorskip("datatrove.data")
    from cleaner.adapters.datatrove import Clean

    docs = [
        data.Document(text=text.decode("latin-1") if isinstance(text, bytes) else text, id=row["id"])
        for row in given
        for text in [row["html"] or row["text"]]
    ]
    return [
        {"id": doc.id, "text": doc.text} | doc.metadata for doc in Clean(rejected="keep", **OPTIONS).run(docs)
    ]


def by_spark(given: Rows) -> Rows:
    sql = pytest.importorskip("pyspark.sql")
    if not shutil.which("java"):
        pytest.skip("no Java")
    from cleaner.adapters.arrow import map_in_arrow, spark_schema

    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    # a Java that an earlier test started has the environment of then
    builder = builder.config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
    spark = builder.config("spark.log.level", "ERROR").getOrCreate()
    try:
        frame = spark.createDataFrame(given, "id string, html binary, text string")
        cleaned = frame.mapInArrow(partial(map_in_arrow, **OPTIONS), spark_schema(frame.schema)).collect()
    finally:
        spark.stop()
    return [row.asDict(recursive=True) for row in cleaned]


@pytest.mark.parametrize("way", [by_arrow, by_datasets, by_datatrove, by_spark])
def test_what_fails_is_named_and_the_others_come_through(way: Callable[[Rows], Rows]) -> None:
    texts = [row for row in rows() if row["text"]][:3]
    odd: Rows = [
        {"id": "none", "html": None, "text": None}, {"id": "picture", "html": PICTURE, "text": None},
        {"id": "hangs", "html": None, "text": "HANGS"}, {"id": "crashes", "html": None, "text": "CRASHES"},
    ]  # fmt: skip
    good: Rows = [{"id": row["id"], "html": None, "text": row["text"]} for row in texts]
    found = way([good[0], *odd[:2], good[1], *odd[2:], good[2]])
    failed = {row["id"]: row for row in found if row["verdict"] == "failed"}
    assert {id: row["error"]["code"] for id, row in failed.items()} == NAMED
    assert all(row["error"]["message"].startswith(f"{id}: ") for id, row in failed.items())
    assert same_of(row for row in found if row["id"] not in NAMED) == {
        r["id"]: wanted()[r["id"]] for r in good
    }
