"""What `clean` says to people, all of it on stderr."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cleaner.cli import echo, echo_err, line_of, say, styled
from cleaner.corpus.folder_layout import TEXT_FOLDERS
from cleaner.corpus.outcomes import Outcome
from cleaner.corpus.summary import (
    HELD_BACK,
    TENTHS,
    UNKNOWN_CONFIDENCE,
    VERDICTS,
    Summary,
    plural,
    skipped_message,
    tenth_in_words,
)
from cleaner.diff.escape import visible_json
from cleaner.notes import note_in_words

if TYPE_CHECKING:
    from cleaner.diff.summary_page import Reread, TakenByCode

MAX_SHOWN_CODES = 8
MAX_NAMED_FILES = 3
LOW_TENTHS, SHOWN_TENTHS = TENTHS[:5], TENTHS[5:]  # of confidence: what is below .5 is shown as one number
# Where a document's text goes: alone to stdout or into a file, in a record to stdout, into a folder.
Destination = Literal["text", "records", "folder"]
VERDICT_COLOURS = {"clean": "green", "garbled": "yellow", "failed": "red"}


class Reporter:
    """Messages on stderr: with `quiet` only failures and why a text that is waited for is missing, with
    `verbose` a line a document."""

    def __init__(self, quiet: bool, verbose: bool) -> None:
        self.quiet, self.verbose = quiet, verbose
        self._first_page_as_text, self._n_pages_as_text = "", 0

    def report_document(self, outcome: Outcome, destination: Destination) -> None:
        """Print the outcome of one document, where the verbosity asks for it."""
        if outcome.stats.looks_like_page:
            self._first_page_as_text = self._first_page_as_text or _display_name(outcome)
            self._n_pages_as_text += 1
        if outcome.error is not None:
            echo_err(outcome.error)
            return
        is_withheld = _is_withheld(outcome, destination)
        if self.verbose or is_withheld:
            must_be_said = is_withheld and destination == "text"  # beside the text alone nothing else says it
            echo_err(
                f"{_display_name(outcome)}: {_outcome_text(outcome)}",
                is_shown=must_be_said or not self.quiet,
            )

    def debug(self, message: str) -> None:
        """Print a message with --verbose only."""
        if self.verbose:
            self.info(message)

    def info(self, message: str) -> None:
        """Print a message unless --quiet."""
        echo_err(message, is_shown=not self.quiet)

    def print_summary(
        self,
        summary: Summary,
        out: Path | None,
        counts: Mapping[str, int],
        as_json: bool,
        shown: Reread | None = None,
    ) -> None:
        """Print the summary of a run; `shown`: what a reader sees of its sources, as in `summary.html`."""
        if not summary.adds_up:
            echo_err("the totals do not add up; a fault of cleaner, please report it")
        if summary.all_skipped():
            self.info(skipped_message(summary.all_skipped()))
        if self._n_pages_as_text:
            more = f" and {self._n_pages_as_text - 1:,} more look" if self._n_pages_as_text > 1 else " looks"
            self.info(
                f"{self._first_page_as_text}{more} like HTML, read as text; --kind html reads it as a page"
            )
        if out:
            for line in _summary_lines(summary, counts, out, shown):
                say(line, is_shown=not self.quiet)
        if as_json:
            echo(visible_json(summary.as_dict()), err=True)


def damage_text(out: Path, damaged: Sequence[str]) -> str:
    """What is not as it was written in OUT, and what becomes of it."""
    listed = ", ".join(damaged[:MAX_NAMED_FILES])
    if len(damaged) > MAX_NAMED_FILES:
        listed += f" and {len(damaged) - MAX_NAMED_FILES:,} more"
    return f"{out}: damaged or gone since it was written: {listed}; made again from the input"


def gone_text(n_files: int) -> str:
    """How many files of the input are gone of which OUT has documents."""
    return f"{plural(n_files, 'file')} gone from the input and kept; --prune takes away what was made of them"


def _display_name(outcome: Outcome) -> str:
    """The source; for rows also the id."""
    source, id = outcome.source, outcome.id
    if source == "-":
        return "stdin" if id == "stdin" else f"stdin: {id}"
    return source if source.endswith(id) else f"{source}: {id}"


def _is_withheld(outcome: Outcome, destination: Destination) -> bool:
    """Whether a text is missing where it is waited for, or lacks its spun paragraphs."""
    is_missing = not outcome.stats.characters
    return (destination != "folder" and is_missing) or (destination == "text" and _is_partly_spun(outcome))


def _is_partly_spun(outcome: Outcome) -> bool:
    return outcome.verdict == "clean" and outcome.stats.garbled_score is not None


def _outcome_text(outcome: Outcome) -> str:
    verdict, stats = outcome.verdict, outcome.stats
    note = note_in_words(stats.note)
    if verdict == "empty":
        return f"empty: {note or 'nothing worth keeping was found'}"
    if verdict == "language":
        return f"language {stats.language or 'unknown'}: not one of those asked for"
    if verdict == "garbled":
        score_text = f"garbled (score {stats.garbled_score:.1f})"
        if stats.characters:
            return f"{score_text}: let through with {plural(stats.garbled_span_count, 'spun place')} marked"
        if stats.is_doubtful:
            return f"{score_text}, {_doubt(outcome)}"
        treatment = "held back" if outcome.text_folder else "dropped"
        return f"{score_text}: {treatment}; --garbled keep lets it through"
    if stats.is_doubtful:
        return "; ".join(filter(None, [f"clean, {_doubt(outcome)}", note]))
    if stats.is_duplicate:
        return "clean, but an earlier document has this text: held back; --duplicates keep lets it through"
    message = f"clean, {stats.characters:,} characters kept, {plural(stats.cut_count, 'cut')}"
    message += "" if stats.confidence is None else f", confidence {stats.confidence:.2f}"
    message += "; spun paragraphs cut, which --garbled keep lets through" if _is_partly_spun(outcome) else ""
    message += f"; {note}" if note else ""
    is_foreign = stats.language not in (None, "en")
    return f"{message}; not looked at for spun text, which is told in English only" if is_foreign else message


def _doubt(outcome: Outcome) -> str:
    """Why a doubtful document is held back."""
    confidence = outcome.stats.confidence
    known = "unknown" if confidence is None else f"{confidence:.3f}"
    return f"but its confidence is {known}: held back; a lower --min-confidence lets it through"


def _summary_lines(
    summary: Summary, counts: Mapping[str, int], out: Path, shown: Reread | None = None
) -> Iterator[str]:
    """Documents, characters and codes in numbers, and where the output is."""
    documents = summary.documents
    yield _row("documents in", documents["in"], bold=True)
    for verdict in VERDICTS:
        if documents[verdict]:
            yield _row(
                f"  {verdict}", documents[verdict], _verdict_note(verdict), VERDICT_COLOURS.get(verdict)
            )
    yield from _duplicate_lines(summary)
    yield from _confidence_lines(summary)
    if shown and shown.visible:
        yield from _visible_lines(shown, documents["in"])
    else:
        yield from _character_lines(summary.characters)
    from cleaner.diff.summary_page import taken_by_code  # with what only a folder needs

    taken = taken_by_code(summary.as_dict(), shown)
    yield from _code_lines(taken, "summary.html" if shown else "summary.json")
    yield f"{_text_folders(counts, out)}; rows: {out / 'manifest.jsonl'}; totals: {out / 'summary.json'}"
    if shown:
        yield f"to look at: {out / 'summary.html'}"


def _visible_lines(shown: Reread, n_documents: int) -> Iterator[str]:
    """Characters that a reader sees: tags, which all go, do not count."""
    where = "" if shown.documents == n_documents else f"in {shown.documents:,} of {n_documents:,} documents"
    yield _row("visible characters", shown.visible, where, bold=True)
    removed = shown.visible - shown.kept - shown.held
    for name, number in (("kept", shown.kept), ("held", shown.held), ("removed", removed)):
        if number:
            yield _row(f"  {name}", number, f"{number / shown.visible:6.1%}")


def _character_lines(characters: Mapping[str, int]) -> Iterator[str]:
    """Characters of the raw documents, for want of their sources."""
    yield _row("characters in", characters["in"], "tags too", bold=True)
    for name in ("kept", "held", "removed", "failed"):
        if characters[name]:
            yield _row(f"  {name}", characters[name], f"{characters[name] / characters['in']:6.1%}")
    if characters["added"]:
        yield _row("  added", characters["added"], "by repairs")


def _duplicate_lines(summary: Summary) -> Iterator[str]:
    """Duplicates are counted among the documents too, by their verdicts."""
    counts = summary.duplicates
    if counts["exact"] or counts["near"]:
        numbers = f"{counts['exact']:,} exact, {counts['near']:,} near; "
        treatment = (
            "their texts held in records/" if counts["dropped"] else "kept; --duplicates drop leaves them out"
        )
        yield _row("  duplicates of them", counts["exact"] + counts["near"], numbers + treatment)


def _confidence_lines(summary: Summary) -> Iterator[str]:
    """How many documents are in each tenth of confidence, how many were held back, and the notes."""
    counts = summary.confidence
    below = sum(counts[tenth] for tenth in LOW_TENTHS)
    spread = [(f"below {SHOWN_TENTHS[0]}", below)]
    spread += [(tenth_in_words(tenth), counts[tenth]) for tenth in SHOWN_TENTHS]
    spread.append(("unknown", counts[UNKNOWN_CONFIDENCE]))
    if shown := [f"{name}: {number:,}" for name, number in spread if number]:
        yield f"  confidence          {', '.join(shown)}"
    if counts[HELD_BACK]:
        yield _row("  of them held back", counts[HELD_BACK], "below --min-confidence")
    for note, number in sorted(summary.notes.items()):
        yield _row(f"  {note}", number, note_in_words(note))


def _verdict_note(verdict: str) -> str:
    if verdict == "failed":
        return "named above"
    notes = {"empty": "nothing worth keeping", "language": "not one of those asked for"}
    return notes.get(verdict, "words substituted" if verdict == "garbled" else "")


def _row(name: str, number: int, note: str = "", colour: str | None = None, bold: bool = False) -> str:
    return line_of(styled(f"{name:22}", fg=colour, bold=bold), f"{number:>15,}  {note}".rstrip())


def _code_lines(taken: Sequence[TakenByCode], file_name: str) -> Iterator[str]:
    """The codes that took most characters; `file_name`: of what holds the others."""
    if taken:
        yield styled(f"{'most taken by':22}{'characters':>15}  times", bold=True)
    for one in taken[:MAX_SHOWN_CODES]:
        yield f"  {one.code:20}{one.characters:>15,}  {one.times:>5,}  {one.label}"
    if len(taken) > MAX_SHOWN_CODES:
        yield f"  {len(taken) - MAX_SHOWN_CODES} more in {file_name}"
    if taken:
        yield "  `cleaner explain CODE` says what a code means"


def _text_folders(counts: Mapping[str, int], out: Path) -> str:
    folders = [f"{out / name}" for name in TEXT_FOLDERS if counts.get(name)]
    return f"texts: {', '.join(folders) or 'none'}"
