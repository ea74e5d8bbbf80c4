"""What Python code calls: a raw document, or many, to clean ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cleaner.analysis.site_profile import Profile, ProfileError, parse_profile
from cleaner.document import Document, Kind
from cleaner.errors import UsageError
from cleaner.output.cleaned import Cleaned
from cleaner.pipeline import clean as run
from cleaner.reading.decode import decode, guess_kind
from cleaner.settings import InputKind, Settings

# Longest time for one document in a worker; no real one comes near it.
DOCUMENT_TIMEOUT_S = 600.0


def clean(
    raw: str | bytes,
    *,
    kind: InputKind = "auto",
    url: str | None = None,
    settings: Settings | None = None,
    profile: Profile | None = None,
) -> Cleaned:
    """Clean one raw document.

    Args:
        raw: the document as str or as bytes, whose charset is found out.
        kind: what it is; `auto` looks.
        url: where it came from, if known.
        settings: how to clean; the defaults if None.
        profile: what recurs on the document's site (`cleaner.load_profile`), known by its `url`.

    Returns:
        The result: `.text`, `.title`, `.verdict`, `.removed`, `.edits`, and `.restore()`, which gives `raw`
        back. A document in which nothing is worth keeping has the verdict `empty`.

    Raises:
        UsageError: `kind` is none of the three.
    """
    return run(_make_document(raw, kind, url), settings, profile)


def _make_document(raw: str | bytes, kind: InputKind = "auto", url: str | None = None) -> Document:
    if kind not in ("auto", "html", "text"):
        raise UsageError(f"no kind {kind!r}; it is auto, html or text")
    if not isinstance(raw, str | bytes):
        raise UsageError(f"a document is str or bytes, not {type(raw).__name__}")
    stated_kind: Kind | None = None if kind == "auto" else kind
    text, encoding = (raw, None) if isinstance(raw, str) else decode(raw, kind=stated_kind)
    return Document("", text, stated_kind or guess_kind(text), url, encoding)


def load_profile(path: str | Path) -> Profile:
    """The site profile that `cleaner learn -o PATH` wrote. UsageError when it cannot be read."""
    try:
        return parse_profile(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ProfileError as error:
        raise UsageError(f"{path}: {error}") from error


def clean_many(
    documents: Iterable[Document | str | bytes],
    *,
    workers: int = 1,
    settings: Settings | None = None,
    profile: Profile | None = None,
) -> Iterator[Cleaned]:
    """Clean documents, in their order, each when it is asked for.

    Args:
        documents: raw ones, or `Document`s with an id and a url of their own. They are read as far as the
            workers are ahead, so an endless stream is fine.
        workers: processes to clean in; 1 cleans in this one. The results are the same. As with any use of
            multiprocessing, a script that asks for more keeps what it does under `if __name__ ==
            "__main__":`.
        settings: how to clean; the defaults if None.
        profile: what recurs on the documents' sites, known by their `url` or `id`.

    Raises:
        WorkerError: a document ended the process that cleaned it, twice, or took over ten minutes. (`cleaner
            clean` goes on after such a document.)
    """
    if workers <= 1:
        yield from (run(doc, settings, profile) for doc in map(_as_document, documents))
        return
    from cleaner.processes.pool import Limits, ProcessPool, TaskLost, WorkerError

    with ProcessPool(workers, _CleanTask(settings, profile), Limits(timeout=DOCUMENT_TIMEOUT_S)) as pool:
        for number, (doc, done) in enumerate(pool.run(map(_as_document, documents)), 1):
            if isinstance(done, TaskLost):
                raise WorkerError(f"{doc.id or f'document {number}'}: {done.message}")
            yield done


@dataclass(frozen=True, slots=True)
class _CleanTask:
    """The task of the processes of `clean_many`."""

    settings: Settings | None
    profile: Profile | None

    @property
    def preload(self) -> tuple[str, ...]:
        return ("cleaner.processes.forkserver_preload",)

    def prepare(self) -> None:
        from cleaner.processes.preload import load_everything

        load_everything()

    def __call__(self, doc: Document) -> Cleaned:
        return run(doc, self.settings, self.profile)


def _as_document(document: Document | str | bytes) -> Document:
    return document if isinstance(document, Document) else _make_document(document)
