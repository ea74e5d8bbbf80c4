"""What Python code calls: a raw document, or many, to clean ones.

What cleaning needs is imported with the first document, so that importing this costs little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from cleaner.deadline import deadline
from cleaner.document import Document, Kind
from cleaner.errors import DocumentError, ErrorCode, UsageError, fault_message
from cleaner.settings import InputKind, Settings, is_positive_time

if TYPE_CHECKING:
    from cleaner.analysis.site_profile import Profile
    from cleaner.output.cleaned import Cleaned

OnError = Literal["raise", "return"]
Raw = str | bytes | bytearray | memoryview

# Longest time for one document where the caller sets none; no real one comes near it.
DOCUMENT_TIMEOUT_S = 600.0


def clean(
    raw: Raw | Document,
    *,
    kind: InputKind = "auto",
    url: str | None = None,
    encoding: str | None = None,
    settings: Settings | None = None,
    profile: Profile | None = None,
) -> Cleaned:
    """Clean one raw document.

    Args:
        raw: the document as str or as bytes, whose charset is found out; or a `Document`.
        kind: what it is; `auto` looks.
        url: where it came from, if known.
        encoding: the charset that came with bytes, as in an HTTP header. It is believed where the bytes can
            be read in it.
        settings: how to clean; the defaults if None.
        profile: what recurs on the document's site (`cleaner.load_profile`), known by its `url`.

    Returns:
        The result: `.text`, `.title`, `.verdict`, `.removed`, `.edits`, and `.restore()`, which gives `raw`
        back. A document in which nothing is worth keeping has the verdict `empty`; bytes that are no text (a
        picture, a PDF) have `failed`, with an `error` that says so.

    Raises:
        UsageError: an argument is none of those that it may be.
    """
    return Cleaner(settings, profile)(raw, kind=kind, url=url, encoding=encoding)


def clean_many(
    documents: Iterable[Document | Raw],
    *,
    workers: int = 1,
    timeout: float | None = None,
    errors: OnError = "raise",
    isolate: bool = False,
    settings: Settings | None = None,
    profile: Profile | None = None,
) -> Iterator[Cleaned]:
    """Clean documents, in their order, each when it is asked for.

    Args:
        documents: raw ones, or `Document`s with an id and a url of their own (`cleaner.make_document`). They
            are read as far as the workers are ahead, so an endless stream is fine.
        workers: processes to clean in; 1 cleans in this one. The results are the same. The processes run
            nothing of the script that starts them, so it needs no `if __name__ == "__main__":`. They survive
            a document that ends its process or takes more than two gigabytes, as this process does not.
        timeout: seconds that one document may take; ten minutes if None. In this process it interrupts
            Python code only, not what hangs inside a library.
        errors: what becomes of a document that cannot be cleaned: `raise` raises DocumentError in its place
            and ends the stream; `return` returns it with the verdict `failed`, `error` and no text, and goes
            on.
        isolate: also a single worker is a process of its own, so that none of the documents can end this one.
        settings: how to clean; the defaults if None.
        profile: what recurs on the documents' sites, known by their `url` or `id`.

    Raises:
        UsageError: an argument is none of those that it may be; raised by the call itself.
        DocumentError: with `errors="raise"`, a document could not be cleaned; `code` says why.
        WorkerError: worker processes cannot be started.
    """
    cleaner = Cleaner(settings, profile)
    return cleaner.clean_many(documents, workers=workers, timeout=timeout, errors=errors, isolate=isolate)


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Cleans documents with one choice of settings. Threads may share it, and it can be sent to processes.

    Args:
        settings: how to clean; the defaults if None.
        profile: what recurs on sites (`cleaner.load_profile`).

    UsageError where one of them is of another type.
    """

    settings: Settings | None = None
    profile: Profile | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.settings, Settings | None):
            what = type(self.settings).__name__
            raise UsageError(f"settings are cleaner.Settings(…), not {what}; of a dict: Settings(**those)")
        if self.profile is not None and not hasattr(self.profile, "for_document"):
            what = type(self.profile).__name__
            raise UsageError(f"a profile is what cleaner.load_profile(path) returns, not {what}")

    def __call__(
        self,
        raw: Raw | Document,
        *,
        kind: InputKind = "auto",
        url: str | None = None,
        encoding: str | None = None,
    ) -> Cleaned:
        """Clean one raw document, as `cleaner.clean` does."""
        if not isinstance(raw, Document):
            return self._clean_or_refuse(raw, make_document(raw, kind=kind, url=url, encoding=encoding))
        if (kind, url, encoding) != ("auto", None, None):
            raise UsageError("a Document has its kind, url and encoding already; leave them out")
        return self._clean_or_refuse(raw, _checked(raw))

    def _clean_or_refuse(self, given: object, doc: Document) -> Cleaned:
        """The result; a failure where what is given is no text, as the command has it."""
        from cleaner.pipeline import clean
        from cleaner.reading.decode import looks_binary, looks_binary_text

        if isinstance(given, bytes | bytearray | memoryview):
            is_binary = looks_binary(bytes(given))
        else:
            is_binary = looks_binary_text(doc.raw)
        if is_binary:
            from cleaner.output.cleaned import failed

            return failed(doc, ErrorCode.BINARY, "no text but binary data, such as a picture or an archive")
        return clean(doc, self.settings, self.profile)

    def clean_many(
        self,
        documents: Iterable[Document | Raw],
        *,
        workers: int = 1,
        timeout: float | None = None,
        errors: OnError = "raise",
        isolate: bool = False,
    ) -> Iterator[Cleaned]:
        """Clean documents, in their order, as `cleaner.clean_many` does."""
        _refuse_wrong(documents, workers, timeout, errors)
        results = (
            _clean_in_this_process(self, documents, timeout)
            if workers <= 1 and not isolate
            else _clean_in_workers(self, documents, max(workers, 1), timeout)
        )
        return results if errors == "return" else _raise_failures(results)


def make_document(
    raw: Raw,
    *,
    id: str = "",
    kind: InputKind = "auto",
    url: str | None = None,
    encoding: str | None = None,
    meta: Mapping[str, Any] | None = None,
) -> Document:
    """A document for `clean_many`, of str or bytes, with an id and a url.

    Args:
        id: the id of its record; failures name it.
        encoding: the charset that came with bytes, as in an HTTP header.
        meta: what goes with it, untouched: `fields`, a dict, is added to its record, and `source` says there
            where it is from.

    UsageError where an argument is none of those that it may be.
    """
    if kind not in get_args(InputKind):
        raise UsageError(f"no kind {kind!r}; it is {', '.join(get_args(InputKind))}")
    if isinstance(raw, bytearray | memoryview):
        raw = bytes(raw)
    if not isinstance(raw, str | bytes):
        raise UsageError(f"a document is str or bytes, not {type(raw).__name__}{_advice(raw)}")
    if encoding is not None:
        _refuse_encoding(raw, encoding)
    from cleaner.reading.decode import decode, guess_kind

    stated_kind: Kind | None = None if kind == "auto" else kind
    # of a subclass only the text: what else there is would be copied to each process
    text, codec = (str.__str__(raw), None) if isinstance(raw, str) else decode(raw, encoding, stated_kind)
    return _checked(Document(id, text, stated_kind or guess_kind(text), url, codec, meta or {}))


def _advice(raw: object) -> str:
    """What to do instead, after the name of a type that is no document."""
    if raw is None:
        return "; leave out what could not be fetched"
    if isinstance(raw, Path):
        return "; read the file first: clean(path.read_bytes())"
    if isinstance(raw, Mapping):
        return "; pass its html or text: clean(row['html'])"
    return "; read it first: clean(file.read())" if hasattr(raw, "read") else ""


def _refuse_encoding(raw: str | bytes, encoding: object) -> None:
    from cleaner.reading.decode import codec_of

    if isinstance(raw, str):
        raise UsageError("a str is decoded already; leave out encoding, or pass the bytes")
    if not isinstance(encoding, str) or codec_of(encoding) is None:
        raise UsageError(f"no encoding {encoding!r} is known; leave it out, and the charset is found out")


def _checked(doc: Document) -> Document:
    """The document. UsageError where its fields are not what they must be."""
    if not isinstance(doc.raw, str):
        kind = type(doc.raw).__name__
        raise UsageError(f"the raw of a Document is a str, not {kind}; cleaner.make_document takes bytes")
    if doc.kind not in get_args(Kind):
        raise UsageError(f"no kind {doc.kind!r} of a Document; it is {', '.join(get_args(Kind))}")
    if not isinstance(doc.id, str):
        raise UsageError(f"the id of a document is a str, not {type(doc.id).__name__}; give str(id)")
    if not isinstance(doc.url, str | None):
        raise UsageError(f"the url of a document is a str, not {type(doc.url).__name__}; give str(url)")
    return doc


def load_profile(path: str | Path) -> Profile:
    """The site profile that `cleaner learn -o PATH` wrote. UsageError when it cannot be read."""
    from cleaner.analysis.site_profile import ProfileError, parse_profile

    try:
        return parse_profile(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ProfileError as error:
        raise UsageError(f"{path}: {error}") from error


# -- many documents


def _refuse_wrong(documents: object, workers: object, timeout: object, errors: object) -> None:
    if isinstance(documents, Document | str | bytes | bytearray | memoryview):
        kind = type(documents).__name__
        raise UsageError(f"clean_many takes a list of documents, not one {kind}; cleaner.clean takes one")
    if not isinstance(documents, Iterable):
        raise UsageError(f"clean_many takes a list of documents, not {type(documents).__name__}")
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 0:
        raise UsageError(f"no workers {workers!r}; it is a whole number of processes, 1 for none beside this")
    if timeout is not None and not is_positive_time(timeout):
        raise UsageError(f"no timeout {timeout!r}; it is a number of seconds above 0, or None")
    if errors not in get_args(OnError):
        raise UsageError(f"no errors {errors!r}; it is {', '.join(get_args(OnError))}")


def _raise_failures(results: Iterator[Cleaned]) -> Iterator[Cleaned]:
    for done in results:
        if done.error:
            raise DocumentError(done.error.message, done.error.code)
        yield done


class _TimedOutError(BaseException):
    """Not an `Exception`, so that no handler on the way takes it for an error in the document."""


def _clean_in_this_process(
    cleaner: Cleaner, documents: Iterable[Document | Raw], timeout: float | None
) -> Iterator[Cleaned]:
    if timeout is not None:  # an import that is broken off would leave half a module
        from cleaner.processes.preload import load_everything

        load_everything()
    seconds = timeout or DOCUMENT_TIMEOUT_S
    for number, given in enumerate(documents, 1):
        try:
            with deadline(seconds, _TimedOutError):
                done = _clean_or_fail(cleaner, given, number)
        except _TimedOutError:
            done = _failed(given, number, ErrorCode.TIMEOUT, f"took longer than {seconds:g} seconds")
        yield done


def _clean_or_fail(cleaner: Cleaner, given: object, number: int) -> Cleaned:
    """The result, whatever happens to the document."""
    try:
        doc = _checked(given) if isinstance(given, Document) else make_document(given)  # type: ignore[arg-type]
    except UsageError as error:
        return _failed(given, number, ErrorCode.BAD_ROW, str(error))
    try:
        done = cleaner._clean_or_refuse(given, doc)
        return _failed(given, number, done.error.code, done.error.message) if done.error else done
    except DocumentError as error:
        return _failed(given, number, error.code, str(error))
    except Exception as error:  # one document's crash is not the stream's
        return _failed(given, number, ErrorCode.CRASHED, fault_message(error))


def _failed(given: object, number: int, code: ErrorCode, message: str) -> Cleaned:
    """The result for the `number`-th document of a stream, which failed."""
    from cleaner.output.cleaned import failed

    doc = _as_given(given)
    return failed(doc, code, f"{doc.id or f'document {number}'}: {message}")


def _as_given(given: object) -> Document:
    """A document that restores, made without looking at it; an empty one of what is none."""
    if isinstance(given, Document):
        is_document = isinstance(given.raw, str)
        return given if is_document else replace(given, id=str(given.id), raw="", encoding=None)
    if isinstance(given, str):
        return Document("", str.__str__(given))
    if isinstance(given, bytes | bytearray | memoryview):
        return Document("", bytes(given).decode("utf-8", "surrogateescape"), encoding="utf-8")
    return Document("", "")


def _clean_in_workers(
    cleaner: Cleaner, documents: Iterable[Document | Raw], workers: int, timeout: float | None
) -> Iterator[Cleaned]:
    from cleaner.processes.pool import Limits, ProcessPool, TaskLost

    with ProcessPool(workers, _CleanTask(cleaner), Limits(timeout=timeout or DOCUMENT_TIMEOUT_S)) as pool:
        for sent, done in pool.run(_tasks(documents)):
            if done is None:  # it never went to a worker
                yield _clean_or_fail(cleaner, sent.given, sent.number)
            elif isinstance(done, TaskLost):
                yield _failed(sent.given, sent.number, ErrorCode(done.reason), done.message)
            else:
                yield replace(done, doc=sent.given) if isinstance(sent.given, Document) else done


def _tasks(documents: Iterable[object]) -> Iterator[Any]:
    from cleaner.processes.pool import PassThrough

    for number, given in enumerate(documents, 1):
        sent = _Sent(number, given)
        yield sent if _can_be_sent(given) else PassThrough(sent)


def _can_be_sent(given: object) -> bool:
    """Whether it is a document as far as its type goes; what is none fails here, without a worker."""
    if isinstance(given, Document):
        try:
            return bool(_checked(given))
        except UsageError:
            return False
    return isinstance(given, str | bytes | bytearray | memoryview)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A document on its way to a worker: alone, of what goes with it (`meta`) the worker needs nothing."""

    number: int
    given: Any

    def __reduce__(self) -> tuple[type[_Sent], tuple[int, Any]]:
        doc = self.given
        if isinstance(doc, Document):
            doc = Document(doc.id, str.__str__(doc.raw), doc.kind, doc.url, doc.encoding)
        elif isinstance(doc, str):
            doc = str.__str__(doc)
        else:
            doc = bytes(doc)
        return _Sent, (self.number, doc)


@dataclass(frozen=True, slots=True)
class _CleanTask:
    """What the worker processes do."""

    cleaner: Cleaner

    @property
    def preload(self) -> tuple[str, ...]:
        return ("cleaner.processes.forkserver_preload",)

    def __call__(self, sent: _Sent) -> Cleaned:
        return _clean_or_fail(self.cleaner, sent.given, sent.number)
