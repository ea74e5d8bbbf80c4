"""An article that goes on below a box in it: a heading over other articles, their titles and days.

Nearly all labelled pages have such boxes behind the article, so in a flattened text the model takes whatever
stands below one for the rest of the page. Where the article goes on by its topic and its form, what the model
and others removed for the sake of the place comes back, and the document is noted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.dates import first_date
from cleaner.analysis.list_headings import heads_articles
from cleaner.analysis.normalize import strip_punctuation
from cleaner.analysis.resumption import MIN_RUN_SENTENCES, MIN_TOPIC_RATIO, prose_runs, topic_ratio
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.guard import is_doubtful, mean_p
from cleaner.document import Verdict

BOX_CODES = frozenset(("read-also", "related-section"))
MIN_HEADING_STRENGTH = 0.5
MAX_HEADING_WORDS = 8.0
# So many lines a box may have; the paragraph above it may have a short line below it.
MAX_BOX_LINES, MAX_LINES_ABOVE = 20, 2
# Between two rows of prose of the same article: a sub-heading, a name. Where every third line is one, teasers
# stand below their titles.
MAX_LINES_BETWEEN_ROWS = 2
MAX_SHORT_SHARE = 1 / 3
# What the model finds less likely than this is something else, comments mostly.
MIN_RESUMED_P = 0.05
# Where the words are others: so likely is another side of the same topic.
MIN_UNSURE_P = 0.15
# A box of dated titles has so many days, each with its weekday and its time at most.
MIN_DAYS = 2
MAX_DAY_WORDS = 8.0


def keep_resumed_article(evidence: Evidence, decision: Decision) -> Decision:
    """The decision with the article's rows of prose back that stand below a box in it."""
    blocks, verdicts = evidence.blocks, list(decision.verdicts)
    if blocks.doc.kind != "text" or evidence.prediction is None:
        return decision
    is_undone, looked_at = False, 0
    for heading in _box_headings(evidence, verdicts):
        if heading < looked_at:  # inside what an earlier heading was asked of
            continue
        stretch = _stretch_below(blocks, verdicts, heading)
        looked_at = stretch.stop
        removed = [i for i in stretch if verdicts[i].code]
        if removed and _is_resumed(evidence, verdicts, heading, removed):
            is_undone = True
            for i in removed:
                verdicts[i] = verdicts[i].kept()
        above = stretch.start - 1
        if _is_heading_of_rest(blocks, heading, above) and is_doubtful(blocks, above, verdicts[above]):
            verdicts[above] = verdicts[above].kept()
    note = decision.note or ("large-cut" if is_undone else None)
    return decision._replace(verdicts=tuple(verdicts), note=note)


def _is_resumed(
    evidence: Evidence, verdicts: Sequence[Verdict], heading: int, removed: Sequence[int]
) -> bool:
    """Whether what was removed below a box is about the same things as what stays above it, or the model is
    not sure of it."""
    blocks = evidence.blocks
    above = [i for i in range(heading) if blocks.prose[i] and not verdicts[i].code]
    p_content = mean_p(evidence, removed)
    is_same_topic = topic_ratio(blocks, above, removed) >= MIN_TOPIC_RATIO
    return p_content >= (MIN_RESUMED_P if is_same_topic else MIN_UNSURE_P)


def _box_headings(evidence: Evidence, verdicts: Sequence[Verdict]) -> Iterator[int]:
    """The removed headings over other articles that stand below prose that stays."""
    blocks = evidence.blocks
    marked = {m.block for m in evidence.marks if m.code in BOX_CODES and m.strength >= MIN_HEADING_STRENGTH}
    last_kept_prose = -MAX_LINES_ABOVE - 1
    for i, (words, prose) in enumerate(zip(blocks.words, blocks.prose, strict=True)):
        if prose and not verdicts[i].code:
            last_kept_prose = i
        if i - last_kept_prose > MAX_LINES_ABOVE or words > MAX_HEADING_WORDS or not verdicts[i].code:
            continue
        if i in marked or heads_articles(strip_punctuation(blocks.folded[i])):
            yield i


def _stretch_below(blocks: BlockIndex, verdicts: Sequence[Verdict], heading: int) -> range:
    """Below a box the rows of prose with the short lines between them, up to one that was removed for what it
    is; empty where there is less than a few sentences."""
    runs = prose_runs(blocks)
    start = stop = heading + 1
    n_in_rows = 0
    for k in range(bisect_right(runs, heading, key=lambda run: run.start), len(runs)):
        run = runs[k]
        if stop == heading + 1:
            if run.start > heading + MAX_BOX_LINES:
                break
            start = stop = run.start
        elif run.start - stop > MAX_LINES_BETWEEN_ROWS:
            break
        if any(verdicts[i].code and not is_doubtful(blocks, i, verdicts[i]) for i in range(stop, run.stop)):
            break
        stop = run.stop
        n_in_rows += len(run)
    stretch = range(start, stop)
    n_sentences = sum(blocks.ends_sentence[i] for i in stretch)
    is_running_text = len(stretch) - n_in_rows < MAX_SHORT_SHARE * len(stretch)
    return stretch if n_sentences >= MIN_RUN_SENTENCES and is_running_text else range(start, start)


def _is_heading_of_rest(blocks: BlockIndex, heading: int, last: int) -> bool:
    """Whether the last line of a box is no title of it: each of the others has its day beside it."""
    is_day = [_is_day(blocks, k) for k in range(heading + 1, last + 1)]
    n_days = sum(is_day)
    if n_days < MIN_DAYS or len(is_day) != 2 * n_days + 1 or is_day[-1]:
        return False
    # day above title: the last title has a title above it; day below title: it has none below it
    return is_day[0] != is_day[-2]


def _is_day(blocks: BlockIndex, k: int) -> bool:
    """Whether a line is the day of the title beside it."""
    return blocks.has_digit[k] and blocks.words[k] <= MAX_DAY_WORDS and first_date(blocks[k].text) is not None
