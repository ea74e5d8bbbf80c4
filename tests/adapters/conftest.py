"""A core that hangs and crashes where a document says so."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cleaner import pipeline


@pytest.fixture
def odd_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that begins with HANG is never done; CRASH raises."""
    real = pipeline.clean

    def clean(doc: Any, *args: Any) -> Any:
        if doc.raw.startswith("HANG"):
            while True:
                time.sleep(0.01)
        if doc.raw.startswith("CRASH"):
            raise ValueError("boom")
        return real(doc, *args)

    monkeypatch.setattr(pipeline, "clean", clean)
