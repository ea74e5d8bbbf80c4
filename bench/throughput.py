"""Documents a second on one core, beside the plain script that people write: `python -m bench.throughput`.

The script repairs with `ftfy.fix_text`, asks `langdetect.detect_langs`, and drops lines as the C4 corpus did
(Raffel et al. 2020, section 2.2); for HTML `trafilatura.extract` comes first. Both do all their work in
this process, in turns, over the same documents; what is counted is processor time, so that a busy machine
does not matter much. The documents are made from the seeds and cases, or read from the paths given.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence

import ftfy
import langdetect
import trafilatura

from bench.corpus import documents
from cleaner.corpus.readers import read_inputs
from cleaner.corpus.run import Job, _cleaned
from cleaner.document import Document, Kind
from cleaner.settings import Settings
from cleaner.warm import warm

NUMBER = {"text": 300, "html": 100}
ROUNDS = 3

END = (".", "!", "?", '"', "”")
WORD = re.compile(r"\S+")
SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def c4(text: str) -> str:
    """What C4's rules keep: lines of three words and more that end a sentence; no page with code."""
    if "{" in text or "lorem ipsum" in text.lower():
        return ""
    kept = [line.strip() for line in text.splitlines() if _stays(line.strip())]
    whole = "\n".join(kept)
    return whole if len(SENTENCE.findall(whole)) >= 3 else ""


def _stays(line: str) -> bool:
    lower = line.lower()
    return (
        line.endswith(END)
        and len(WORD.findall(line)) >= 3
        and "javascript" not in lower
        and not any(part in lower for part in POLICY)
    )


def script(raw: str, kind: Kind) -> str:
    """The plain script, for one document."""
    text = raw if kind == "text" else trafilatura.extract(raw) or ""
    text = c4(ftfy.fix_text(text))
    try:
        langdetect.detect_langs(text)
    except langdetect.LangDetectException:
        return ""
    return text


def ours(job: Job) -> Callable[[str, Kind], object]:
    """What a worker does for one document: clean, account, sign, and put the record into words."""
    return lambda raw, kind: _cleaned(Document("a", raw, kind), job)


def seconds(work: Callable[[str, Kind], object], given: Sequence[str], kind: Kind) -> float:
    """Processor time for all documents."""
    start = time.process_time()
    for raw in given:
        work(raw, kind)
    return time.process_time() - start


def compare(given: Sequence[str], kind: Kind) -> None:
    """Prints documents a second of each, best of some rounds, and the ratios."""
    contenders = {"plain script": script, "cleaner": ours(Job())}
    if kind == "html":
        contenders["cleaner --effort fast"] = ours(Job(Settings(effort="fast")))
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            best[name] = min(best[name], seconds(work, given, kind))
    size = sum(map(len, given)) / len(given)
    print(f"{kind}: {len(given)} documents of {size:,.0f} characters")
    for name, took in best.items():
        rate, ratio = len(given) / took, best["plain script"] / took
        print(f"  {name:22} {rate:8.0f} documents/s  {rate * size / 1e6:6.2f} M characters/s  {ratio:5.2f} x")


def main(paths: list[str]) -> None:
    """Compare on documents made, or on those at the paths."""
    warm()
    langdetect.DetectorFactory.seed = 0
    given: dict[Kind, list[str]] = {"text": [], "html": []}
    for one in read_inputs(paths) if paths else ():
        if isinstance(one, Document) and len(given[one.kind]) < NUMBER[one.kind]:
            given[one.kind].append(one.raw)
    if not paths:
        given = {"text": [*documents(NUMBER["text"], "text")], "html": [*documents(NUMBER["html"], "html")]}
    for kind, found in given.items():
        if found:
            compare(found, kind)


if __name__ == "__main__":
    main(sys.argv[1:])
