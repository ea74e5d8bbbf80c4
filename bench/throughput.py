"""Documents a second on one core, beside the plain script that people write: `python -m bench.throughput`.

The script repairs with `ftfy.fix_text`, asks `langdetect.detect_langs`, and drops lines as the C4 corpus did
(`bench/c4.py`); for HTML `trafilatura.extract` comes first. Both do all their work in this process, in turns,
over the same documents; what is counted is processor time, so that a busy machine does not matter much. For
HTML `trafilatura.extract` is timed alone as well. The documents are made (`bench/corpus.py`), or read from
the paths given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import ftfy
import langdetect
import trafilatura

from bench import c4
from bench.corpus import documents
from cleaner.corpus.outcomes import Job, _cleaned
from cleaner.corpus.readers import read_inputs
from cleaner.document import Document, Kind
from cleaner.errors import CleanerError
from cleaner.processes.preload import warm
from cleaner.settings import Settings

NUMBER = {"text": 300, "html": 100}
ROUNDS = 3
SCRIPT, ALONE = "plain script", "trafilatura.extract"


def script(raw: str, kind: Kind) -> str:
    """The plain script, for one document."""
    text = raw if kind == "text" else trafilatura.extract(raw) or ""
    text = c4.document(ftfy.fix_text(text))
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
    contenders = {SCRIPT: script, "cleaner": ours(Job())}
    if kind == "html":
        contenders["cleaner --effort fast"] = ours(Job(Settings(effort="fast")))
        contenders[ALONE] = lambda raw, _: trafilatura.extract(raw)
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            best[name] = min(best[name], seconds(work, given, kind))
    size = sum(map(len, given)) / len(given)
    print(f"{kind}: {len(given)} documents of {size:,.0f} characters")
    for name, took in best.items():
        rate = len(given) / took
        ratios = [f"{best[other] / took:5.2f} x {other}" for other in (SCRIPT, ALONE) if other in best]
        print(f"  {name:22} {rate:6.0f} documents/s {rate * size / 1e6:6.2f} M characters/s", *ratios)


def given(paths: list[str]) -> dict[Kind, list[str]]:
    """Documents of each kind: those at the paths, or made ones."""
    if not paths:
        return {"text": [*documents(NUMBER["text"], "text")], "html": [*documents(NUMBER["html"], "html")]}
    found: dict[Kind, list[str]] = {"text": [], "html": []}
    for one in read_inputs(paths):
        if isinstance(one, Document) and len(found[one.kind]) < NUMBER[one.kind]:
            found[one.kind].append(one.raw)
    return found


def main() -> int:
    """Compare."""
    first, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("python -m bench.throughput", description=first, epilog=rest)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="documents; without any, made ones")
    paths = parser.parse_args().paths
    try:
        found = given(paths)
    except CleanerError as error:
        parser.error(str(error))
    warm()
    langdetect.DetectorFactory.seed = 0
    for kind, some in found.items():
        if some:
            compare(some, kind)
    return 0 if any(found.values()) else parser.error("no documents there")


if __name__ == "__main__":
    sys.exit(main())
