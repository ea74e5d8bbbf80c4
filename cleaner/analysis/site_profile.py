"""What recurs on a site: counted over many documents, saved, and looked up while one of them is cleaned.

A line that is in three documents of one site is boilerplate: a paragraph is written once. What is counted is
a line's template (its numbers made equal), once a document. Memory is bounded by lossy counting
(Manku and Motwani, VLDB 2002): rare lines are forgotten, frequent ones never, and the order of the documents
alone decides which, so the same documents give the same profile. The bound is a site's: a crawl of very many
sites is better learned a part at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from cleaner.document import host_of
from cleaner.surrogates import escape_surrogates

FORMAT = "cleaner-profile"
VERSION = 1
# A line is taken to recur from so many documents of its site on, and from this share of them.
MIN_DOCUMENTS = 3
MIN_DOCUMENT_SHARE = 0.1
# After every so many documents, lines are forgotten that have not been seen more often than that happened
# since they came in. Lines of more than one document in this many are never lost.
LOSSY_BUCKET_DOCUMENTS = 2_000
# A document of whose long lines this part was seen before is a version of another one, and not counted: a
# page with a notice or two brings paragraphs of its own.
NEAR_DUPLICATE_SHARE = 0.75
MIN_LONG_LINE_WORDS = 12
# Of a longer line the digest is kept in place of the text.
MAX_KEY_CHARS = 200


class ProfileError(Exception):
    """The file is no site profile, or one this version cannot read."""


def site_of(doc_id: str, url: str | None, site_name: str | None = None) -> str:
    """The site a document is taken to be of: the host of its address, else the folder its id names, else the
    name of its site as the page says it; `""` where nothing tells."""
    for address in (url, doc_id if "://" in doc_id else None):
        if host := host_of(address):
            return host.removeprefix("www.")
    return escape_surrogates(doc_id.rpartition("/")[0] or (site_name or "").strip().casefold())


def has_letters(template: str) -> bool:
    """Whether a template has letters: lines that are only numbers are not counted."""
    return any(char.isalpha() for char in template)


def line_key(template: str) -> str:
    """A line's template, or its digest where it is long."""
    if len(template) <= MAX_KEY_CHARS:
        return escape_surrogates(template)
    return "sha256:" + hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class SiteLines:
    """One site: how many documents it was learned from, and in how many each line stands."""

    documents: int
    document_counts: Mapping[str, int]

    def document_share(self, template: str) -> float:
        """The share of the site's documents that hold a line of this template; 0 where it does not recur."""
        count = self.document_counts.get(line_key(template), 0)
        return count / self.documents if count else 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """The lines that recur, by site."""

    sites: Mapping[str, SiteLines]

    def for_document(self, doc_id: str, url: str | None, site_name: str | None = None) -> SiteLines | None:
        """The site of a document, if something was learned of it."""
        site = site_of(doc_id, url, site_name)
        return self.sites.get(site) if site else None  # what nothing tells is of no site

    def dump(self) -> bytes:
        """The profile as JSON lines: a header, then a site a line, both in a fixed order."""
        header = {"format": FORMAT, "version": VERSION, "sites": len(self.sites)}
        rows = [header] + [
            {
                "site": name,
                "documents": site.documents,
                "lines": sorted(site.document_counts.items(), key=lambda line: (-line[1], line[0])),
            }
            for name, site in sorted(self.sites.items())
        ]
        return b"".join(orjson.dumps(row) + b"\n" for row in rows)

    @property
    def digest(self) -> str:
        """The sha256 of the profile's file."""
        return hashlib.sha256(self.dump()).hexdigest()


def parse_profile(data: bytes) -> Profile:
    """The profile in a file's bytes. Raises ProfileError."""
    try:
        header, *rows = [orjson.loads(line) for line in data.splitlines() if line.strip()]
        if header.get("format") != FORMAT:
            raise ProfileError("not a site profile; make one with: cleaner learn INPUT -o FILE")
        if header.get("version") != VERSION:
            raise ProfileError(
                f"version {header.get('version')}, this program reads {VERSION}; learn it again"
            )
        if header.get("sites") != len(rows):
            raise ProfileError(
                f"{len(rows)} of {header.get('sites')} sites: the file is cut off; learn it again"
            )
        return Profile(dict(map(_site_from_row, rows)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProfileError(
            f"not a site profile ({error}); make one with: cleaner learn INPUT -o FILE"
        ) from error


def _site_from_row(row: Mapping[str, Any]) -> tuple[str, SiteLines]:
    """One row. Raises ValueError or what a wrong type does."""
    lines = {str(line): int(count) for line, count in row["lines"]}
    if min([row["documents"], *lines.values()]) < 1 or not isinstance(row["documents"], int):
        raise ValueError(f"counts of {row['site']!r} are not whole and positive")
    return str(row["site"]), SiteLines(row["documents"], lines)


@dataclass
class _SiteCounts:
    """The running counts of one site."""

    documents: int = 0
    line_counts: dict[str, list[int]] = field(default_factory=dict)  # line: [count, bucket it came in]
    versions: int = 0  # documents that are versions of another one, and not counted

    def add(self, templates: Iterable[tuple[str, float]]) -> None:
        is_long_by_key = {
            line_key(template): words >= MIN_LONG_LINE_WORDS
            for template, words in templates
            if has_letters(template)
        }
        long_keys = [key for key, is_long in is_long_by_key.items() if is_long]
        if long_keys and sum(key in self.line_counts for key in long_keys) >= NEAR_DUPLICATE_SHARE * len(
            long_keys
        ):
            self.versions += 1
            return
        self.documents += 1
        bucket = self.documents // LOSSY_BUCKET_DOCUMENTS
        for key in is_long_by_key:
            self.line_counts.setdefault(key, [0, bucket])[0] += 1
        if self.documents % LOSSY_BUCKET_DOCUMENTS == 0:
            self.line_counts = {key: entry for key, entry in self.line_counts.items() if sum(entry) > bucket}

    def recurring_lines(self) -> SiteLines:
        min_documents = max(MIN_DOCUMENTS, MIN_DOCUMENT_SHARE * self.documents)
        return SiteLines(
            self.documents,
            {key: entry[0] for key, entry in self.line_counts.items() if entry[0] >= min_documents},
        )


class Learner:
    """Counts the lines of documents as they come; `profile` is what recurred.

    `n_without_site`: the documents of which nothing tells the site; their lines are not counted.
    """

    def __init__(self) -> None:
        self._sites: dict[str, _SiteCounts] = {}
        self.n_without_site = 0

    def state(self) -> dict[str, Any]:
        """What was counted so far, as JSON can hold it."""
        return {name: [site.documents, site.line_counts, site.versions] for name, site in self._sites.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Learner:
        """One that goes on from such a state. Raises ValueError or what a wrong type does."""
        learner = cls()
        for name, (documents, line_counts, versions) in state.items():
            learner._sites[name] = _SiteCounts(documents, line_counts, versions)
        return learner

    def add(
        self,
        doc_id: str,
        url: str | None,
        templates: Iterable[tuple[str, float]],
        site_name: str | None = None,
    ) -> None:
        """One more document: the template and the length in words of each of its lines."""
        site = site_of(doc_id, url, site_name)
        if not site:
            self.n_without_site += 1
            return
        self._sites.setdefault(site, _SiteCounts()).add(templates)

    @property
    def versions(self) -> int:
        """How many documents were taken for versions of another one, and not counted."""
        return sum(site.versions for site in self._sites.values())

    @property
    def most_documents(self) -> int:
        """How many documents the largest site has, versions of others left out."""
        return max((site.documents for site in self._sites.values()), default=0)

    def profile(self) -> Profile:
        """What recurs on each site on which anything does."""
        sites = {name: counts.recurring_lines() for name, counts in self._sites.items()}
        return Profile({name: site for name, site in sites.items() if site.document_counts})
