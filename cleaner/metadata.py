"""What is known about a document beside its text: from the page's own head, then from the witness."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cleaner.document import About
from cleaner.head import Head
from cleaner.html import unescape

ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "WebPage")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# A title tag often ends in the site's name, set off by one of these.
# What stands before a dash and is shorter is half a title.
SHORT_TITLE = 10
TITLE_TAIL = re.compile(r"\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")


def from_head(head: Head, url: str | None) -> About:
    """What the head of a page declares; JSON-LD first, since it is written for machines."""
    meta, linked = head.meta, _article(head.json_ld)
    site = _first(meta, "og:site_name", "application-name")
    title = _escaped(linked.get("headline")) or _first(meta, "og:title", "twitter:title")
    return About(
        title=_without_site(title or head.title, site),
        author=_names(linked.get("author")) or _first(meta, "author", "article:author_name", "dc.creator"),
        date=_date(linked.get("datePublished"))
        or _date(_first(meta, "article:published_time", "datepublished", "date", "dc.date", "pubdate")),
        url=url or head.canonical or _first(meta, "og:url"),
        site=site,
        language=_language(head.language),
    )


def locked(head: Head) -> bool:
    """Whether a page declares in JSON-LD that its article is not free to read."""
    said = (node.get("isAccessibleForFree") for node in _nodes(head.json_ld))
    return any(value is False or str(value).lower().endswith("false") for value in said)


def merge(first: About, then: About | None) -> About:
    """`first`, with what it leaves open taken from `then`."""
    if then is None:
        return first
    return About(*(getattr(first, name) or getattr(then, name) for name in About.__dataclass_fields__))


def _article(scripts: tuple[str, ...]) -> Mapping[str, Any]:
    for node in _nodes(scripts):
        kinds = node.get("@type")
        if any(str(kind).endswith(ARTICLE_TYPES) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            return node
    return {}


def _nodes(scripts: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Every object at the top of the scripts or in their `@graph`; what is no JSON is passed over."""
    for script in scripts:
        try:
            found = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in found if isinstance(found, list) else [found]:
            if isinstance(node, dict):
                yield node
                graph = node.get("@graph")
                yield from (
                    sub for sub in (graph if isinstance(graph, list) else []) if isinstance(sub, dict)
                )


def _names(value: Any) -> str | None:
    """The names in a JSON-LD author: a string, an object, or a list of either."""
    items = value if isinstance(value, list) else [value]
    names = [_escaped(item.get("name") if isinstance(item, dict) else item) for item in items]
    known = [name for name in names if name and "://" not in name]
    return "; ".join(dict.fromkeys(known)) or None


def _first(meta: Mapping[str, str], *names: str) -> str | None:
    return next((text for name in names if (text := _text(meta.get(name)))), None)


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())
    return text.encode("utf-8", "replace").decode("utf-8") or None


def _escaped(value: Any) -> str | None:
    """JSON-LD is no markup, yet many sites escape it as if it were."""
    return _text(unescape(value) if isinstance(value, str) else value)


def _date(value: Any) -> str | None:
    """The day, as YYYY-MM-DD; None for anything that does not start with one."""
    found = ISO_DATE.match(value.strip()) if isinstance(value, str) else None
    return found.group() if found else None


def _language(value: str | None) -> str | None:
    code = (value or "").strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isalpha() else None


def _without_site(title: str | None, site: str | None) -> str | None:
    title = _text(title)
    if not title:
        return None
    tail = TITLE_TAIL.search(title)
    named = tail is not None and (site is None or site.casefold() in tail.group().casefold())
    # A dash may be the title's own; a bar hardly ever is.
    if tail and named and (tail.start() > SHORT_TITLE or "|" in tail.group()):
        return title[: tail.start()]
    return title
