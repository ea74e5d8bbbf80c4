"""The same documents through the bare API and through each adapter: whether all agree, and how fast each is.

    python -m bench.adapters [--documents 500] [--data DATA]

Libraries that are not installed are left out. Rows a second are by processor time, of this process and of all
that it started, so that a busy machine does not matter much; by the clock beside that.
The documents are made (`bench/corpus.py`); with --data they are the shortest labelled pages of that folder.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zstandard

import cleaner
from bench.corpus import documents
from bench.soak import used_seconds
from cleaner.processes.preload import load_everything
from training.flatten import by_text_nodes, lines_of
from training.pages import held_out_ids, read_all_rows

Row = dict[str, Any]
Way = Callable[[list[Row]], Iterable[Row]]
# What must be the same, whatever a document goes through.
SAME = ("verdict", "text", "confidence")


def by_api(rows: list[Row]) -> Iterable[Row]:
    """`clean_many`, in this process."""
    docs = (
        cleaner.make_document(
            row["html"] or row["text"], id=row["id"], kind="html" if row["html"] else "text"
        )
        for row in rows
    )
    return (done.to_dict("none") for done in cleaner.clean_many(docs, errors="return"))


def by_command(rows: list[Row]) -> Iterable[Row]:
    """The command, rows on stdin and stdout; starting it counts."""
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    command = [sys.executable, "-m", "cleaner", "clean", "-", "-f", "jsonl", "--record", "none", "--isolated"]
    done = subprocess.run(
        command, input=lines, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return map(json.loads, done.stdout.splitlines())


def by_command_and_folder(rows: list[Row]) -> Iterable[Row]:
    """The command from a file into a folder, whose manifest has a row a document; starting it counts."""
    with tempfile.TemporaryDirectory() as name:
        source, out = Path(name) / "rows.jsonl", Path(name) / "out"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        command = [sys.executable, "-m", "cleaner", "clean", str(source), "-o", str(out), "-f", "jsonl"]
        subprocess.run([*command, "--record", "none", "--isolated", "-q", "--workers", "1"], check=False)
        texts: dict[str, str] = {}
        for shard in (out / "corpus").glob("part-*.jsonl.zst"):
            with zstandard.open(shard, "rt", encoding="utf-8") as lines:
                texts |= {row["id"]: row["text"] for row in map(json.loads, lines)}
        manifest = map(json.loads, (out / "manifest.jsonl").read_bytes().splitlines())
        return [row | {"text": texts.get(row["id"], "")} for row in manifest]


def by_rows(rows: list[Row]) -> Iterable[Row]:
    """`RowCleaner`, which all adapters use."""
    from cleaner.adapters.rows import RowCleaner

    return RowCleaner().clean_rows(rows)


def by_rows_apart(rows: list[Row]) -> Iterable[Row]:
    """The same in one process beside this, which goes on: by the clock only."""
    from cleaner.adapters.rows import RowCleaner

    return RowCleaner(processes=1).clean_rows(rows)


def by_arrow(rows: list[Row]) -> Iterable[Row]:
    """Record batches."""
    import pyarrow as pa

    from cleaner.adapters.arrow import map_in_arrow

    batches = pa.Table.from_pylist(rows).to_batches(max_chunksize=256)
    return chain.from_iterable(batch.to_pylist() for batch in map_in_arrow(batches))


def by_pandas(rows: list[Row]) -> Iterable[Row]:
    """A frame of pandas, there and back."""
    import pandas as pd
    import pyarrow as pa

    from cleaner.adapters.arrow import clean_table

    given = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
    cleaned: Iterable[Row] = clean_table(given).to_pandas().to_dict("records")
    return cleaned


def by_polars(rows: list[Row]) -> Iterable[Row]:
    """A frame of polars, there and back."""
    import polars as pl

    from cleaner.adapters.arrow import clean_table

    given = pl.DataFrame(rows, infer_schema_length=None)
    cleaned: Iterable[Row] = pl.DataFrame(clean_table(given.to_arrow())).to_dicts()
    return cleaned


def by_datasets(rows: list[Row]) -> Iterable[Row]:
    """`Dataset.map`."""
    from datasets import Dataset, disable_progress_bars

    from cleaner.adapters.datasets import batch_cleaner

    disable_progress_bars()
    given = Dataset.from_list(rows)
    cleaned: Iterable[Row] = given.map(batch_cleaner(), batched=True, batch_size=256, keep_in_memory=True)
    return cleaned


def by_datatrove(rows: list[Row]) -> Iterable[Row]:
    """A datatrove step for pages and one for texts, since its documents have one field for both."""
    from datatrove.data import Document

    from cleaner.adapters.datatrove import Clean

    for kind in ("html", "text"):
        docs = [Document(text=row[kind], id=row["id"]) for row in rows if row[kind] is not None]
        for doc in Clean(kind=kind, rejected="keep").run(docs):
            yield {"id": doc.id, "text": doc.text} | doc.metadata


def by_scrapy(rows: list[Row]) -> Iterable[Row]:
    """Items through the pipeline, with one process beside this; without a crawl."""
    from scrapy.settings import BaseSettings

    from cleaner.adapters.scrapy import CleanerPipeline

    settings = {"CLEANER_WORKERS": 1, "CLEANER_FIELDS": ["id", *SAME]}
    pipeline = CleanerPipeline.from_crawler(SimpleNamespace(settings=BaseSettings(settings), stats=None))

    async def process() -> list[Row]:
        items: list[Row] = await asyncio.gather(*(pipeline.process_item(dict(row)) for row in rows))
        return items

    try:
        return asyncio.run(process())
    finally:
        pipeline.close_spider()


def by_ray(rows: list[Row]) -> Iterable[Row]:
    """Ray Data with one actor on a cluster of this machine; starting it counts, and by the clock only."""
    import ray

    from cleaner.adapters.ray import CleanBatches

    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        records = ray.data.from_items(rows).map_batches(
            CleanBatches, compute=ray.data.ActorPoolStrategy(size=1), batch_format="pyarrow", batch_size=64
        )
        return sorted(records.take_all(), key=lambda record: int(record["id"]))
    finally:
        ray.shutdown()


def by_spark(rows: list[Row]) -> Iterable[Row]:
    """`mapInArrow` in a local Spark of one thread; starting it counts, and by the clock only."""
    from pyspark.sql import SparkSession

    from cleaner.adapters.arrow import map_in_arrow, spark_schema

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.log.level", "ERROR").getOrCreate()
    try:
        given = spark.createDataFrame(rows, "id string, html string, text string")
        cleaned = given.mapInArrow(map_in_arrow, spark_schema(given.schema)).collect()
    finally:
        spark.stop()
    return [row.asDict() for row in cleaned]


WAYS: dict[str, tuple[Way, str]] = {
    "API": (by_api, "cleaner"),
    "command, stdin": (by_command, "cleaner"),
    "command, folder": (by_command_and_folder, "cleaner"),
    "rows": (by_rows, "cleaner"),
    "rows, processes=1": (by_rows_apart, "cleaner"),
    "Arrow": (by_arrow, "pyarrow"),
    "pandas": (by_pandas, "pandas"),
    "polars": (by_polars, "polars"),
    "datasets": (by_datasets, "datasets"),
    "datatrove": (by_datatrove, "datatrove"),
    "Scrapy": (by_scrapy, "scrapy"),
    "Ray Data": (by_ray, "ray"),
    "Spark": (by_spark, "pyspark"),
}


def make_rows(number: int, data: Path | None = None) -> list[Row]:
    """Rows of documents, half of them pages, the others flattened; made, or the labelled ones of a folder."""
    if data:
        pages, texts = labelled_documents(data, number)
    else:
        pages, texts = [*documents((number + 1) // 2, "html")], [*documents(number // 2, "text")]
    made = [{"html": page, "text": None} for page in pages] + [{"html": None, "text": text} for text in texts]
    return [{"id": str(n)} | row for n, row in enumerate(made)]


def labelled_documents(data: Path, number: int) -> tuple[list[str], list[str]]:
    """The shortest labelled pages that are not held out: every other one, and the others flattened."""
    held = held_out_ids(data)
    pages = (row["html"] for row in read_all_rows(data) if row["id"] not in held)
    chosen = heapq.nsmallest(number, pages, key=len)
    return chosen[::2], ["\n".join(lines_of(by_text_nodes(page))) for page in chosen[1::2]]


def comparable(row: Row) -> tuple[Any, ...]:
    """What must be the same; in a frame of pandas, a number that is not known is NaN."""
    values = [row[field] for field in ("id", *SAME)]
    return tuple(None if value != value else value for value in values)


def main() -> None:
    """Prints a line for each way; exit code 1 when one disagrees."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--data", type=Path, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--ways", nargs="+", choices=[*WAYS], default=[*WAYS], help="the API, and these")
    given = parser.parse_args()
    rows = make_rows(given.documents, given.data)
    load_everything()
    wanted: list[tuple[Any, ...]] = []
    api_seconds, disagreeing = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HF_DATASETS_CACHE", str(Path(folder)))
        for name, (way, library) in WAYS.items():
            if name not in ("API", *given.ways):
                continue
            if find_spec(library) is None:
                print(f"{name:18} {library} is not installed")
                continue
            start, clock = used_seconds(), time.monotonic()
            found = [*map(comparable, way(rows))]
            elapsed, by_clock = used_seconds() - start, time.monotonic() - clock
            wanted, api_seconds = wanted or found, api_seconds or elapsed
            same = sum(map(tuple.__eq__, found, wanted))
            disagreeing += max(len(wanted), len(found)) - same
            print(
                f"{name:18} {same:4} of {len(wanted)} the same {len(rows) / elapsed:7.1f} rows/s"
                f" {api_seconds / elapsed:5.2f} x API; by the clock {len(rows) / by_clock:7.1f} rows/s",
                flush=True,
            )
    sys.exit(disagreeing > 0)


if __name__ == "__main__":
    main()
