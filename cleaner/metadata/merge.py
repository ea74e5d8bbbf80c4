"""What several sources claim about a document, merged to one value for each field.

A page states the same thing in several places, and not always the same way. Each place is a source; for
each field the sources have an order, the first that has a value wins, and differing values of others are
kept beside it. Sources, in that order: what the page declares (`declared.py`), what it shows (`visible.py`),
the day in its address, and trafilatura where the user asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cleaner.document import Claim, Metadata

METADATA_FIELDS = ("title", "author", "date", "url", "site", "language")
# Differing values that are kept beside the one that won.
MAX_ALTERNATIVES = 4
# Addresses are compared up to here.
MAX_COMPARED_URL_CHARS = 2000

NON_ALNUM = re.compile(r"[\W_]+")
_NAME_SEPARATOR = re.compile(r"\s*(?:[;,/|&]|\s(?:and|und|et|y|e|og|och|en)\s)\s*")
_IGNORED_URL_PARTS = re.compile(r"^https?://(?:www\.)?|[?#].*\Z|/\Z", re.IGNORECASE | re.DOTALL)


def merge_metadata(first: Metadata, *others: Metadata | None) -> Metadata:
    """`first`, its empty fields filled from the others in turn; differing values are kept in `claims`."""
    claims: dict[str, list[Claim]] = {name: [] for name in METADATA_FIELDS}
    for metadata in filter(None, (first, *others)):
        for name, field_claims in claims.items():
            value = getattr(metadata, name)
            field_claims += metadata.claims.get(name) or ([Claim("", value)] if value else [])
    return resolve_claims(claims)


def with_text_source(metadata: Metadata, source: str | None) -> Metadata:
    """The metadata, with the source of the text itself where that is not what the page shows."""
    if source is None:
        return metadata
    return replace(metadata, claims={**metadata.claims, "text": (Claim(source, ""),)})


def resolve_claims(claims: Mapping[str, Iterable[Claim]]) -> Metadata:
    """The metadata in which the first claim to each field wins."""
    distinct = {name: _distinct_claims(name, list(claims.get(name, ()))) for name in METADATA_FIELDS}
    values = {
        name: field_claims[0].value if field_claims else None for name, field_claims in distinct.items()
    }
    with_source = {name: found for name, found in distinct.items() if found and found[0].source}
    return Metadata(**values, claims=with_source)


def comparison_key(name: str, value: str) -> Any:
    """What counts of a value of field `name` when two are compared."""
    if name == "url":
        return _IGNORED_URL_PARTS.sub("", _IGNORED_URL_PARTS.sub("", value[:MAX_COMPARED_URL_CHARS])).lower()
    if name == "author":
        return {NON_ALNUM.sub("", part).casefold() for part in _NAME_SEPARATOR.split(value)} - {""}
    return NON_ALNUM.sub("", value).casefold()


def _distinct_claims(name: str, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claim that wins, then those that differ from it and from each other."""
    if len(claims) < 2:
        return tuple(claims)
    claims = _prefer_untruncated(claims) if name == "title" else claims
    distinct, keys = [claims[0]], [comparison_key(name, claims[0].value)]
    for claim in claims[1:]:
        key = comparison_key(name, claim.value)
        if len(distinct) <= MAX_ALTERNATIVES and not any(_is_equivalent(name, key, other) for other in keys):
            distinct.append(claim)
            keys.append(key)
    return tuple(distinct)


def _prefer_untruncated(claims: Sequence[Claim]) -> Sequence[Claim]:
    """The claims to a title; where the first is cut short (`The bell of…`), its full form comes before it."""
    untruncated = claims[0].value.rstrip(".… ")
    if untruncated != claims[0].value and claims[0].value.endswith(("...", "…")):
        longer = [
            c for c in claims if c.value.startswith(untruncated) and len(c.value) > len(claims[0].value)
        ]
        return [*longer[:1], *(claim for claim in claims if claim not in longer[:1])]
    return claims


def _is_equivalent(name: str, one: Any, other: Any) -> bool:
    """Whether two keys mean the same value: a title may have the site's name beside it."""
    if name == "title" and one and other:
        return bool(one in other or other in one)
    return bool(one == other)
