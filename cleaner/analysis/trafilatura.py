"""trafilatura's extraction of a page, the reference text that two rules compare with our blocks.

trafilatura gives no offsets and can lose a page in silence, hang or raise. So what is known to trip it is
stripped first, it is not run on pages that it cannot manage in reasonable time, and if it fails, cleaning
goes on without it.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from cleaner.analysis.reference_tree import has_endless_line, is_nested_too_deeply, make_visible
from cleaner.deadline import deadline
from cleaner.document import Claim, Document, Metadata
from cleaner.reading.repair import repaired
from cleaner.settings import Settings

# Beyond these it takes over ten seconds and grows faster than linear (measured with 2.3.1 on 200,000 short
# paragraphs, and on 25 MB). A bound on the input, unlike a clock, gives the same answer every time.
MAX_TAGS = 120_000
MAX_CHARS = 8_000_000
# libxml2 compares each attribute of a tag with all before it: 44,000 of them took it 7 seconds.
MAX_ATTRIBUTES = 4_000
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"']++|"[^"]*+"|'[^']*+'|["'])*+""")
_QUOTED = re.compile(r"""="[^"]*+"|='[^']*+'""")
_BETWEEN_ATTRIBUTES = re.compile(r"[=\s/]++")
# As trafilatura sets them, but for `max_date`: there it is today, and the same page would give another date
# tomorrow.
DATE_PARAMS = {"original_date": True, "extensive_search": False, "max_date": "2035-12-31"}
# libxml2 cuts the document at references to control characters and refuses lone surrogates.
LXML_BREAKING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF]))(?:;|(?![0-9a-fA-F]))"
)


@dataclass(frozen=True, slots=True)
class ReferenceResult:
    """trafilatura's result: the article's text, a block a line, and its metadata."""

    text: str
    metadata: Metadata


class _DeadlineError(BaseException):
    """No `Exception`: trafilatura catches those, and would go on."""


def run_trafilatura(doc: Document, settings: Settings) -> ReferenceResult | None:
    """trafilatura's result for an HTML page; None for text, under `effort="fast"`, or where it has none.

    Its metadata is computed only where the user wants it (`metadata="full"`): finding it costs a third more,
    on some sites two, and of the authors that it finds where a page declares none one in four is wrong.
    """
    if doc.kind != "html" or settings.effort == "fast" or not _is_small_enough(doc.raw):
        return None
    trafilatura = _import_trafilatura()  # before the clock runs: an import broken off leaves half a module
    try:
        with deadline(settings.timeout, _DeadlineError):
            return _extract(trafilatura, doc, with_metadata=settings.metadata == "full")
    except (Exception, _DeadlineError):  # its failure, of whatever kind, is never the document's
        return None


def _is_small_enough(raw: str) -> bool:
    return len(raw) <= MAX_CHARS and raw.count("<") <= MAX_TAGS and not _has_endless_tag(raw)


def _has_endless_tag(raw: str) -> bool:
    """Whether one tag has, or may have, more than `MAX_ATTRIBUTES` attributes."""
    for tag in _TAG.finditer(raw):
        start, end = tag.span()
        if end - start > 2 * MAX_ATTRIBUTES:  # an attribute takes two characters at least
            outside_values = _QUOTED.sub("=", raw[start:end])
            if len(_BETWEEN_ATTRIBUTES.findall(outside_values)) > MAX_ATTRIBUTES:
                return True
    return False


@cache
def _import_trafilatura() -> ModuleType:
    """Imported once a process, when the first page needs it: it costs a quarter of a second."""
    import trafilatura

    # Without a handler of its own its warnings about single pages end up on stderr.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return trafilatura


@cache
def load_stop_words() -> None:
    """Load jusText's words of all languages, which trafilatura asks for on one page in ten, and keeps.

    They are 154,000, in two spellings, and take 40 MB: processes forked afterwards share them. As a frozenset
    they are hashed once; trafilatura's own tuple is hashed again for each of those pages.
    """
    _import_trafilatura()
    with suppress(Exception):  # another version has them elsewhere, and then loads them itself
        from justext.core import define_stoplist
        from trafilatura import external

        stop_words: Any = frozenset(external.jt_stoplist_init())
        external.JT_STOPLIST = stop_words
        define_stoplist(stop_words)


def _extract(trafilatura: ModuleType, doc: Document, with_metadata: bool) -> ReferenceResult | None:
    from lxml import html

    parser = html.HTMLParser(
        collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    tree = html.fromstring(LXML_BREAKING.sub("", doc.raw).encode("utf-8"), parser=parser)
    if has_endless_line(tree) or is_nested_too_deeply(tree):
        return None
    make_visible(tree)
    extracted: Any = trafilatura.bare_extraction(
        tree,
        url=doc.url,
        include_comments=False,
        deduplicate=False,
        with_metadata=with_metadata,
        date_extraction_params=dict(DATE_PARAMS),
    )
    return ReferenceResult(repaired(extracted.text or ""), _read_metadata(extracted)) if extracted else None


def _read_metadata(extracted: Any) -> Metadata:
    # A first of January is nearly always a year alone, most often that of a copyright line.
    date = None if (extracted.date or "").endswith("-01-01") else extracted.date
    values = {
        "title": extracted.title,
        "author": extracted.author,
        "date": date,
        "url": extracted.url,
        "site": extracted.sitename,
        "language": extracted.language,
    }
    known = {name: repaired(value) for name, value in values.items() if value}
    return Metadata(**known, claims={name: (Claim("trafilatura", value),) for name, value in known.items()})
