"""`cleaner restore`: the raw documents again, or the proof that a raw document gives its text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path, PurePosixPath

import click

from cleaner.cli import say
from cleaner.cli.options import SOME_FAILED
from cleaner.corpus.compression import EXPAND
from cleaner.corpus.output_paths import Names, safe_path
from cleaner.corpus.readers import How, read_inputs
from cleaner.corpus.record_reader import Stored, stored
from cleaner.corpus.writers import Whole, naming, spelled
from cleaner.document import Document, encode_source
from cleaner.errors import RecordError, UsageError
from cleaner.output.record import Record, prove, restore


@click.command("restore")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="DIR", help="Write each raw document into DIR.")
@click.option("--raw", metavar="PATH", help="The raw file, rows or folder: prove that it gives the texts.")
@click.option("--id", "only", metavar="ID", help="Only the document with this id.")
@click.option("--field", metavar="NAME", help="With --raw: the field of a .jsonl row with the document.")
@click.option("--id-field", metavar="NAME", default="id", help="With --raw: the field of a row with the id.")
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

    RECORD is a file of records (what `clean -f jsonl` prints), a folder that `clean -o` wrote, a shard in
    its records/, or - for stdin. One document goes to stdout, several go into -o DIR. That needs
    --record full; with light records --raw proves that a raw document gives the text.
    """
    found = _chosen(records, only)
    if raw and output:
        raise UsageError("--raw proves and writes nothing; leave out --raw or -o")
    if raw:
        failed = _prove(found, Raws(raw, How(field=field, id_field=id_field)))
    elif output:
        failed = _to_folder(found, Path(output))
    else:
        failed = _to_stdout(found)
    ctx.exit(SOME_FAILED if failed else 0)


def _chosen(records: Iterable[str], only: str | None) -> Iterator[Stored]:
    found: Iterator[Stored] = chain.from_iterable(stored(given) for given in records)
    if only is not None:
        found = (one for one in found if str(one.record["id"]) == only)
    first = next(found, None)
    if first is None:
        what = "no records" if only is None else f"no record with the id {only!r}"
        raise UsageError(f"{', '.join(records)}: {what}")
    return chain((first,), found)


def _to_stdout(found: Iterator[Stored]) -> bool:
    few = list(islice(found, 2))
    if few[0].fault:
        raise few[0].fault
    if len(few) > 1:
        raise UsageError(
            "more than one document; write them into a folder with -o DIR, or choose with --id ID"
        )
    source = _restored(few[0])
    sys.stdout.buffer.write(_bytes(source))
    sys.stdout.buffer.flush()
    return False


def _to_folder(found: Iterator[Stored], out: Path) -> bool:
    names, failed = Names(), False
    for one in found:
        name = names.claim(_file_name(one.record))
        try:
            _put(out / name, _bytes(_restored(one)))
        except RecordError as error:
            say(str(error))
            failed = True
    return failed


def _put(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; RecordError when another one is."""
    with naming(path):
        there = os.path.lexists(path)
        if there and path.is_file() and path.read_bytes() == data:
            return
    if there:
        raise RecordError(f"{path}: is there already with other content; give -o another folder")
    with Whole(path, sync=False) as file:
        file.write(data)


def _restored(one: Stored) -> str | bytes:
    if one.fault:
        raise one.fault
    return restore(one.record, one.text)


def _bytes(source: str | bytes) -> bytes:
    return encode_source(source, None) if isinstance(source, str) else source


def _file_name(record: Record) -> str:
    """A file's own name, without the suffix of the packing it came in; a row's id with one for its kind."""
    id, proof = str(record["id"]), record.get("record") or {}
    if proof.get("encoding") is None:
        return safe_path(id, ".html" if proof.get("kind") == "html" else ".txt")
    path = PurePosixPath(id)
    return safe_path(str(path.with_suffix("")) if path.suffix in EXPAND else id)


def _prove(found: Iterator[Stored], raws: Raws) -> bool:
    """A line a document on stdout: `ok ID`, or what does not fit."""
    failed = False
    for one in found:
        id = str(one.record["id"])
        try:
            if one.fault:
                raise one.fault
            prove(one.record, raws.find(id), one.text)
        except RecordError as error:
            failed = True
            click.echo(spelled(f"mismatch {error}"))
        else:
            click.echo(spelled(f"ok {id}"))
    return failed


class Raws:
    """The raw documents, looked up by id; read on rather than held, as records come in the same order."""

    def __init__(self, path: str, how: How) -> None:
        self._path, self._how = path, how
        self._ahead = self._read()
        first = list(islice(self._ahead, 2))
        self._single = first[0] if len(first) == 1 else None
        self._ahead = chain(first, self._ahead)
        if not first:
            raise UsageError(f"{path}: no documents there")

    def _read(self) -> Iterator[Document]:
        return (item for item in read_inputs([self._path], self._how) if isinstance(item, Document))

    def find(self, id: str) -> str | bytes:
        """The raw document with this id, looked for from here on, then from the start."""
        if self._single:
            return self._single.original
        for doc in self._ahead:
            if doc.id == id:
                return doc.original
        self._ahead = self._read()
        for doc in self._ahead:
            if doc.id == id:
                return doc.original
        self._ahead = self._read()
        raise RecordError(f"{id}: no raw document with this id in {self._path}")
