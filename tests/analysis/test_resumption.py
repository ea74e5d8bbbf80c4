"""Topics are told by terms, in every script that `characters` knows."""

from __future__ import annotations

import pytest

from cleaner.analysis.resumption import topic_terms


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("the ferry sails, and bridges open", {"ferry", "sails", "bridges"}),
        ("人々は港", {"人々", "々は", "は港"}),
        ("ｶﾅの港", {"ｶﾅ", "ﾅの", "の港"}),
        ("𠀋𠂢𠂤", {"𠀋𠂢", "𠂢𠂤"}),
        ("เรือ", {"เร", "รื", "ือ"}),
        ("ကမ်း", {"ကမ", "မ်", "်း"}),
        ("12345 a bc", set()),
    ],
)
def test_terms_of_a_text(text: str, want: set[str]) -> None:
    assert topic_terms(text) == want
