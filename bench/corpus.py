"""Makes a corpus of any size out of the seeds and the cases: each document another one, always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cleaner.decode import decode

ROOT = Path(__file__).parent.parent
# A document of the web is some 5,000 characters; the specimens are shorter, so several make one.
PIECES = (1, 4)
NAMES = "Arden Brask Corlin Dunmore Eskdale Farrow Greta Hollin Ister Jura Kestrel Lorne Marrow Nairn".split()


@cache
def pieces() -> dict[str, tuple[str, ...]]:
    """What documents are put together from: flattened texts, and the bodies of pages."""
    texts: list[str] = []
    pages: list[str] = []
    for file in sorted((ROOT / "seeds").iterdir()):
        if file.suffix in (".txt", ".html"):
            (pages if file.suffix == ".html" else texts).append(decode(file.read_bytes())[0])
    for file in sorted((ROOT / "fixtures" / "rules").glob("*.case")):
        for case in ("\n" + file.read_text("utf-8")).split("\n=== ")[1:]:
            given = case.partition("\n")[2].partition("\n--- want")[0].strip("\n")
            (pages if given.startswith("<") else texts).append(given)
    return {"text": tuple(texts), "html": tuple(pages)}


def documents(number: int, kind: str, seed: int = 0) -> Iterator[str]:
    """`number` documents of a kind (text or html), none the same: names and numbers differ."""
    for index in range(number):
        draw = random.Random(f"{seed}:{kind}:{index}")
        chosen = draw.choices(pieces()[kind], k=draw.randint(*PIECES))
        steps = draw.randrange(10**6)
        mark = f"{draw.choice(NAMES)} {draw.choice(NAMES)} counted {index} of {steps} steps there."
        if kind == "html":
            body = "\n".join(chosen)
            yield f"<html><head><title>Page {index}</title></head><body><p>{mark}</p>{body}</body></html>"
        else:
            yield "\n\n".join([*chosen, mark])
