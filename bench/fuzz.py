"""Cuts and mutations of archives, tables, rows, records, settings: the same comes out, or something is said.

    python -m bench.fuzz --seconds 600 --seed 7

Files of every format are made, cut at every byte, and changed at random places. Reading one is *silent* where
the documents are not those of the whole file and nothing is said: no failure, and nothing more counted as
skipped. A cut where a record ends leaves a whole file, which nobody can tell from one that was never longer;
such cuts are counted apart. Texts are compared, not addresses or dates: those lie outside WARC's checksums.

Rows of JSON have no checksum: there each line has to give one document or one failure. A record has to give
the raw document or an error, and a configuration file settings or exit code 2.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import zstandard
from click.testing import CliRunner

from cleaner import clean, make_document
from cleaner.cli import main as main_command
from cleaner.corpus.readers import FailedInput, read_inputs
from cleaner.corpus.record_reader import read_records
from cleaner.errors import RecordError
from cleaner.json_lines import dumps
from cleaner.output.record import restore

N_DOCUMENTS = 3
TEXT = "The ferry to the northern islands leaves at {n} on {n} days of the week, weather permitting. "


@dataclass(frozen=True, slots=True)
class Sample:
    """A whole file: its name, its bytes, and the lengths at which a shorter file is whole as well."""

    name: str
    data: bytes
    whole_lengths: frozenset[int] = frozenset()
    # What came of changed bytes, a word or two; without it, the documents in them are compared.
    judge: Callable[[Path, bytes], str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a file gave: its texts, the failures, and what was counted as skipped."""

    texts: tuple[str, ...]
    failures: tuple[str, ...]
    skipped: Counter[str]

    def is_silent(self, whole: Reading) -> bool:
        """Whether the texts are not those of the whole file, and nothing says so."""
        return self.texts != whole.texts and not self.failures and not self.skipped - whole.skipped


@dataclass
class Report:
    """Counts by file and kind of change, and the changes that were silent or raised."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield from (f"{name:48}{n:>9,}" for name, n in sorted(self.counts.items()))
        yield from self.faults


def _record(kind: str, number: int, block: bytes, content_type: str) -> bytes:
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"WARC-Target-URI: http://example.org/{number}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Block-Digest: sha1:{digest}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _records(is_wet: bool) -> list[bytes]:
    """A warcinfo, then documents; in a WARC a request before each."""
    records = [_record("warcinfo", 100, b"software: by hand\r\n", "application/warc-fields")]
    for number in range(N_DOCUMENTS):
        text = "\n\n".join(TEXT.format(n=number + k) for k in range(2))
        if is_wet:
            records.append(_record("conversion", number, text.encode(), "text/plain"))
            continue
        request = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"
        response = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><p>{text}</p></body></html>"
        )
        records.append(_record("request", 200 + number, request, "application/http; msgtype=request"))
        records.append(_record("response", number, response.encode(), "application/http; msgtype=response"))
    return records


def _ends(parts: list[bytes]) -> frozenset[int]:
    """The lengths of the first part, the first two, and so on."""
    return frozenset(sum(map(len, parts[:n])) for n in range(1, len(parts)))


def archive_samples() -> list[Sample]:
    """WARC and WET files, plain and packed record by record."""
    samples = []
    for suffix, is_wet in ((".warc", False), (".wet", True)):
        records = _records(is_wet)
        packed = [gzip.compress(record, mtime=0) for record in records]
        frames = [zstandard.ZstdCompressor(write_checksum=True).compress(record) for record in records]
        # two line ends behind a block may be cut to fewer, and none is lost
        samples += [
            Sample(f"a{suffix}", b"".join(records), _ends(records)),
            Sample(f"a{suffix}.gz", b"".join(packed), _ends(packed)),
            Sample(f"a{suffix}.zst", b"".join(frames), _ends(frames)),
        ]
    return samples


def table_samples() -> list[Sample]:
    """Parquet files, with the checksums that its pages may have."""
    import pyarrow
    from pyarrow import parquet

    rows = [
        {"id": f"row {n}", "text": TEXT.format(n=n) * 4, "fetched": n * 1_000_003, "score": n / 7}
        for n in range(N_DOCUMENTS * 2)
    ]
    table = pyarrow.Table.from_pylist(rows)
    fetched = table["fetched"].cast(pyarrow.timestamp("us"))
    table = table.set_column(2, "fetched", fetched)
    samples = []
    for codec in ("NONE", "ZSTD"):
        file = io.BytesIO()
        parquet.write_table(
            table, file, row_group_size=4, compression=codec, write_page_checksum=True, store_schema=False
        )
        samples.append(Sample(f"{codec.lower()}.parquet", file.getvalue()))
    return samples


SILENT = "SILENT"
CONFIGURATION = b"""
language = ["en", "de"]
effort = "fast"
timeout = 20
min_confidence = 0.25
title = true
garbled = "keep"

[sites."example.org"]
keep = ["article .body"]
drop = [".promo > p", "#share"]

[phrases]
house-app = ["Get the app", "Read this in our app"]

[phrases.house-offer]
label = "ad"
about = "What the house sells."
start = ["Reader offer:"]
span = ["(Offer ends Sunday)"]
"""


def line_samples() -> list[Sample]:
    """Rows, records and settings."""
    texts = [f"{TEXT.format(n=n)}\n\n{TEXT.format(n=n + 1)}\nShare Tweet\n" for n in range(N_DOCUMENTS)]
    rows = [{"id": n, "text": text, "url": f"http://example.org/{n}"} for n, text in enumerate(texts)]
    records = [
        clean(make_document(text, id=str(n), kind="text")).to_dict("full") for n, text in enumerate(texts)
    ]

    def restored(path: Path, data: bytes) -> str:
        return what_is_restored(path, data, set(texts))

    return [
        Sample("rows.jsonl", b"\n".join(map(dumps, rows)) + b"\n", judge=rows_in),
        Sample("records.jsonl", b"\n".join(map(dumps, records)) + b"\n", judge=restored),
        Sample("cleaner.toml", CONFIGURATION, judge=settings_in),
    ]


def rows_in(path: Path, data: bytes) -> str:
    """Whether each line that is not blank gave one document or one failure."""
    found = read(path, data)
    n_lines = sum(bool(line.strip()) for line in data.split(b"\n"))
    if len(found.texts) + len(found.failures) != n_lines:
        return SILENT
    return "said" if found.failures else "a document a line"


def what_is_restored(path: Path, data: bytes, raws: set[str]) -> str:
    """Whether records give raw documents that were cleaned, or an error."""
    path.write_bytes(data)
    n_said = 0
    try:
        for stored in read_records(str(path)):
            try:
                if stored.fault:
                    raise stored.fault
                if restore(stored.record, stored.text) not in raws:
                    return SILENT
            except RecordError:
                n_said += 1
    except RecordError:
        n_said += 1
    return "said" if n_said else "the raw documents"


def settings_in(path: Path, data: bytes) -> str:
    """Whether the command takes a configuration file, or says what is wrong with it."""
    path.write_bytes(data)
    shown = CliRunner().invoke(main_command, ["config", "show", "--config", str(path)], catch_exceptions=True)
    if shown.exception is not None and not isinstance(shown.exception, SystemExit):
        raise shown.exception
    return {0: "settings", 2: "said"}.get(shown.exit_code, SILENT)


def read(path: Path, data: bytes) -> Reading:
    """Read these bytes as a file of that name."""
    path.write_bytes(data)
    texts, failures, skipped = list[str](), list[str](), Counter[str]()
    for item in read_inputs([str(path)], skipped=skipped):
        if isinstance(item, FailedInput):
            failures.append(item.message)
        else:
            texts.append(item.raw)
    return Reading(tuple(texts), tuple(failures), skipped)


def mutated(data: bytes, random_: random.Random) -> bytes:
    """The bytes with one change: a bit, a few bytes, a stretch left out, doubled, zeroed or moved."""
    at, n = random_.randrange(len(data)), random_.choice((1, 1, 2, 8, 64, 512))
    changes: list[Callable[[], bytes]] = [
        lambda: data[:at] + bytes([data[at] ^ 1 << random_.randrange(8)]) + data[at + 1 :],
        lambda: data[:at] + random_.randbytes(n) + data[at + n :],
        lambda: data[:at] + random_.randbytes(n) + data[at:],
        lambda: data[:at] + data[at + n :],
        lambda: data[: at + n] + data[at:],
        lambda: data[:at] + bytes(n) + data[at + n :],
        lambda: data[:at] + str(random_.choice((0, 7, -1, 10**6, 10**21))).encode() + data[at + 1 :],
    ]
    return random_.choice(changes)()


def compared(whole: Reading, found: Reading) -> str:
    """What came of a changed file of documents."""
    if found.is_silent(whole):
        return SILENT
    return "the same documents" if found.texts == whole.texts else "said"


def check(sample: Sample, whole: Reading, data: bytes, what: str, report: Report, folder: Path) -> None:
    """Read a changed file, and count what came of it."""
    name, path = f"{sample.name} {what.split()[0]}", folder / sample.name
    try:
        came = sample.judge(path, data) if sample.judge else compared(whole, read(path, data))
    except Exception as error:
        report.counts[f"{name}: raised"] += 1
        report.faults.append(f"{sample.name} {what}: {error!r}")
        return
    report.counts[f"{name}: {came}"] += 1
    if came == SILENT:
        report.faults.append(f"{sample.name} {what}: silent")


def fuzz(
    samples: list[Sample], seed: int, *, seconds: float = 1e9, mutations: int = 1 << 60, cut_step: int = 1
) -> Report:
    """Cut each sample at every `cut_step`-th byte, then change them in turn, as long or as often as asked."""
    report, random_ = Report(), random.Random(seed)
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wholes = [read(folder / sample.name, sample.data) for sample in samples]
        for sample, whole in zip(samples, wholes, strict=True):
            assert sample.judge or (whole.texts and not whole.failures), (sample.name, whole)
            # cuts may take half of the time, each sample its share of that
            cuts_end = time.monotonic() + seconds / 2 / len(samples)
            for length in range(0, len(sample.data), cut_step):
                if time.monotonic() > cuts_end:
                    report.counts[f"{sample.name} cut: not tried for want of time"] += 1
                    continue
                if length in sample.whole_lengths:
                    report.counts[f"{sample.name} cut: a whole file"] += 1
                else:
                    check(sample, whole, sample.data[:length], f"cut at {length}", report, folder)
        for number in range(mutations):
            if time.monotonic() > ends:
                break
            sample, whole = samples[number % len(samples)], wholes[number % len(samples)]
            what = f"mutation {number} of seed {seed}"
            check(sample, whole, mutated(sample.data, random_), what, report, folder)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="for cuts and mutations together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut-step", type=int, default=1, help="cut at every so many bytes")
    asked = parser.parse_args()
    report = fuzz(
        archive_samples() + table_samples() + line_samples(), asked.seed, seconds=asked.seconds,
        cut_step=asked.cut_step,
    )  # fmt: skip
    print(*report.lines(), sep="\n")
    raise SystemExit(bool(report.faults))


if __name__ == "__main__":
    main()
