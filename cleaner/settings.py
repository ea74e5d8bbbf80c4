"""What a user may set, with its choices and defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from cleaner.errors import UsageError

GarbledPolicy = Literal["quarantine", "keep", "restore", "drop"]
KeepOrDrop = Literal["keep", "drop"]
Effort = Literal["best", "fast"]
OutputMarkup = Literal["txt", "md"]
MetadataLevel = Literal["cheap", "full"]
Favor = Literal["precision", "balanced", "recall"]
# Of a run, not of one document: the core does not look at them.
OutputFormat = Literal["txt", "md", "jsonl", "parquet"]
RecordLevel = Literal["none", "light", "full"]
InputKind = Literal["auto", "html", "text"]
ALLOWED_VALUES: dict[str, tuple[str, ...]] = {
    "garbled": get_args(GarbledPolicy),
    "effort": get_args(Effort),
    "captions": get_args(KeepOrDrop),
    "comments": get_args(KeepOrDrop),
    "markup": get_args(OutputMarkup),
    "metadata": get_args(MetadataLevel),
    "favor": get_args(Favor),
}


@dataclass(frozen=True, slots=True)
class SiteRules:
    """A user's own selectors for the pages of `host` and its subdomains: blocks to keep, blocks to drop."""

    host: str
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How to clean.

    Attributes:
        language: keep only documents in these languages (ISO 639-1 codes); empty keeps all.
        garbled: what becomes of a document whose words were substituted: held back (`quarantine`), let
            through (`keep`), let through with the words put back that are sure (`restore`), or withheld
            (`drop`).
        effort: `best` takes trafilatura's prediction too on HTML pages that the model is not sure of, `fast`
            does without.
        captions: keep or drop image captions and credits.
        comments: keep or drop readers' comments.
        metadata: where a page's author, date and the like come from: `cheap` reads what the page declares
            and shows; `full` also asks trafilatura, which takes longer, and records where it
            differs (only under `effort="best"`).
        favor: where it is doubtful whether a block is main content: `precision` cuts more of them, `recall`
            keeps more.
        min_confidence: a document of which a lower word-F1 (0 to 1) is expected is held back, as a garbled
            one is under `quarantine`; 0 holds none back.
        title: put the title first in the text, where one is known and not already there.
        markup: `txt` gives plain paragraphs, `md` Markdown headings and lists.
        sites: selectors of blocks to keep or drop on the pages of a host, whatever rules and model say.
        timeout: seconds trafilatura may take over one page before cleaning goes on without it. (In a run of
            `cleaner clean` the whole document has as many, and fails after them.)
    """

    language: tuple[str, ...] = ()
    garbled: GarbledPolicy = "quarantine"
    effort: Effort = "best"
    captions: KeepOrDrop = "drop"
    comments: KeepOrDrop = "drop"
    metadata: MetadataLevel = "cheap"
    favor: Favor = "balanced"
    min_confidence: float = 0.0
    title: bool = False
    markup: OutputMarkup = "txt"
    timeout: float = 30.0
    sites: tuple[SiteRules, ...] = ()

    def __post_init__(self) -> None:
        """Raises UsageError for a value that is not allowed."""
        for name, choices in ALLOWED_VALUES.items():
            if (chosen := getattr(self, name)) not in choices:
                raise UsageError(f"no {name} {chosen!r}; it is {', '.join(choices)}")
        if not isinstance(self.min_confidence, int | float) or not 0 <= self.min_confidence <= 1:
            raise UsageError(f"no min_confidence {self.min_confidence!r}; it is from 0 to 1")
