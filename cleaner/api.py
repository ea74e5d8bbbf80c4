"""What Python code calls: a raw document, or many, to clean ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Literal

from cleaner.cleaned import Cleaned
from cleaner.decode import decode, guess_kind
from cleaner.document import Document, Kind
from cleaner.errors import UsageError
from cleaner.pipeline import clean as run
from cleaner.settings import Settings

# Documents in a worker's hands or waiting for it: enough that none is idle, few enough to hold in memory.
AHEAD = 4


def clean(
    raw: str | bytes,
    *,
    kind: Literal["auto", "html", "text"] = "auto",
    url: str | None = None,
    settings: Settings | None = None,
) -> Cleaned:
    """Clean one raw document.

    Args:
        raw: the document as str or as bytes, whose charset is found out.
        kind: what it is; `auto` looks.
        url: where it came from, if known.
        settings: how to clean; the defaults if None.

    Returns:
        The result: `.text`, `.title`, `.verdict`, `.removed`, `.edits`, and `.restore()`, which gives `raw`
        back. A document in which nothing is worth keeping has the verdict `empty`.

    Raises:
        UsageError: `kind` is none of the three.
    """
    return run(_document(raw, kind, url), settings)


def _document(
    raw: str | bytes, kind: Literal["auto", "html", "text"] = "auto", url: str | None = None
) -> Document:
    if kind not in ("auto", "html", "text"):
        raise UsageError(f"no kind {kind!r}; it is auto, html or text")
    given: Kind | None = None if kind == "auto" else kind
    text, encoding = (raw, None) if isinstance(raw, str) else decode(raw, kind=given)
    return Document("", text, given or guess_kind(text), url, encoding)


def clean_many(
    documents: Iterable[Document | str | bytes], *, workers: int = 1, settings: Settings | None = None
) -> Iterator[Cleaned]:
    """Clean documents, in their order, each as it is asked for.

    Args:
        documents: raw ones, or `Document`s with an id and a url of their own. They are read as far as the
            workers are ahead, so an endless stream is fine.
        workers: processes to clean in; 1 cleans in this one. The results are the same.
        settings: how to clean; the defaults if None.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a worker was killed from outside.
    """
    if workers <= 1:
        yield from (run(doc, settings) for doc in map(_given, documents))
        return
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        ahead: deque[Future[Cleaned]] = deque()
        for doc in map(_given, documents):
            ahead.append(pool.submit(run, doc, settings))
            if len(ahead) > AHEAD * workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _given(document: Document | str | bytes) -> Document:
    return document if isinstance(document, Document) else _document(document)
