"""What a page declares about itself in its tags, before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cleaner.reading import json_ld as linked
from cleaner.reading.tokenizer import attributes, unescape

# One `<meta>` an author; of a list that is longer than so many characters the rest is left out.
SEVERAL = frozenset(("citation_author", "dc.creator", "dcterms.creator", "article:author"))
SEVERAL_AT_MOST = 1000


@dataclass(frozen=True)
class Head:
    """What a page declares about itself; the first of each counts.

    Attributes:
        title: the `<title>`.
        meta: `content` of each `<meta>` by its name or property, in lower case; of those in `SEVERAL` all,
            with semicolons between them.
        canonical: the address it gives as its own.
        language: the `lang` of `<html>`.
        json_ld: the JSON-LD scripts, as they stand.
        base: the address that links start from.
    """

    title: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    canonical: str | None = None
    language: str | None = None
    json_ld: tuple[str, ...] = ()
    base: str | None = None

    @cached_property
    def linked(self) -> list[linked.Node]:
        """The objects of its JSON-LD that may describe the page."""
        return linked.nodes(self.json_ld)

    @cached_property
    def article_body(self) -> str | None:
        """The article's text as its JSON-LD gives it, a paragraph a line, without tags; None for none.

        Nobody vouches for it: it may be shortened, another article's, or an old version.
        """
        return linked.body(self.linked) if self.json_ld else None


class HeadReader:
    """Gathers what a page declares, from the tags as they come."""

    tags = frozenset(("base", "html", "link", "meta", "script"))

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._meta: dict[str, str] = {}
        self._json_ld: list[str] = []
        self._is_json_ld = False

    def start(self, name: str, tag: str) -> None:
        if name == "script":
            self._is_json_ld = "ld+json" in tag.lower()
        elif len(tag) > len(name) + 2:
            self._declared(name, attributes(tag))

    def _declared(self, name: str, found: dict[str, str]) -> None:
        if name == "meta":
            for key in ("property", "name", "itemprop", "http-equiv"):
                if key in found and "content" in found:
                    self._told(found[key].strip().lower(), found["content"])
        elif name == "html":
            self._keep("language", found.get("lang") or found.get("xml:lang"))
        elif name == "base":
            self._keep("base", found.get("href"))
        elif "canonical" in found.get("rel", "").lower().split():
            self._keep("canonical", found.get("href"))

    def _told(self, name: str, value: str) -> None:
        before = self._meta.setdefault(name, value)
        if before is not value and name in SEVERAL and len(before) + len(value) < SEVERAL_AT_MOST:
            self._meta[name] = f"{before}; {value}"

    def content(self, name: str, text: str) -> None:
        """The text of a title or script."""
        if name == "title":
            self._keep("title", " ".join(unescape(text).split()))
        elif name == "script" and self._is_json_ld:
            self._json_ld.append(text)

    def _keep(self, name: str, value: str | None) -> None:
        if value and value.strip():
            self._found.setdefault(name, value.strip())

    def made(self) -> Head:
        found = self._found
        return Head(
            found.get("title"),
            self._meta,
            found.get("canonical"),
            found.get("language"),
            tuple(self._json_ld),
            found.get("base"),
        )
