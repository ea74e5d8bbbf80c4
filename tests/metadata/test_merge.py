from __future__ import annotations

import pytest

from cleaner.document import Claim, Metadata
from cleaner.metadata.merge import MAX_ALTERNATIVES, merge_metadata, resolve_claims


def test_only_empty_fields_are_filled() -> None:
    assert merge_metadata(Metadata(title="a"), Metadata(title="b", date="2024-01-01")) == Metadata(
        title="a", date="2024-01-01"
    )
    assert merge_metadata(Metadata(title="a"), None) == Metadata(title="a")


@pytest.mark.parametrize(
    ("field", "one", "other", "is_same"),
    [
        ("author", "Ada Quill; Bo Reed", "Bo Reed and Ada Quill", True),
        ("author", "Ada Quill", "Hill Desk", False),
        ("title", "The bell of Oster", "The Bell of Oster | Hill Gazette", True),
        ("title", "The bell of Oster", "The mill of Oster", False),
        ("url", "https://example.org/a/?x=1", "http://www.example.org/a", True),
        ("url", "https://example.org/a", "https://example.org/b", False),
    ],
)
def test_equivalent_values_are_kept_once(field: str, one: str, other: str, is_same: bool) -> None:
    claims = [Claim("json-ld", one), Claim("meta", other)]
    assert resolve_claims({field: claims}).claims[field] == tuple(claims[: 1 if is_same else 2])


def test_a_title_that_is_cut_short_loses_to_its_full_form() -> None:
    claims = [Claim("json-ld", "The bell of…"), Claim("meta", "The bell of Oster is back")]
    assert resolve_claims({"title": claims}).title == "The bell of Oster is back"


def test_alternatives_are_few() -> None:
    claims = [Claim("meta", f"Title {k}") for k in range(20)]
    assert len(resolve_claims({"title": claims}).claims["title"]) == 1 + MAX_ALTERNATIVES
