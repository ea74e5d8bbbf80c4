"""The manual pages of the reason codes, one source for the command, the documentation and the HTML page.

What a page says is the rule's docstring; its examples were taken from the rule's cases by `make golden`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cleaner.errors import PAGES
from cleaner.json_lines import loads
from cleaner.rules import catalogue, manual, summary

FAILED = "failed"  # what the codes of documents that could not be cleaned are listed under
EXAMPLES = "examples.json"
ABOUT = {
    "body": "what speaks for a line: it takes nothing away",
    "chrome": "navigation, share bars, forms, legal lines",
    "ad": "advertisements and recommendation widgets",
    "related": "other articles",
    "meta": "bylines, datelines, repeated titles, captions, author notes",
    "spun": "words that a program substituted",
    "repair": "characters put right",
    "markup": "tags of an HTML page, and what withholds a whole document",
    FAILED: "documents that could not be read or cleaned",
}

# A line of an example is a list of stretches: what happened to each (`-` goes, `+` comes, ` ` stays), and it.
Stretch = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines in which a code takes something away, or in which it lets something stand."""

    title: str
    lines: tuple[tuple[Stretch, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The manual page of one code."""

    code: str
    label: str
    text: str
    drop: Example | None = None
    keep: Example | None = None

    @property
    def line(self) -> str:
        """The page in a line."""
        return summary(self.text)

    @property
    def paragraphs(self) -> list[str]:
        """The text with each paragraph on a line of its own; what it drops and keeps are paragraphs, too."""
        parts = re.split(r"\n\n|\n(?=(?:Drops|Keeps|Next):)", self.text)
        return [" ".join(part.split()) for part in parts]


@cache
def pages() -> dict[str, Page]:
    """Every code's page: rules in their order, then repairs and markup, then failures."""
    examples: Any = loads((files("cleaner.data") / EXAMPLES).read_bytes())
    found = [
        Page(code, label, manual(code).strip(), *_examples(examples.get(code, {})))
        for label, code, _ in catalogue()
    ]
    found += [Page(str(code), FAILED, text.strip()) for code, text in PAGES.items()]
    return {page.code: page for page in found}


def _examples(told: Any) -> Iterator[Example | None]:
    for name in ("drop", "keep"):
        one = told.get(name)
        lines = tuple(tuple((kind, text) for kind, text in line) for line in one["lines"]) if one else ()
        yield Example(one["title"], lines) if one else None


def plain(page: Page) -> Iterator[str]:
    """A page as lines for a terminal, without its head."""
    yield page.text
    for example, title in ((page.drop, "Taken"), (page.keep, "Kept")):
        if example:
            yield ""
            yield f"{title} ({example.title}):"
            yield from (_plain(line) for line in example.lines)


def _plain(line: tuple[Stretch, ...]) -> str:
    if len({kind for kind, _ in line}) == 1:
        return f"  {line[0][0]} " + "".join(text for _, text in line)
    return "  ~ " + "".join(_marked(kind, text) for kind, text in line)


def _marked(kind: str, text: str) -> str:
    return f"[-{text}-]" if kind == "-" else f"{{+{text}+}}" if kind == "+" else text


def markdown() -> str:
    """All pages as one Markdown document."""
    parts = [
        "# Reason codes\n",
        "Every cut, repair and failure carries one of these. `cleaner explain CODE` prints the same page. "
        "Written by `make docs`; what it says stands in the rules' docstrings and cases.\n",
    ]
    by_label: dict[str, list[Page]] = {}
    for page in pages().values():
        by_label.setdefault(page.label, []).append(page)
    for label, group in by_label.items():
        parts.append(f"## {label}: {ABOUT[label]}\n")
        parts += [_markdown(page) for page in group]
    return "\n".join(parts)


def _markdown(page: Page) -> str:
    text = [re.sub(r"^(Drops|Keeps|Next):", r"**\1:**", part) for part in page.paragraphs]
    parts = [f"### {page.code}\n", *(f"{part}\n" for part in text)]
    for example, title in ((page.drop, "Taken"), (page.keep, "Kept")):
        if example:
            lines = "\n".join(_plain(line)[2:] for line in example.lines)
            parts.append(f"{title} ({example.title}):\n\n~~~diff\n{lines}\n~~~\n")
    return "\n".join(parts)
