"""What a page declares about itself in its tags, unchecked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cleaner.reading import json_ld
from cleaner.reading.tokenizer import attributes, unescape

# These occur once for each author; a joined list ends before it is longer than so many characters.
MULTI_VALUE_META = frozenset(("citation_author", "dc.creator", "dcterms.creator", "article:author"))
MAX_JOINED_META_CHARS = 1000


@dataclass(frozen=True)
class Head:
    """What a page declares about itself; the first of each counts.

    Attributes:
        title: the `<title>`.
        meta: `content` of each `<meta>` by its name or property, in lower case; of those in
            `MULTI_VALUE_META` all, with semicolons between them.
        canonical: the address of its `<link rel=canonical>`.
        language: the `lang` of `<html>`.
        json_ld_scripts: the text of its JSON-LD scripts.
        base_url: the address that links are relative to.
    """

    title: str | None = None
    meta: Mapping[str, str] = field(default_factory=dict)
    canonical: str | None = None
    language: str | None = None
    json_ld_scripts: tuple[str, ...] = ()
    base_url: str | None = None

    @cached_property
    def json_ld_nodes(self) -> list[json_ld.Node]:
        """The objects of its JSON-LD that may describe the page."""
        return json_ld.parse_nodes(self.json_ld_scripts)

    @cached_property
    def declares_article(self) -> bool:
        """Whether it declares that the page is one article, in its `og:type` or in JSON-LD."""
        return self.meta.get("og:type") == "article" or bool(json_ld.article_nodes(self.json_ld_nodes))

    @cached_property
    def article_body(self) -> str | None:
        """The article's text as its JSON-LD gives it, a paragraph a line, without tags; None for none.

        It is not reliable: it may be shortened, another article's, or an old version.
        """
        return json_ld.article_text(self.json_ld_nodes) if self.json_ld_scripts else None


class HeadReader:
    """Gathers what a page declares, from the tags as they come."""

    handled_tags = frozenset(("base", "html", "link", "meta", "script"))

    def __init__(self) -> None:
        self._first_values: dict[str, str] = {}
        self._meta: dict[str, str] = {}
        self._json_ld: list[str] = []
        self._is_json_ld = False

    @property
    def is_json_ld(self) -> bool:
        """Whether the script that was opened last is JSON-LD."""
        return self._is_json_ld

    def start(self, name: str, tag: str) -> None:
        if name == "script":
            self._is_json_ld = "ld+json" in tag.lower()
        elif len(tag) > len(name) + 2:
            self._read_attributes(name, attributes(tag))

    def _read_attributes(self, name: str, attrs: dict[str, str]) -> None:
        if name == "meta":
            for key in ("property", "name", "itemprop", "http-equiv"):
                if key in attrs and "content" in attrs:
                    self._add_meta(attrs[key].strip().lower(), attrs["content"])
        elif name == "html":
            self._set_once("language", attrs.get("lang") or attrs.get("xml:lang"))
        elif name == "base":
            self._set_once("base", attrs.get("href"))
        elif "canonical" in attrs.get("rel", "").lower().split():
            self._set_once("canonical", attrs.get("href"))

    def _add_meta(self, name: str, value: str) -> None:
        existing = self._meta.setdefault(name, value)
        if (
            existing is not value
            and name in MULTI_VALUE_META
            and len(existing) + len(value) < MAX_JOINED_META_CHARS
        ):
            self._meta[name] = f"{existing}; {value}"

    def content(self, name: str, text: str) -> None:
        """The text of a title or script."""
        if name == "title":
            self._set_once("title", " ".join(unescape(text).split()))
        elif name == "script" and self._is_json_ld:
            self._json_ld.append(text)

    def _set_once(self, name: str, value: str | None) -> None:
        if value and value.strip():
            self._first_values.setdefault(name, value.strip())

    def build(self) -> Head:
        values = self._first_values
        return Head(
            values.get("title"),
            self._meta,
            values.get("canonical"),
            values.get("language"),
            tuple(self._json_ld),
            values.get("base"),
        )
