"""What pages put into and around an article, made up: boxes of links, galleries, players, calls, menus.

A box is a list of lines, none of them main content. Titles are the beginnings of other articles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from training.align import UNSPACED_RANGES
from training.box_words import BOX_WORDS, MONTHS, OUTLETS, BoxWords
from training.flatten import lines_of

LIST_MARKERS = ("• ", "* ", "- ", "– ", "» ", "▶ ", "  * ", "+ ")
MAX_TITLE_WORDS = 14
UNSPACED_CHARS_PER_WORD = 3  # of a title in a script without spaces
CLOCK_LINES = ("0:00", "00:00", "1:32", "/", "02:15", "0:00 / 2:15", "-1:20")


@dataclass(frozen=True, slots=True)
class BoxSource:
    """What boxes of one document are made of: phrases of its language, and texts of other articles."""

    words: BoxWords
    articles: Sequence[str]
    rng: Generator

    def pick(self, choices: Sequence[str]) -> str:
        """One of some phrases."""
        return str(choices[int(self.rng.integers(len(choices)))])

    def some(self, choices: Sequence[str], at_most: int) -> list[str]:
        """One to `at_most` different phrases."""
        n = int(self.rng.integers(1, min(at_most, len(choices)) + 1))
        return [str(choices[int(i)]) for i in self.rng.permutation(len(choices))[:n]]

    def happens(self, probability: float) -> bool:
        """Whether something of this probability comes about."""
        return bool(self.rng.random() < probability)

    def article_lines(self) -> list[str]:
        """The first lines of another article."""
        return [line for line in lines_of(self.pick(self.articles)) if len(line) > 3][:12] or ["..."]

    def title(self) -> str:
        """The beginning of another article as a title: now in title case, now with capitals, now as it is."""
        line, n = self.article_lines()[0], int(self.rng.integers(4, MAX_TITLE_WORDS + 1))
        if is_unspaced(line):
            return line[: n * UNSPACED_CHARS_PER_WORD].rstrip("。，、,. ")
        title = " ".join(line.split()[:n]).rstrip(".,:;")
        draw = self.rng.random()
        return title.title() if draw < 0.3 else title.upper() if draw < 0.35 else title

    def sentence(self) -> str:
        """A line of prose of another article, at most 60 words."""
        lines = self.article_lines()
        return " ".join(lines[int(self.rng.integers(len(lines)))].split()[:60])


def is_unspaced(text: str) -> bool:
    """Whether a text is in a script without spaces between words, by its first 40 characters."""
    start = text[:40]
    return sum(any(low <= ord(c) <= high for low, high in UNSPACED_RANGES) for c in start) > len(start) / 3


def box_source(language: str, articles: Sequence[str], rng: Generator) -> BoxSource:
    """The source for a document: with the phrases of its language; one time in ten, as on real pages, with
    those of another."""
    languages = sorted(BOX_WORDS)
    if language not in BOX_WORDS:
        language = "en"
    if rng.random() < 0.1:
        language = languages[int(rng.integers(len(languages)))]
    return BoxSource(BOX_WORDS[language], articles, rng)


def a_date(rng: Generator) -> str:
    """A date or a time in one of many formats."""
    day, month, year = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(2009, 2027))
    hour, minute = int(rng.integers(0, 24)), int(rng.integers(0, 60))
    name = MONTHS[month - 1]
    formats = (
        f"{name} {day}, {year}",
        f"{day} {name} {year}",
        f"{day:02}.{month:02}.{year}",
        f"{day:02}/{month:02}/{year}",
        f"{year}-{month:02}-{day:02}",
        f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}",
        f"{year}年{month}月{day}日",
        f"{day:02}.{month:02}.{year} {hour:02}:{minute:02}",
        f"{hour:02}:{minute:02}",
        f"{name} {day}",
        f"{hour % 12 + 1} hours ago",
        f"{minute} min read",
        f"{day:02}/{month:02}/{year % 100:02} | {hour:02}:{minute:02}",
    )
    return formats[int(rng.integers(len(formats)))]


def related_box(source: BoxSource) -> list[str]:
    """A heading, and two to eight titles of one layout: with or without marker, date, outlet, sentence."""
    heading = [source.pick(source.words.related)] * source.happens(0.85)
    marker = source.pick(LIST_MARKERS) if source.happens(0.4) else ""
    has_date, has_outlet, has_lead = (source.happens(p) for p in (0.45, 0.25, 0.15))
    date_first, one_line = source.happens(0.5), source.happens(0.35)
    lines = []
    for _ in range(int(source.rng.integers(2, 9))):
        title, extras = marker + source.title(), [a_date(source.rng)] * has_date
        extras += [source.pick(OUTLETS)] * has_outlet
        if one_line:
            lines.append(" ".join([*extras, title] if date_first else [title, *extras]))
        else:
            lines += [*extras, title] if date_first else [title, *extras]
        lines += [source.sentence()] * has_lead
    return heading + lines


def dated_list(source: BoxSource) -> list[str]:
    """Dates and titles by turns, without a heading."""
    lines = []
    date_first = source.happens(0.6)
    for _ in range(int(source.rng.integers(3, 12))):
        pair = [a_date(source.rng), source.title()]
        lines += pair if date_first else pair[::-1]
    return lines


def gallery(source: BoxSource) -> list[str]:
    """Numbered captions of pictures, with credits or without; the number in the line or on one of its own."""
    total = int(source.rng.integers(2, 13))
    form = source.pick(
        ("{i} of {n} | {text}", "{i} of {n}", "{i}/{n}", "{i} / {n} {text}", "{text}", "[{i}/{n}] {text}")
    )
    has_credit = source.happens(0.6)
    lines = []
    for i in range(1, total + 1):
        caption = source.sentence()
        if has_credit:
            caption += source.pick(
                (
                    " (AP Photo)",
                    f" | {source.pick(OUTLETS)}",
                    f" © {source.pick(OUTLETS)}",
                    f" Photo: {source.pick(OUTLETS)}",
                )
            )
        line = form.format(i=i, n=total, text=caption)
        lines += [line] if "{text}" in form else [line, caption]
    return lines


def read_more_line(source: BoxSource) -> list[str]:
    """A pointer to one to three other articles."""
    prefix = source.pick(source.words.read_more)
    titles = [source.title() for _ in range(int(source.rng.integers(1, 4)))]
    if source.happens(0.3):
        return [prefix.rstrip(":："), *titles]
    return [f"{prefix} {title}" for title in titles]


def player(source: BoxSource) -> list[str]:
    """The words of a player of videos, and the video's title."""
    lines = source.some(source.words.video, 6) + source.some(CLOCK_LINES, 3) * source.happens(0.6)
    lines.insert(int(source.rng.integers(len(lines) + 1)), source.title())
    return lines


def newsletter(source: BoxSource) -> list[str]:
    """A call to subscribe."""
    return source.some(source.words.newsletter, 5)


def ad_line(source: BoxSource) -> list[str]:
    """The line over an ad, now and then with the ad's own words."""
    return [source.pick(source.words.ad)] + [source.title()] * source.happens(0.2)


def share_bar(source: BoxSource) -> list[str]:
    """Buttons to share, each on a line or all on one."""
    buttons = source.some(source.words.share, 7)
    return [" ".join(buttons)] if source.happens(0.3) else buttons


def menu(source: BoxSource) -> list[str]:
    """A menu of 20 to 150 entries: sections, and words of other articles as names of topics; with a marker or
    without."""
    marker = source.pick(LIST_MARKERS) if source.happens(0.6) else ""
    entries = list(source.words.menu)
    for _ in range(int(source.rng.integers(3, 130))):
        words = source.pick(source.article_lines()).split() if source.articles else ["..."]
        at = int(source.rng.integers(len(words)))
        entry = " ".join(words[at : at + int(source.rng.integers(1, 4))]).strip(".,:;()\"'")
        entries.append(entry[:8] if is_unspaced(entry) else entry)
    order = source.rng.permutation(len(entries))
    return [marker + (entry[:1].upper() + entry[1:]) for i in order if (entry := entries[int(i)])]


BOXES: tuple[tuple[Callable[[BoxSource], list[str]], float], ...] = (
    (related_box, 0.3),
    (dated_list, 0.14),
    (gallery, 0.12),
    (read_more_line, 0.16),
    (player, 0.1),
    (newsletter, 0.07),
    (ad_line, 0.07),
    (share_bar, 0.04),
)


def any_box(source: BoxSource) -> list[str]:
    """A box of any kind, without empty lines."""
    kinds, shares = zip(*BOXES, strict=True)
    kind = kinds[int(source.rng.choice(len(kinds), p=shares))]
    return [line for line in kind(source) if line.strip()]
