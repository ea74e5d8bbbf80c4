"""On a real cluster of this machine: two workers, and a processor for what reads and writes in Ray Data.

`make test-ray`: only where Ray is installed.
"""

from __future__ import annotations

import gzip
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.documents import PICTURE
from tests.cli.run import PROSE, ROOT, cleaner, environment
from tests.corpus.machine import kill_group, output_files

if not find_spec("ray"):
    pytest.skip("Ray is not installed", allow_module_level=True)
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
warcio = pytest.importorskip("warcio")
pytestmark = [pytest.mark.ray, pytest.mark.slow]

FAULTS = Path(__file__).parent / "faults"
PATHS = f"{FAULTS}{os.pathsep}{ROOT}"
N_ROWS = 200
# In a process of its own: Ray reads the variables that it has as it is imported.
CLUSTER = """
import ray, sys
cluster = ray.init("local", num_cpus=3, include_dashboard=False, log_to_driver=False)
print(cluster.address_info["gcs_address"], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a cluster in which documents can hang and crash, with a token of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_AUTH_MODE", "token")
        patched.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        with subprocess.Popen(
            [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(PYTHONPATH=PATHS, RAY_USAGE_STATS_ENABLED="0"),
        ) as cluster:  # fmt: skip
            assert cluster.stdout and cluster.stdin
            yield cluster.stdout.readline().strip()
            cluster.stdin.close()


def rows() -> Iterator[dict[str, Any]]:
    """Rows of which two hang, the second late enough to kill a run before it, and one ends its process."""
    for number in range(N_ROWS):
        word = {20: "HANGS", 30: "CRASHES", 150: "HANGS"}.get(number, "council")
        junk = "Share Tweet Email\n" if number % 3 == 0 else ""
        yield {"id": f"row-{number}", "text": PROSE.replace("council", word) + junk, "own": number}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of JSON, one of them broken; a table; archives; a page; a file that is none."""
    folder = tmp_path_factory.mktemp("source")
    lines = [json.dumps(row) for row in rows()]
    lines[10] = "no row"
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    table = pa.table({"id": ["a", "b"], "html": [f"<p>{line}</p>" for line in PROSE.splitlines()[:2]]})
    pq.write_table(table, folder / "table.parquet")
    (folder / "page.html").write_text(f"<title>The bridge</title><article><p>{PROSE}</p></article>")
    (folder / "none.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20)
    _write_warc(folder / "pages.warc.gz", "response", 5)
    _write_warc(folder / "texts.warc.wet.gz", "conversion", 3)
    return folder


def _write_warc(path: Path, record_type: str, number: int) -> None:
    """An archive of so many pages, or of texts as Common Crawl's WET files have them."""
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    is_page = record_type == "response"
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for n in range(number):
            record = writer.create_warc_record(
                f"https://example.org/{record_type}/{n}", record_type,
                payload=BytesIO((f"<article><p>{n}. {PROSE}</p></article>" if is_page else PROSE).encode()),
                http_headers=headers if is_page else None, warc_content_type="text/plain",
                warc_headers_dict={
                    "WARC-Record-ID": f"<urn:uuid:{record_type}-{n}>", "WARC-Date": "2024-05-01T00:00:00Z",
                },
            )  # fmt: skip
            writer.write_record(record)


def arguments(source: Path, out: Path, form: str) -> tuple[str | Path, ...]:
    return ("clean", source, "-o", out, "-f", form, "--timeout", "8", "--workers", "2")


@pytest.fixture(scope="module")
def local(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What a local run leaves, by format."""
    found = {}
    for form in ("jsonl", "parquet"):
        out = tmp_path_factory.mktemp("local") / form
        ran = cleaner(*arguments(source, out, form), PYTHONPATH=PATHS)
        assert ran.code == 3, ran.err
        found[form] = output_files(out)
    return found


def start(*args: str | Path) -> subprocess.Popen[bytes]:
    """`cleaner` in a process group of its own, where documents can hang and crash."""
    return subprocess.Popen(
        [sys.executable, "-m", "cleaner", *map(str, args)],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        env=environment(PYTHONPATH=PATHS),
    )  # fmt: skip


def actor_pids() -> list[int]:
    """The cluster's workers that clean."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::CleaningActor"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def wait_until(condition: Any, process: subprocess.Popen[bytes], within: float = 300) -> None:
    until = time.monotonic() + within
    while not condition():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)


def test_a_killed_worker_costs_nothing_and_the_bytes_are_those_of_a_local_run(
    source: Path, local: dict[str, dict[str, bytes]], address: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(*arguments(source, out, "jsonl"), "--engine", "ray", "--address", address)
    wait_until(lambda: len(actor_pids()) == 2, process)
    os.kill(actor_pids()[0], signal.SIGKILL)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 3, err.decode()
    assert output_files(out) == local["jsonl"]
    manifest = map(json.loads, (out / "manifest.jsonl").read_bytes().splitlines())
    assert {row["id"]: row["error"]["code"] for row in manifest if row["error"]} == {
        "none.txt": "binary", "rows.jsonl.gz:11": "bad-row", "row-20": "timeout", "row-30": "killed",
        "row-150": "timeout",
    }  # fmt: skip
    summary = json.loads((out / "summary.json").read_text())
    assert summary["adds_up"] and summary["documents"]["in"] == N_ROWS + 12


def test_a_killed_driver_goes_on(
    source: Path, local: dict[str, dict[str, bytes]], address: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ray_arguments = (*arguments(source, out, "parquet"), "--engine", "ray", "--address", address)
    process = start(*ray_arguments)
    begun = out / ".cleaner" / "manifest.jsonl"
    wait_until(lambda: begun.exists() and begun.stat().st_size, process)
    time.sleep(1)  # the ledger says so a moment later
    kill_group(process)
    ran = cleaner(*ray_arguments)
    assert ran.code == 3 and "going on after" in ran.err, ran.err
    assert output_files(out) == local["parquet"]


def test_a_run_goes_on_with_another_engine_and_starts_a_cluster_of_its_own(
    source: Path, local: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """Ctrl-C and all: a local run is interrupted, and Ray does the rest, on a cluster that ends with it."""
    out = tmp_path / "out"
    process = start(*arguments(source, out, "jsonl"))
    begun = out / ".cleaner" / "manifest.jsonl"
    wait_until(lambda: begun.exists() and begun.stat().st_size, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    if process.stderr:
        process.stderr.close()
    ran = cleaner(*arguments(source, out, "jsonl"), "--engine", "ray", PYTHONPATH=PATHS, RAY_ADDRESS="")
    assert ran.code == 3 and "going on after" in ran.err, ran.err
    assert output_files(out) == local["jsonl"]


def test_batches_of_ray_data(address: str, tmp_path: Path) -> None:
    """The example, over rows of which some are no document, hang or crash."""
    texts = [row["text"] for row in rows()][:40]
    ids = [str(number) for number in range(40)]
    pages = pa.table({"id": ids, "text": [*texts[:39], None], "html": [*[None] * 38, PICTURE, None]})
    (tmp_path / "pages").mkdir()
    pq.write_table(pages, tmp_path / "pages" / "a.parquet")
    script = (ROOT / "examples" / "with_ray.py").read_text().replace('"timeout": 30', '"timeout": 8')
    (tmp_path / "with_ray.py").write_text(script)
    done = subprocess.run(
        [sys.executable, tmp_path / "with_ray.py", tmp_path / "pages", tmp_path / "clean"],
        env=environment(PYTHONPATH=PATHS, RAY_ADDRESS=address), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = {row["id"]: row for row in pq.read_table(tmp_path / "clean").to_pylist()}
    assert len(records) == 40 and records["0"]["text"] == PROSE.strip()
    codes = {id: row["error"]["code"] for id, row in records.items() if row["verdict"] == "failed"}
    assert codes == {"20": "timeout", "30": "killed", "38": "binary", "39": "bad-row"}
