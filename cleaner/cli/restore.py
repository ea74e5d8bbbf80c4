"""`cleaner restore`: the raw documents again, or the proof that a raw document gives its text."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, count, islice
from pathlib import Path, PurePosixPath

import click

from cleaner.cli import echo, echo_err
from cleaner.cli.completion import complete_file, complete_folder
from cleaner.cli.options import EXIT_SOME_FAILED
from cleaner.corpus.atomic import AtomicFile, io_errors_as_usage
from cleaner.corpus.compression import DECOMPRESSORS
from cleaner.corpus.output_paths import PathAllocator, safe_path
from cleaner.corpus.readers import ReadOptions, read_inputs
from cleaner.corpus.record_reader import StoredRecord, read_records
from cleaner.document import Document, encode_source
from cleaner.errors import RecordError, UsageError
from cleaner.output.record import Record, restore, verify

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
MAX_NAMED_ALIKE = 3  # records of which the same is wrong


@click.command("restore")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True, shell_complete=complete_file)
@click.option(
    "-o", "--output", metavar="DIR", shell_complete=complete_folder, help="Write each raw document into DIR."
)
@click.option("--raw", metavar="PATH", help="The raw file, rows or folder: prove that it gives the texts.")
@click.option("--id", "only", metavar="ID", help="Only the document with this id.")
@click.option("--field", metavar="NAME", help="With --raw: the field of a .jsonl row with the document.")
@click.option(
    "--id-field",
    metavar="NAME",
    default="id",
    help="With --raw: the field of a row with the id.",
)
@click.pass_context
def command(
    ctx: click.Context,
    records: tuple[str, ...],
    output: str | None,
    raw: str | None,
    only: str | None,
    field: str | None,
    id_field: str,
) -> None:
    """Give the raw documents again, byte for byte.

    \b
    cleaner restore out/ -o raw/            every raw file, after --record full
    cleaner restore out/ --id a.html        one raw document on stdout
    cleaner restore out/ --raw crawl/       the proof that crawl/ gives the texts

    RECORD is a file of records (what `clean -f jsonl` prints), a folder that `clean -o` wrote, a shard in
    its records/, or - for stdin. One document goes to stdout, several go into -o DIR. That needs
    --record full; with light records --raw proves that a raw document gives the text.
    """
    selected = _selected_records(records, only)
    if raw and output:
        raise UsageError("--raw proves and writes nothing; leave out --raw or -o")
    if raw:
        failed = _verify_records(selected, RawDocuments(raw, ReadOptions(field=field, id_field=id_field)))
    elif output:
        failed = _to_folder(selected, Path(output))
    else:
        failed = _to_stdout(selected)
    ctx.exit(EXIT_SOME_FAILED if failed else 0)


def _selected_records(records: Iterable[str], wanted_id: str | None) -> Iterator[StoredRecord]:
    selected: Iterator[StoredRecord] = chain.from_iterable(read_records(given) for given in records)
    if wanted_id is not None:
        selected = (
            stored_record for stored_record in selected if str(stored_record.record["id"]) == wanted_id
        )
    first = next(selected, None)
    if first is None:
        what = "no records" if wanted_id is None else f"no record with the id {wanted_id!r}"
        raise UsageError(f"{', '.join(records)}: {what}")
    return chain((first,), selected)


def _to_stdout(records: Iterator[StoredRecord]) -> bool:
    first_two = list(islice(records, 2))
    if first_two[0].fault:
        raise first_two[0].fault
    if len(first_two) > 1:
        is_one_id = first_two[0].record["id"] == first_two[1].record["id"]
        choice = "" if is_one_id else ", or choose with --id ID"
        raise UsageError(f"more than one document; write them into a folder with -o DIR{choice}")
    raw = _restore_raw(first_two[0])
    sys.stdout.buffer.write(_to_bytes(raw))
    sys.stdout.buffer.flush()
    return False


def _to_folder(records: Iterator[StoredRecord], out: Path) -> bool:
    names, failures = PathAllocator(), _FailureLines()
    for stored_record in records:
        id = str(stored_record.record["id"])
        try:
            name = _free_name(out, _file_name(stored_record.record), names)
            _write_new_file(out / name, _to_bytes(_restore_raw(stored_record)))
        except (RecordError, UsageError) as error:
            if isinstance(error.__cause__, OSError) and error.__cause__.errno in DISK_ERRORS:
                raise  # no other one can be written either
            failures.say(id, str(error).removeprefix(f"{id}: "))
    failures.sum_up()
    return failures.count > 0


class _FailureLines:
    """Says of the first records what is wrong, and of how many others the same is."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()  # by what is wrong

    @property
    def count(self) -> int:
        """How many records failed."""
        return self._times.total()

    def say(self, id: str, why: str) -> None:
        """One line, if few had the same before."""
        self._times[why] += 1
        if self._times[why] <= MAX_NAMED_ALIKE:
            echo_err(f"{id}: {why}")

    def sum_up(self) -> None:
        """How many others there were."""
        for why, times in self._times.items():
            if times > MAX_NAMED_ALIKE:
                echo_err(f"{times - MAX_NAMED_ALIKE:,} more: {why}")


def _free_name(out: Path, path: str, names: PathAllocator) -> str:
    """`path`, or a numbered one beside it, so that no file is wanted where a folder is, or the reverse.

    The ids `a` and `a/b` give `a` and `a~2/b`.
    """
    *folders, name = names.allocate(path).split("/")
    parent = PurePosixPath()
    for folder in folders:
        numbered = _numbered(folder)
        parent /= next(
            one
            for one in numbered
            if not os.path.lexists(out / parent / one) or (out / parent / one).is_dir()
        )
    return str(parent / next(one for one in _numbered(name) if not (out / parent / one).is_dir()))


def _numbered(name: str) -> Iterator[str]:
    """`name`, then `name~2` and so on."""
    stem, dot, suffix = name.partition(".")
    return chain((name,), (f"{stem}~{number}{dot}{suffix}" for number in count(2)))


def _write_new_file(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; RecordError when another one is."""
    with io_errors_as_usage(path):
        exists = os.path.lexists(path)
        if exists and path.is_file() and path.read_bytes() == data:
            return
    if exists:
        raise RecordError(f"{path}: is there already with other content; give -o another folder")
    with AtomicFile(path, sync=False) as file:
        file.write(data)


def _restore_raw(stored_record: StoredRecord) -> str | bytes:
    if stored_record.fault:
        raise stored_record.fault
    return restore(stored_record.record, stored_record.text)


def _to_bytes(raw: str | bytes) -> bytes:
    return encode_source(raw, None) if isinstance(raw, str) else raw


def _file_name(record: Record) -> str:
    """A file's own name, without the suffix of the packing it came in; a row's id with one for its kind."""
    id, proof = str(record["id"]), record.get("record")
    if not isinstance(proof, dict):
        proof = {}
    if proof.get("encoding") is None:
        return safe_path(id, ".html" if proof.get("kind") == "html" else ".txt")
    path = PurePosixPath(id)
    return safe_path(str(path.with_suffix("")) if path.suffix in DECOMPRESSORS else id)


def _verify_records(records: Iterator[StoredRecord], raw_documents: RawDocuments) -> bool:
    """A line a document on stdout: `ok ID`, or what does not fit."""
    failed = False
    for stored_record in records:
        id = str(stored_record.record["id"])
        try:
            if stored_record.fault:
                raise stored_record.fault
            if code := (stored_record.record.get("error") or {}).get("code"):
                raise RecordError(f"{id}: was never cleaned ({code})")
            _verify_one(stored_record, id, raw_documents)
        except RecordError as error:
            failed = True
            echo(f"mismatch {error}")
        else:
            echo(f"ok {id}")
    return failed


def _verify_one(stored_record: StoredRecord, id: str, raw_documents: RawDocuments) -> None:
    """RecordError where the record fits none of the raw documents with its id."""
    first_error: RecordError | None = None
    for raw in raw_documents.find(id):
        try:
            verify(stored_record.record, raw, stored_record.text)
            return
        except RecordError as error:
            first_error = first_error or error
    raise first_error or RecordError(f"{id}: no raw document with this id in {raw_documents.path}")


class RawDocuments:
    """The raw documents, looked up by id; read on rather than held, as records come in the same order."""

    def __init__(self, path: str, read_options: ReadOptions) -> None:
        self.path, self._read_options = path, read_options
        self._remaining = self._read()
        first_two = list(islice(self._remaining, 2))
        self._single = first_two[0] if len(first_two) == 1 else None
        self._remaining = chain(first_two, self._remaining)
        if not first_two:
            raise UsageError(f"{path}: no documents there")

    def _read(self) -> Iterator[Document]:
        return (item for item in read_inputs([self.path], self._read_options) if isinstance(item, Document))

    def find(self, id: str) -> Iterator[str | bytes]:
        """The raw documents with this id, looked for from here on, then from the start: most often there is
        one, and only where several rows have the id the others are read too."""
        if self._single:
            yield self._single.original
            return
        for _ in range(2):
            for doc in self._remaining:
                if doc.id == id:
                    yield doc.original
                    if self._times_by_id[id] == 1:
                        return
            self._remaining = self._read()

    @cached_property
    def _times_by_id(self) -> Counter[str]:
        return Counter(doc.id for doc in self._read())
