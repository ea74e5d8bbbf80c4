"""The first pass over documents, which finds what recurs on their sites: what `cleaner learn` does, and
`cleaner clean --learn` before it cleans. The pass continues after any end: from time to time it writes down
how far it came and what it has counted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.site_profile import MIN_DOCUMENTS, Learner, Profile
from cleaner.corpus.atomic import AtomicFile
from cleaner.corpus.checkpoint import Position, file_identity
from cleaner.corpus.discover import FailedInput, File
from cleaner.corpus.outcomes import pool_tasks
from cleaner.corpus.readers import FileStarted, Inputs, Item, ReadOptions, Skipped, load_item
from cleaner.corpus.signals import DeferredSignals
from cleaner.corpus.summary import plural
from cleaner.document import Document
from cleaner.json_lines import dumps, loads
from cleaner.metadata.declared import declared_metadata
from cleaner.processes.pool import Engine, Limits, ProcessPool, TaskLost
from cleaner.reading.page import read_document

# Seconds between two notes of how far the pass came; to write one may take this share of the time.
MIN_CHECKPOINT_S = 1.0
MAX_CHECKPOINT_SHARE = 0.05
NOWHERE = Position(-1, 0)  # before the first file
HOW_SITES_ARE_TOLD = (
    "put the files of each site into a folder of its own, or give rows with a `url` (a page's own address, "
    "canonical or og:url, or its og:site_name tells it too)"
)


class DocumentLines(NamedTuple):
    """What is counted of a document: by its id, address and site's name the site, and each line's template
    and length in words."""

    id: str
    url: str | None
    templates: tuple[tuple[str, float], ...]
    site_name: str | None


def lines_of_document(doc: Document) -> DocumentLines:
    """The lines of a document, with their length in words."""
    page = read_document(doc)
    blocks = BlockIndex(doc, page.blocks)
    declared = declared_metadata(page.head, doc.url)
    lines = tuple(zip(blocks.templates, blocks.words, strict=True))
    return DocumentLines(doc.id, declared.url, lines, declared.site)


@dataclass(frozen=True, slots=True)
class LearningJob:
    """What a worker does with each document of the first pass; None for one that cannot be read."""

    read_options: ReadOptions

    @property
    def preload(self) -> tuple[str, ...]:
        """The modules that the fork server imports before it forks."""
        return ("cleaner.corpus.learning",)

    def __call__(self, item: Item) -> DocumentLines | None:
        document = load_item(item, self.read_options)
        if isinstance(document, FailedInput):
            return None  # the second pass says so
        with suppress(Exception):  # and what it is that makes the program crash
            return lines_of_document(document)
        return None


class LearnPass:
    """The first pass of a run over `inputs`. What it has counted is kept in the file `state_path`."""

    def __init__(
        self, inputs: Inputs, read_options: ReadOptions, state_path: Path, workers: int, limits: Limits,
        engine: Engine | None = None,
    ) -> None:  # fmt: skip
        self.inputs, self._read_options = inputs, read_options
        self._state_path, self._workers, self._limits = state_path, workers, limits
        self._engine = engine
        self.learner, self.n_documents = Learner(), 0
        self._position, self._files = NOWHERE, hashlib.sha256()
        self._resume()

    def run(self) -> Iterator[int]:
        """Count every document; yields how many there were, after each.

        Ctrl-C and SIGTERM take effect between documents: what is written down never holds half of one.
        """
        last_checkpoint, cost_s = time.monotonic(), 0.0
        with DeferredSignals() as signals:
            results = self._results()
            try:
                for item, lines in results:
                    with signals.deferred():
                        is_document = self._count(item, lines)
                    if is_document:
                        yield self.n_documents
                    now = time.monotonic()
                    if now - last_checkpoint > max(MIN_CHECKPOINT_S, cost_s / MAX_CHECKPOINT_SHARE):
                        with signals.deferred():
                            self.checkpoint()
                        last_checkpoint = time.monotonic()
                        cost_s = last_checkpoint - now
            except KeyboardInterrupt:
                with signals.deferred():
                    self.checkpoint()
                raise
            finally:
                results.close()

    def _count(self, item: FileStarted | Skipped | Item, lines: DocumentLines | TaskLost | None) -> bool:
        """Count an item, and say whether it is a document."""
        if isinstance(item, FileStarted):
            self._start_file(item)
            return False
        self._position = Position(self._position.file_number, item.index_in_file)
        if isinstance(item, Skipped):
            return False
        if isinstance(lines, DocumentLines):
            self.learner.add(*lines)
        self.n_documents += 1
        return True

    def _results(self) -> Generator[tuple[Any, DocumentLines | TaskLost | None], None, None]:
        job, items = LearningJob(self._read_options), self.inputs.items(*self._position, self.n_documents)
        if self._workers == 0 and self._engine is None:
            for item in items:
                yield item, None if isinstance(item, FileStarted | Skipped | FailedInput) else job(item)
            return
        with (self._engine or ProcessPool)(self._workers, job, self._limits) as pool:
            yield from pool.run(pool_tasks(items, self._read_options, self._engine))

    def _start_file(self, started: FileStarted) -> None:
        if started.file_number > self._position.file_number:
            self._files.update(repr(file_identity(started)).encode())
            self._position = Position(started.file_number, 0)

    # -- how far it came

    def checkpoint(self) -> None:
        """Write down how far the pass came."""
        state = {
            "place": [*self._position],
            "files": self._files.hexdigest(),
            "documents": self.n_documents,
            "sites": self.learner.state(),
            "without_site": self.learner.n_without_site,
        }
        with AtomicFile(self._state_path) as file:
            file.write(dumps(state))

    def _resume(self) -> None:
        """Go on from what was written down, if the files that were read then are still the same."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            state = loads(self._state_path.read_bytes())
            position = Position(*state["place"])
            learner = Learner.from_state(state["sites"])
            learner.n_without_site = int(state["without_site"])
            files = self._files_before(position)
            if files.hexdigest() == state["files"]:
                self.learner, self.n_documents = learner, int(state["documents"])
                self._position, self._files = position, files

    def _files_before(self, position: Position) -> Any:
        """The sha256 of the identities of the files up to the one at `position`."""
        return _files_hash(islice(self.inputs.files(), position.file_number + 1))

    @property
    def files_sha256(self) -> str:
        """Of the path, size and version of every file that was started."""
        return str(self._files.hexdigest())


def files_sha256(files: Iterable[File | FailedInput]) -> str:
    """The same of files as they are now."""
    return str(_files_hash(files).hexdigest())


def _files_hash(files: Iterable[File | FailedInput]) -> Any:
    total = hashlib.sha256()
    for number, file in enumerate(files):
        total.update(repr(file_identity(FileStarted(number, file))).encode())
    return total


def left_out_message(learner: Learner, profile: Profile) -> str:
    """What to say of the profile that was learned, if it lacks something: why no line recurs, or how many
    documents were not counted; `""` where there is nothing to say."""
    nothing = "" if profile.sites else "nothing recurs: "
    has_crowded_site = learner.versions > 0 or learner.most_documents > 1  # then it says why no line recurs
    if learner.n_without_site and (profile.sites or not has_crowded_site):
        documents = plural(learner.n_without_site, "document")
        return f"{nothing}nothing tells the site of {documents}: {HOW_SITES_ARE_TOLD}"
    if not nothing:
        return ""
    if learner.most_documents >= MIN_DOCUMENTS:
        return f"{nothing}no line stands in three documents of a site and in a tenth of them"
    if learner.versions:
        return (
            f"{nothing}{plural(learner.versions, 'document')} left out: their long lines stand in another "
            "one, of which they are taken for versions; three others of a site are needed"
        )
    return f"{nothing}no site has three documents; {HOW_SITES_ARE_TOLD}"
