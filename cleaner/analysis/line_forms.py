"""The line forms in `cleaner/data/forms`, one file a code: whole lines with slots, believed by words and
place.

A phrase (`phrases.py`) is evidence; a form is a whole line, so it is sure where a phrase is not, and is
heard in a text that looks clean as well. A file holds sections, which name the place where its forms are
believed, and in a section a line a language, forms apart by ` | `:

    # Forms of `publication-note`. Written for this project; Apache-2.0.
    [end]
    en: the (post/article) {title} (appeared first/first appeared) on {name}

`(a/b)` is one of several, `(a/)` may be missing. Slots: `{title}` anything, `{rest}` the rest of the
sentence or nothing, `{name}` a few words without the end of a sentence, `{site}` social networks, `{n}` a
number, `{mail}` and `{url}` addresses. Case, quotes, and signs at the beginning and the end of the line do
not matter.

Places: `anywhere`; `top`: above the first paragraph of the article; `end`: below its last one; `edge`:
either. A line of several sentences has a form if each of them has one; a short question may lead in (`Want
more?`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Literal, NamedTuple, get_args

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.layout import CODE_LINE, DIALOGUE_LINE, SECTION_NUMBER, layout_of
from cleaner.analysis.line_types import memoized
from cleaner.analysis.normalize import EDGE_PUNCTUATION, fold, strip_punctuation
from cleaner.analysis.phrases import data_files, numbered_lines, parse_sections

Place = Literal["anywhere", "top", "end", "edge"]

# A form is a line or a short paragraph: the longest notice known has about 70 words.
MAX_FORM_WORDS = 80
MAX_FORM_CHARS = 600
# A question or a shout that leads in: `Want more clocks?`, `Don't miss out!`
MAX_LEAD_IN_WORDS, MAX_SHOUT_WORDS = 9, 4
# What is above or below an article is told from an article: this much prose must stand on the other side.
MIN_ARTICLE_WORDS, MIN_PROSE_SHARE = 30.0, 0.6
PLATFORMS = (
    "twitter|facebook|instagram|linkedin|youtube|tiktok|pinterest|telegram|whatsapp|threads|bluesky|mastodon"
    "|reddit|tumblr|snapchat|google\\+|google plus|google news|flipboard|x|vk|vkontakte|viber|discord|spotify"
    "|soundcloud|apple podcasts|apple news|itunes|twitch|vimeo|substack|вконтакте|фейсбуке?|твиттере?"
    "|телеграме?|telegram-канал|одноклассниках"
)
ONE_PLATFORM = rf"(?:the )?(?:{PLATFORMS})(?: \(?@\w+\)?)?"
SLOTS: Mapping[str, str] = {
    "headline": r".{1,200}?",
    "title": r".{1,200}?",
    "words": r"(?:(?![.!?…。！？]\s).){1,200}?",
    "rest": r"(?:\b(?:(?![.!?…。！？]\s).){0,200}?)",
    "name": r"(?:[^.!?…。:;]|\.(?=\w)){1,70}?",
    "site": rf"{ONE_PLATFORM}(?:(?:,? ?(?:and|und|et|y|e|en|i|и|och|og|or|&|/) |, ?){ONE_PLATFORM})*",
    "n": r"\d[\d.,:/]{0,9} ?[km]?",
    "mail": r"[^\s@]{1,60}@[^\s@]{1,60}",
    "url": r"(?:https?://|www\.)?[\w-]{1,60}\.[^\s]{2,120}",
}
SLOT = re.compile(r"\{(\w+)\}")
PART = re.compile(r"\{(?P<slot>\w+)\}|\((?P<choice>[^()]*)\)|(?P<literal>[^{}()]+)")
SENTENCE_BREAK = re.compile(r"(?<=[.!?…。！？])[\"'”»)]{0,2}\s+|(?<=[。！？])")
# A dash opens a line of dialogue in many languages.
DIALOGUE_SIGNS = ("—", "–", "―", "- «", "«", "“", "„", '"', "「")
# Forms are looked up by the first of these many characters, and compared where a line has all of the others.
KEY_CHARS, HEAD_CHARS = 5, 12
DIGIT_KEY = "0"
NAME_ARTICLES = frozenset(
    "the our a an der die das dem den la le les el los las il lo o os as de het een".split()
)
# So much of a line shows whether its first sentence may have a form.
MAX_FIRST_CHARS = 120
LEAD_IN_SIGNS = "?!？！"
LEAD_IN_SIGN = re.compile(f"[{LEAD_IN_SIGNS}]")
OPTIONAL_AT_HEAD = re.compile(r"^\(([^()]*/)\) ")
OPTIONAL_AFTER_SPACE = re.compile(r" \(([^()]*/)\)")


class FormMatch(NamedTuple):
    """A block that has a form of `code` where it is believed."""

    block: int
    code: str
    place: Place


class Part(NamedTuple):
    """A piece of a form: one of `options` (one for a literal), or a slot."""

    options: tuple[str, ...] = ()
    slot: str = ""

    @property
    def pattern(self) -> str:
        """The piece as a regular expression."""
        if self.slot:
            return _slot_pattern(self.slot)
        return "(?:" + "|".join(map(_option_pattern, self.options)) + ")"

    @property
    def needles(self) -> tuple[str, ...]:
        """Of these one stands in every line that has the piece; an empty one where that can be anything."""
        return ("",) if self.slots else tuple(option.strip() for option in self.options)

    @property
    def slots(self) -> list[str]:
        """The slots in it, in their order."""
        if self.slot:
            return [self.slot]
        return [slot for option in self.options for slot in SLOT.findall(option)]


class Form:
    """One form of `code`, believed at `place`.

    Attributes:
        heads: the first characters, `HEAD_CHARS` or fewer before a slot, that a line of this form can have.
        keys: the first `KEY_CHARS` of each head, `DIGIT_KEY` for a number; none where it may begin with
            anything.
        needle: what stands in every such line.
        needles: of these one stands in every such line; more telling than `needle` where a form has choices.
    """

    def __init__(self, code: str, place: Place, source: str) -> None:
        self.code, self.place, self.source = code, place, source
        # At the end of a form a title is one sentence: another that follows is the article's, or has a form.
        source = source.removesuffix("{title}") + "{words}" if source.endswith("{title}") else source
        self._parts = tuple(_parse_form(source))
        self.heads = _heads(self._parts)
        begins_with_number = self._parts[0].slot == "n"
        self.keys = frozenset(
            (DIGIT_KEY,) if begins_with_number else (head[:KEY_CHARS] for head in self.heads)
        )
        self.keys -= {""}
        literals = [part.options[0] for part in self._parts if len(part.options) == 1]
        self.needle = max((text.strip() for text in literals), key=len, default="")
        self.needles = max((part.needles for part in self._parts), key=lambda found: min(map(len, found)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(part.pattern for part in self._parts))

    def matches(self, line: str, text: str) -> bool:
        """Whether a folded line without signs around it has the form; `text` is the line as it is written."""
        match = self._pattern.fullmatch(line) if self.needle in line else None
        if match is None:
            return False
        return all(
            SLOT_CHECKS[slot](text[match.start(k) : match.end(k)])
            for k, slot in enumerate(self._checked_slots, 1)
            if match.start(k) >= 0
        )

    @cached_property
    def _checked_slots(self) -> list[str]:
        """The slots that are groups of the pattern, in its order."""
        return [slot for part in self._parts for slot in part.slots if slot in SLOT_CHECKS]


def _slot_pattern(slot: str) -> str:
    """A slot as a regular expression: a group, if what stands in it is looked at."""
    return f"({SLOTS[slot]})" if slot in SLOT_CHECKS else SLOTS[slot]


def _begins_like_title(text: str) -> bool:
    """Whether what stands in a slot begins like a title: with a capital, a number, a sign, or no case at
    all."""
    return not text[:1].islower()


def _is_name(text: str) -> bool:
    """Whether what stands in a slot may be a name: it begins with a capital or a number, behind an article
    or a possessive at most, or is an address or a handle. In a script without capitals everything may."""
    if "#" in text:
        return False
    words = text.split()
    first = words[1] if len(words) > 1 and words[0].lower() in NAME_ARTICLES else words[0] if words else ""
    return not first[:1].islower() or "@" in text or "." in text


SLOT_CHECKS: Mapping[str, Callable[[str], bool]] = {"headline": _begins_like_title, "name": _is_name}


def _option_pattern(option: str) -> str:
    """One of several, which may hold slots, as a regular expression."""
    pieces = SLOT.split(option)
    return "".join(_slot_pattern(piece) if k % 2 else re.escape(piece) for k, piece in enumerate(pieces))


def _parse_form(source: str) -> Iterator[Part]:
    """The pieces of a form. What may be missing takes the space before it along, or at the head the one
    after."""
    source = OPTIONAL_AT_HEAD.sub(lambda match: "(" + match[1].replace("/", " /") + ")", source, count=1)
    source = OPTIONAL_AFTER_SPACE.sub(lambda match: "( " + match[1].replace("/", "/ ")[:-1] + ")", source)
    for match in PART.finditer(source):
        if match["slot"]:
            if match["slot"] not in SLOTS:
                raise ValueError(f"no slot {{{match['slot']}}} in `{source}`")
            yield Part(slot=match["slot"])
        elif match["choice"] is not None:
            yield Part(tuple(match["choice"].split("/")))
        else:
            yield Part((match["literal"],))


def _heads(parts: Sequence[Part]) -> tuple[str, ...]:
    """The first characters, `HEAD_CHARS` or fewer before a slot, of all lines that begin like a form; one
    that is empty if some begin with a slot."""
    heads, closed = {""}, set[str]()
    for part in parts:
        if part.slot:
            closed |= heads
            break
        longer = {head + option for head in heads for option in part.options}
        closed |= {head for head in longer if len(head) >= HEAD_CHARS or "{" in head}
        heads = longer - closed
        if not heads:
            break
    found = {head.partition("{")[0][:HEAD_CHARS] for head in closed | heads}
    return ("",) if "" in found else tuple(sorted(found))


def parse_forms(code: str, source: str) -> Iterator[tuple[str, Form]]:
    """(language, form) for every form of one file; ValueError with the line's number for what is none."""
    for place, language, form in parse_sections(
        code, numbered_lines(source), get_args(Place), "place", "form"
    ):
        yield language, Form(code, place, fold(form))


def load_forms() -> Iterator[tuple[str, Form]]:
    """(language, form) for every form shipped, files in the order of their names."""
    for code, source in data_files("forms"):
        yield from parse_forms(code, source)


class LineForms:
    """Forms, found by the first characters of a line."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._by_key: dict[str, list[Form]] = defaultdict(list)
        self._slot_led: list[Form] = []
        heads_by_key: dict[str, set[str]] = defaultdict(set)
        for form in forms:
            for key in form.keys:
                self._by_key[key].append(form)
            for head in filter(None, form.heads):
                heads_by_key[head[:KEY_CHARS]].add(head)
            if not form.keys:
                self._slot_led.append(form)
        self._heads_by_key = {key: tuple(sorted(heads)) for key, heads in heads_by_key.items()}
        # What stands in the lines whose form begins with a slot: others need not be compared with those.
        self.slot_led_needles = sorted({form.needle for form in self._slot_led})
        number_led = self._by_key.get(DIGIT_KEY, ())
        needles = sorted({needle for form in number_led for needle in form.needles})
        # Many lines begin with a number, and few of them hold a word of a form that does.
        self._number_led_needle = re.compile("|".join(map(re.escape, needles)) if needles else "(?!)")
        self._short_keys = tuple(key for key in self._by_key if len(key) < KEY_CHARS)
        self._short_key_starts = frozenset(key[0] for key in self._short_keys)

    def may_begin(self, line: str) -> bool:
        """Whether a folded line begins like a form that begins with no slot; few lines do."""
        start = line[:MAX_FIRST_CHARS].lstrip(EDGE_PUNCTUATION)
        if not start[:1].isalnum():
            start = strip_punctuation(line)
        heads = self._heads_by_key.get(start[:KEY_CHARS])
        return (
            (heads is not None and start.startswith(heads))
            or (start[:1] in self._short_key_starts and start.startswith(self._short_keys))
            or (start[:1].isdigit() and self._number_led_needle.search(line) is not None)
        )

    def _candidates(self, line: str, may_be_slot_led: bool) -> list[Form]:
        """The forms that begin like a line without signs around it, and whose needle stands in it."""
        is_number_led = line[0].isdigit() and self._number_led_needle.search(line)
        forms = [*self._by_key.get(DIGIT_KEY, ())] if is_number_led else []
        for size in range(min(KEY_CHARS, len(line)), 0, -1):
            forms += self._by_key.get(line[:size], ())
        if may_be_slot_led:
            forms += self._slot_led
        return [form for form in forms if line.startswith(form.heads) and form.needle in line]

    def of_line(self, line: str, text: str, may_be_slot_led: bool = True) -> Form | None:
        """A form that a line has as a whole, one that is believed anywhere if there is such: `line` folded,
        `text` as it is."""
        bare = strip_punctuation(line)
        if not bare:
            return None
        start = line.find(bare)
        bare_text = text[start : start + len(bare)]
        found: Form | None = None
        for form in self._candidates(bare, may_be_slot_led):
            if (found is None or form.place == "anywhere") and form.matches(bare, bare_text):
                if form.place == "anywhere":
                    return form
                found = form
        return found

    def of_block(self, line: str, text: str, may_be_slot_led: bool = True) -> Form | None:
        """The form of a line, or of each of its sentences: of those one that is believed at some places
        only."""
        if form := self.of_line(line, text, may_be_slot_led):
            return form
        if not (may_be_slot_led or LEAD_IN_SIGN.search(line) or self.may_begin(line)):
            return None
        forms: list[Form] = []
        for k, (first, last) in enumerate(_sentence_spans(line)):
            if form := self.of_line(line[first:last], text[first:last], may_be_slot_led):
                forms.append(form)
            elif k or not _is_lead_in(line[first:last]):
                return None
        return max(forms, key=lambda form: form.place != "anywhere", default=None)


def _sentence_spans(line: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a line begin and end, those without a letter or digit left out."""
    start = 0
    for match in SENTENCE_BREAK.finditer(line):
        if strip_punctuation(line[start : match.start()]):
            yield start, match.end()
            start = match.end()
    if strip_punctuation(line[start:]):
        yield start, len(line)


@cache
def builtin_forms() -> LineForms:
    """The shipped forms, read once a process."""
    return LineForms(form for _, form in load_forms())


@memoized
def form_matches(blocks: BlockIndex) -> tuple[FormMatch, ...]:
    """The blocks that have a form where it is believed, in order."""
    if not has_article(blocks):
        return ()
    forms = builtin_forms()
    slot_led = frozenset(blocks.containing(forms.slot_led_needles))
    candidates = slot_led.union(
        blocks.containing(LEAD_IN_SIGNS), (i for i, line in enumerate(blocks.folded) if forms.may_begin(line))
    )
    found = {i: form for i in sorted(candidates) if (form := _form_of(blocks, i, i in slot_led))}
    top, end = _outskirts(blocks, found)
    return tuple(
        FormMatch(i, form.code, form.place)
        for i, form in found.items()
        if (form.place == "anywhere" and blocks.prose_range)
        or (form.place in ("top", "edge") and i < top)
        or (form.place in ("end", "edge") and i >= end)
    )


def forms_of(blocks: BlockIndex, code: str) -> Iterator[int]:
    """The blocks that have a form of `code`."""
    return (match.block for match in form_matches(blocks) if match.code == code)


@memoized
def has_article(blocks: BlockIndex) -> bool:
    """Whether most of the document is the prose of an article: not a list of teasers, a form, verse or
    code."""
    layout = layout_of(blocks)
    paragraph_words = layout.paragraph_words_before[-1]
    return paragraph_words >= MIN_ARTICLE_WORDS and (
        layout.is_single_article or paragraph_words >= MIN_PROSE_SHARE * sum(blocks.words)
    )


def _form_of(blocks: BlockIndex, i: int, may_be_slot_led: bool) -> Form | None:
    text = blocks[i].text
    if blocks.words[i] > MAX_FORM_WORDS or len(text) > MAX_FORM_CHARS or text.startswith(DIALOGUE_SIGNS):
        return None
    # In a sentence a semicolon has a space behind it.
    if DIALOGUE_LINE.match(text) or CODE_LINE.search(text.replace("; ", ", ")):
        return None
    form = builtin_forms().of_block(blocks.folded[i], text, may_be_slot_led)
    # `2.1 Notices` is a contract's, `4.8 from 112 votes` is not.
    is_clause = form is not None and SECTION_NUMBER.match(text) and not form.source.startswith("{n}")
    return None if is_clause else form


def _outskirts(blocks: BlockIndex, with_form: Mapping[int, Form]) -> tuple[int, int]:
    """Where the first paragraph that has no form begins, and where the last one ends. Both are out of reach
    where the prose is less than an article."""
    prose = [i for i, is_prose in enumerate(blocks.prose) if is_prose and i not in with_form]
    if blocks.word_count(prose) < MIN_ARTICLE_WORDS:
        return 0, len(blocks)
    return prose[0], prose[-1] + 1


def _is_lead_in(sentence: str) -> bool:
    count = len(sentence.split())
    return count <= (MAX_LEAD_IN_WORDS if sentence.rstrip().endswith(("?", "？")) else MAX_SHOUT_WORDS) and (
        sentence.rstrip().endswith(("?", "？", "!", "！"))
    )
