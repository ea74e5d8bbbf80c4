"""The one place ftfy is configured: damaged characters become the ones that were meant, nothing else changes.

Laws, held by `tests/reading/test_repair.py`:

- clean text comes back unchanged, at memory speed: quotes, ligatures, wide letters and joiners are no damage;
- the step that ftfy does (`_ftfy_line`) gives, line by line, what `ftfy.fix_text` gives for the whole text;
- the result can be encoded as UTF-8 and holds no control character but the line break;
- repairing repaired text changes nothing;
- the time grows with the length, whatever the text is.

Two exceptions to the fourth law, both ftfy's own: a `<` that a combining stroke turns into `≮` no longer
keeps later entities as they are, nor does a `<` parted from its line by a carriage return.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import repeat
from types import ModuleType
from typing import TYPE_CHECKING

from cleaner.edits import Edit, Edits, apply, compose, edits_between
from cleaner.surrogates import is_escaped_byte, is_pair, join_pair

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

# An alignment is fine-grained up to 20,000 characters, old and new together (`edits.MAX_ALIGN_CHARS`); a
# repair shortens. A longer line is repaired in segments of this length, each by itself, as ftfy does from a
# million characters on.
SEGMENT_CHARS = 10_000
# ftfy repeats its steps until nothing changes. Text escaped or garbled five times over exists; hostile text
# can ask for a round per character (`&#&#&#53;3;3;`, `Ã` and a thousand times U+0083), which is quadratic.
MAX_FTFY_ROUNDS = 8
# Likewise for the whole: dropping a soft hyphen may join an entity or a letter and its accent.
MAX_REPAIR_PASSES = 3
# `&amp;amp;…`: each round peels one. Up to this many are left to ftfy, longer ones are collapsed before.
MAX_NESTED_ESCAPES = 4
# Unicode's ordering of combining marks is an insertion sort: quadratic in the length of the run. Its own
# "stream-safe" limit is 30 marks; no meaningful text comes near twice that.
MAX_COMBINING_MARKS = 64
# Lines that are looked at together first: most pages have some damage, and it is in few of their lines.
LINES_PER_BATCH = 32

# Lines of these characters and of ASCII match no alternative of ftfy's badness expression (a test tries all
# short strings), and all are in normal form: most lines of English, without importing ftfy.
ASCII_AND_QUOTES = " -~‘’“”–—…"
BEYOND_ASCII_AND_QUOTES = re.compile(f"[^{ASCII_AND_QUOTES}]")
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
ZERO_WIDTH_CHARS = "\u00ad\u180e\u200b-\u200d\u2060\ufeff"
CONTROL_CHARS = "\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufff9-\ufffc"
# Every character that a step of ftfy other than the encoding repair and the normalisation may touch.
FTFY_TOUCHES = re.compile(f"[{CONTROL_CHARS}\r\x80-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
# Those and the characters that only our own steps touch, but for U+00A0, which may stay.
SUSPECT_CHAR = re.compile(
    f"[{CONTROL_CHARS}{BIDI_CONTROLS}{ZERO_WIDTH_CHARS}\r\x80-\x9f\u2028\u2029\ud800-\udfff\t\f\n]"
)
# Those, and all white space but U+0020.
BATCH_SUSPECT_CHAR = re.compile(f"{SUSPECT_CHAR.pattern[:-1]}\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Where ftfy's badness expression may match: at a character that each of its alternatives contains, with the
# neighbours each needs. The names are those of its tables. The first class makes the search skip quickly.
# A match is at most 7 characters long, so BADNESS_REACH_CHARS on both sides contain it.
BADNESS_HINT = """
    [{c1}{bad}{box}{upper_accented}{start_punctuation}{end_punctuation}{currency}{numeric}{law}œ°Ђўà×√≈‚βā]
    (?: (?<= [{c1}ÂÃŒœ])
    | (?<= [{bad}{box}]) (?: (?<= [{any}{lower_common}{upper_common}] .) | (?= [{any}{kaomoji}]))
    | (?<= [{lower_accented}{lower_common}{end_punctuation}{currency}{numeric}] [{upper_accented}])
    | (?<= [{upper_accented}]) (?= [{numeric}{law}{currency}{start_punctuation}{end_punctuation}°])
    | (?<= [{end_punctuation}{currency}{numeric}]) (?= [{lower_accented}])
    | (?<= [{lower_accented}{upper_accented}{end_punctuation}] [{currency}])
    | (?<= [{lower_accented}{currency}{numeric}{end_punctuation}] [{start_punctuation}])
    | (?<= [{lower_accented}{currency}{numeric}{law}] [{end_punctuation}])
    | (?<= [ÎÐØÙà×√≈‚βā]) (?= [^\x00-\x7f])
    | (?<= [ВГРСΒΓΞΟ] [{c1}{bad}{start_punctuation}{end_punctuation}{currency}°µ]) (?= [ВГРСΒΓΞΟ])
    | (?<= вЂ | Гў))
"""
BADNESS_REACH_CHARS = 8
ENTITY = re.compile("&#?[0-9A-Za-z]{1,24};")

NESTED_ESCAPE = re.compile(f"&(?:(?:amp|AMP|#0{{0,22}}38|#[xX]0{{0,21}}26);){{{MAX_NESTED_ESCAPES + 1},}}")
LINE_BREAK = re.compile("\r\n?|[\u2028\u2029\x85]")
CONTROL_RUN = re.compile(f"[{CONTROL_CHARS}]+|\ufeff+")
SURROGATE_RUN = re.compile(
    "[\ud800-\udbff][\udc00-\udfff]|(?:[\ud800-\udbff](?![\udc00-\udfff])|[\udc00-\udfff])+"
)
MARK_PILE = re.compile(f"[\u0300-\U0010ffff]{{{MAX_COMBINING_MARKS + 1}}}")
# C1: what ftfy's repair may have left, the five bytes that windows-1252 does not define.
INVISIBLE_RUN = re.compile(
    f"(?P<bidi>[{BIDI_CONTROLS}]+)|(?P<hidden>[{ZERO_WIDTH_CHARS}]+)|(?P<c1>[\x80-\x9f]+)"
)
SPACE_RUN = re.compile("[ \t\f\xa0](?:[ \t\f\xa0]+|(?<=[\t\f]))")

# Scripts whose letters join: Arabic, Syriac, N'Ko and their extensions; the Indic scripts, Tibetan, Myanmar,
# Khmer and others with stacked consonants; Mongolian.
JOINING_LETTER = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua800-\ua82f\ua840-\ua8ff"
    "\ua980-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefe\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
INDIC_LETTER = re.compile("[\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\U00011000-\U00011fff]")
MONGOLIAN_LETTER = re.compile("[\u1820-\u18aa]")
# Also what may end an emoji that goes on: variation selector, keycap.
EMOJI_PART = re.compile(
    "[\u20e3\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)

# windows-1252 as people use it; `¤ ¦ ¬ ‡` and the like are more often a broken byte than meant.
LATIN_LETTER = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ]")
LIKELY_CP1252 = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ‘’‚“”„–—…•™\xa0£§©«®°·»€¡¿²³½¼¾´×]{1,3}")
NON_LATIN_SCRIPT = re.compile(
    "[\u0370-\u1dff\u1f00-\u1fff\u2c00-\ud7ff\uf900-\ufaff\U00010000-\U0001efff\U00020000-\U0003ffff]"
)
LOWER_THEN_UPPER = re.compile("[a-zß-öø-ÿ][À-ÖØ-ÞŠŽŒŸ]")
CONTEXT_CHARS = 12  # characters on each side that tell the script around a broken byte

RepairStep = Callable[[str], list[Edit]]


@cache
def _ftfy() -> ModuleType:
    """Imported at the first line that needs it: it costs 60 ms, and plain English does without."""
    import ftfy
    import ftfy.fixes

    return ftfy


@cache
def _config() -> TextFixerConfig:
    """ftfy without what rewrites clean text."""
    config: TextFixerConfig = _ftfy().TextFixerConfig(
        uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False, explain=False
    )
    return config


class Repairer:
    """Repairs the lines of one document, in order.

    The order matters: as in ftfy, a `<` means that the text is markup, and from its line on entities stay as
    they are. `entities=False` keeps them from the start (text of a page: the parser has decoded them).
    """

    def __init__(self, *, entities: bool = True) -> None:
        self._entities = entities

    def edits_by_line(self, texts: Sequence[str]) -> Iterator[Edits]:
        """`line_edits` of each line. Nearly all need no repair: a whole batch is tested first."""
        for at in range(0, len(texts), LINES_PER_BATCH):
            batch = texts[at : at + LINES_PER_BATCH]
            if _batch_is_clean(" ".join(batch), self._entities):
                self._entities = self._entities and not any("<" in text for text in batch)
                yield from repeat((), len(batch))
            else:
                yield from map(self.line_edits, batch)

    def line_edits(self, text: str) -> Edits:
        """Edits that repair one line, with offsets into `text`."""
        if self._entities and "<" in text:
            self._entities = False
        content = text.rstrip("\r") if text.endswith("\r") else text
        line_break_edits = (
            [Edit(len(content), text[len(content) :], "", "line-break")] if content is not text else []
        )
        if _needs_no_repair(content, self._entities):
            return tuple(line_break_edits)
        return (*_repair_line(content, self._entities), *line_break_edits)


def repaired(text: str) -> str:
    """What a page says elsewhere than in its blocks, as in a title or a name, mended as its blocks are."""
    lines = text.split("\n")
    edits = Repairer(entities=False).edits_by_line(lines)
    return "\n".join(apply(*pair) for pair in zip(lines, edits, strict=True))


def repair_text(text: str) -> Edits:
    """Edits that repair a whole text, line by line; the line feeds stay."""
    repairer, edits, at = Repairer(), list[Edit](), 0
    for line in text.split("\n"):
        edits += (edit.shifted(at) for edit in repairer.line_edits(line))
        at += len(line) + 1
    return tuple(edits)


def _batch_is_clean(text: str, entities: bool) -> bool:
    """Whether every part of `text` between two of its spaces needs no repair. May be False for
    one that needs none."""
    if "  " in text or text[:1] == " " or text[-1:] == " " or _has_entity(text, entities):
        return False
    if BATCH_SUSPECT_CHAR.search(text):
        return False
    return not BEYOND_ASCII_AND_QUOTES.search(text) or (
        unicodedata.is_normalized("NFC", text) and not _badness_hint().search(text)
    )


def _needs_no_repair(text: str, entities: bool) -> bool:
    """Nothing to do: no step below would change `text`."""
    if not text:
        return True
    if "  " in text or "\n" in text or text[0].isspace() or text[-1].isspace():
        return False
    if not BEYOND_ASCII_AND_QUOTES.search(text):
        return not _has_entity(text, entities)
    if SUSPECT_CHAR.search(text) or ("\xa0" in text and SPACE_RUN.search(text)):
        return False
    return not _has_entity(text, entities) and _is_nfc_without_mojibake(text)


def _needs_only_spaces(text: str, entities: bool) -> bool:
    """No repair to make but that of spaces."""
    return _ftfy_is_noop(text, entities) and not (
        BEYOND_ASCII_AND_QUOTES.search(text) and INVISIBLE_RUN.search(text)
    )


def _ftfy_is_noop(text: str, entities: bool) -> bool:
    """Whether ftfy provably returns `text` as it is: none of its steps finds anything.

    Unescaping needs an entity. The steps on single characters need one of FTFY_TOUCHES. The encoding repair
    does nothing to text that is not `is_bad`, by its own first test. What is left is the normal form.
    """
    if _has_entity(text, entities):
        return False
    return not BEYOND_ASCII_AND_QUOTES.search(text) or (
        not FTFY_TOUCHES.search(text) and _is_nfc_without_mojibake(text)
    )


def _has_entity(text: str, entities: bool) -> bool:
    return entities and "&" in text and bool(ENTITY.search(text))


def _is_nfc_without_mojibake(text: str) -> bool:
    """In normal form and no mojibake."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and not _may_be_bad(text))


def _may_be_bad(text: str) -> bool:
    """False only where `_is_bad` is: ftfy's slow expression, tried around hints alone while they are few."""
    windows_left = len(text) // 200 + 1
    for hint in _badness_hint().finditer(text):
        windows_left -= 1
        if windows_left < 0:
            return _is_bad(text)
        if _is_bad(text[max(hint.start() - BADNESS_REACH_CHARS, 0) : hint.end() + BADNESS_REACH_CHARS]):
            return True
    return False


@cache
def _badness_hint() -> re.Pattern[str]:
    from ftfy.badness import MOJIBAKE_CATEGORIES as CATEGORIES

    harmless = ("c1", "common", "kaomoji", "lower_common", "upper_common")
    any_suspect = "".join(chars for name, chars in CATEGORIES.items() if name not in harmless)
    return re.compile(BADNESS_HINT.format(any=any_suspect, **CATEGORIES), re.VERBOSE)


def _is_bad(text: str) -> bool:
    return bool(_ftfy().is_bad(text))


def _repair_line(text: str, entities: bool) -> Edits:
    """Passes over the line until one finds nothing: repairing a repaired line changes nothing."""
    edits: Edits = ()
    for _ in range(MAX_REPAIR_PASSES):
        text, edits, changed = _apply_and_compose(text, edits, _repair_segments(text, entities))
        text, edits, spaces_changed = _apply_and_compose(text, edits, _collapse_spaces(text))
        if not (changed or spaces_changed) or _needs_no_repair(text, entities):
            break
    return tuple(edit for edit in edits if edit.old != edit.new)


def _apply_and_compose(text: str, edits: Edits, new_edits: list[Edit]) -> tuple[str, Edits, bool]:
    """The text after `new_edits`, all edits as one list, and whether there were new ones."""
    return (apply(text, new_edits), compose(edits, new_edits), True) if new_edits else (text, edits, False)


def _repair_segments(text: str, entities: bool) -> list[Edit]:
    edits: list[Edit] = []
    for at, segment in _split_segments(text):
        if not _needs_only_spaces(segment, entities):
            edits += (edit.shifted(at) for edit in _repair_segment(segment, entities))
    return edits


def _split_segments(text: str) -> Iterator[tuple[int, str]]:
    """The lines of `text`, long ones cut after a space where there is one."""
    at = 0
    while at < len(text):
        end = text.find("\n", at, at + SEGMENT_CHARS) + 1
        if not end and len(text) - at > SEGMENT_CHARS:
            end = (text.rfind(" ", at, at + SEGMENT_CHARS) + 1) or at + SEGMENT_CHARS
        end = end or len(text)
        yield at, text[at:end]
        at = end


def _repair_segment(text: str, entities: bool) -> Edits:
    """Broken bytes first: ftfy makes each a U+FFFD. Invisible ones last: U+00AD is half of many an `í`."""
    text, edits, _ = _apply_and_compose(text, (), _fix_surrogates(text))
    text, edits, _ = _apply_and_compose(text, edits, list(_ftfy_line(text, entities)))
    return compose(edits, _drop_invisible(text))


# -- what ftfy does ---------------------------------------------------------------------------------------


def _ftfy_line(text: str, entities: bool) -> Edits:
    """What ftfy would do to this line, each of its steps with its own reason."""
    if _ftfy_is_noop(text, entities):
        return ()
    text, edits, _ = _apply_and_compose(text, (), _collapse_nested_escapes(text) if entities else [])
    steps = _ftfy_steps(text, entities)
    for _ in range(MAX_FTFY_ROUNDS):
        before = text
        for step in steps:
            text, edits, _ = _apply_and_compose(text, edits, step(text))
        if text == before:
            break
    return edits


def _ftfy_steps(text: str, entities: bool) -> list[RepairStep]:
    """The steps of `ftfy.fix_and_explain`, in its order."""
    steps: list[RepairStep] = [_unescape_entities] if entities else []
    steps += (
        _fix_encoding,
        _fix_c1_controls,
        _unify_line_breaks,
        _ftfy_fix_surrogates,
        _drop_ansi_escapes,
        _drop_controls,
    )
    return steps if _has_mark_pile(text) else [*steps, _normalize_nfc]


def _match_edits(
    text: str, pattern: re.Pattern[str], replacement_of: Callable[[str], str], code: str
) -> list[Edit]:
    """An edit for every match that `replacement_of` changes."""
    edits = [Edit(m.start(), m[0], replacement_of(m[0]), code) for m in pattern.finditer(text)]
    return [edit for edit in edits if edit.new != edit.old]


def _collapse_nested_escapes(text: str) -> list[Edit]:
    return _match_edits(text, NESTED_ESCAPE, lambda _: "&amp;", "entity") if "&" in text else []


def _unescape_entities(text: str) -> list[Edit]:
    return _match_edits(text, ENTITY, _ftfy().fixes.unescape_html, "entity") if "&" in text else []


def _fix_encoding(text: str) -> list[Edit]:
    """`ftfy.fix_encoding`, with its loop bounded: hence the private step."""
    if text.isascii():
        return []
    old = text
    for _ in range(MAX_FTFY_ROUNDS):
        before = text
        text = _ftfy()._fix_encoding_one_step_and_explain(text, _config()).text
        if text == before:
            break
    return list(edits_between(old, text, "mojibake"))


def _fix_c1_controls(text: str) -> list[Edit]:
    return _match_edits(text, _ftfy().chardata.C1_CONTROL_RE, _ftfy().fixes.fix_c1_controls, "mojibake")


def _unify_line_breaks(text: str) -> list[Edit]:
    return _match_edits(text, LINE_BREAK, lambda _: "\n", "line-break")


def _ftfy_fix_surrogates(text: str) -> list[Edit]:
    return _match_edits(text, SURROGATE_RUN, _ftfy().fixes.fix_surrogates, "undecodable")


def _drop_ansi_escapes(text: str) -> list[Edit]:
    return _match_edits(text, _ftfy().fixes.ANSI_RE, lambda _: "", "control") if "\x1b" in text else []


def _drop_controls(text: str) -> list[Edit]:
    """U+FEFF is a control character to ftfy, a zero-width one to everyone else."""
    return [Edit(m.start(), m[0], "", _control_code(m[0])) for m in CONTROL_RUN.finditer(text)]


def _control_code(run: str) -> str:
    return "zero-width" if run[0] == "\ufeff" else "control"


def _normalize_nfc(text: str) -> list[Edit]:
    if unicodedata.is_normalized("NFC", text):
        return []
    return list(edits_between(text, unicodedata.normalize("NFC", text), "normal-form"))


def _has_mark_pile(text: str) -> bool:
    """A run of combining marks so long that normalising would take a time quadratic in it."""
    if not MARK_PILE.search(text):
        return False
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MAX_COMBINING_MARKS:
            return True
    return False


# -- what ftfy does not do --------------------------------------------------------------------------------


def _fix_surrogates(text: str) -> list[Edit]:
    """Surrogates: pairs become the character they encode, stray bytes what they most likely are."""
    return [_surrogate_run_edit(text, m) for m in SURROGATE_RUN.finditer(text)]


def _surrogate_run_edit(text: str, match: re.Match[str]) -> Edit:
    run, at, end = match[0], match.start(), match.end()
    if is_pair(run):
        return Edit(at, run, join_pair(run), "mojibake")
    return Edit(
        at,
        run,
        _guess_stray_bytes(run, text[max(at - CONTEXT_CHARS, 0) : at], text[end : end + CONTEXT_CHARS]),
        "undecodable",
    )


def _guess_stray_bytes(run: str, before: str, after: str) -> str:
    """Stray bytes amid Latin text: windows-1252, where that gives something likely, else U+FFFD."""
    if len(run) > 3 or not all(map(is_escaped_byte, run)):
        return "\ufffd"
    guess = run.encode("ascii", "surrogateescape").decode("windows-1252", "replace")
    guess_in_context = before[-1:] + guess + after[:1]
    latin_amid_other = LATIN_LETTER.search(guess) and not _is_latin_context(before + after, len(run))
    if (
        latin_amid_other
        or not LIKELY_CP1252.fullmatch(guess)
        or LOWER_THEN_UPPER.search(guess_in_context)
        or _is_bad(guess_in_context)
    ):
        return "\ufffd"
    return guess


def _is_latin_context(context: str, n_broken: int) -> bool:
    """No letters of another script, and no more broken bytes than ASCII letters: Russian comes in crowds."""
    n_stray = sum(map(is_escaped_byte, context))
    n_letters = sum("A" <= char <= "Z" or "a" <= char <= "z" for char in context)
    return not NON_LATIN_SCRIPT.search(context) and n_letters >= n_stray + n_broken


def _drop_invisible(text: str) -> list[Edit]:
    """Invisible characters are removed, but for joiners that change how their neighbours look."""
    edits = (_invisible_run_edit(text, m) for m in INVISIBLE_RUN.finditer(text))
    return [edit for edit in edits if edit.new != edit.old]


def _invisible_run_edit(text: str, match: re.Match[str]) -> Edit:
    run, at, end = match[0], match.start(), match.end()
    if match.lastgroup == "hidden":
        return Edit(
            at, run, _joiner_to_keep(run, text[max(at - 1, 0) : at], text[end : end + 1]), "zero-width"
        )
    return Edit(at, run, "", "control" if match.lastgroup == "c1" else "bidi-control")


def _joiner_to_keep(run: str, before: str, after: str) -> str:
    """The one character of a run of hidden ones that does something between its neighbours, or nothing.

    U+200C parts two letters that would join (Persian), or shows a virama (Indic). U+200D asks for the joined
    form, also at a word's end, and makes one emoji of several. U+180E sets off a Mongolian vowel.
    """
    joins_letters = JOINING_LETTER.match(before) and JOINING_LETTER.match(after)
    if "\u200c" in run and (joins_letters or INDIC_LETTER.match(before)):
        return "\u200c"
    if "\u200d" in run and (
        JOINING_LETTER.match(before) or JOINING_LETTER.match(after) or _joins_emoji(before, after)
    ):
        return "\u200d"
    return (
        "\u180e"
        if "\u180e" in run and MONGOLIAN_LETTER.match(before) and MONGOLIAN_LETTER.match(after)
        else ""
    )


def _joins_emoji(before: str, after: str) -> bool:
    return bool(EMOJI_PART.match(before) and EMOJI_PART.match(after))


def _collapse_spaces(text: str) -> list[Edit]:
    """One space for a run of them or a tab, none at the ends or around a line break. A lone U+00A0 stays."""
    start, end = _content_span(text)
    edits = [Edit(0, text[:start], "", "spaces")] if start else []
    at = start
    for line in text[start:end].split("\n"):
        edits += (edit.shifted(at) for edit in _line_space_edits(line))
        at += len(line) + 1
    if start < end < len(text):
        edits.append(Edit(end, text[end:], "", "spaces"))
    return edits


def _line_space_edits(line: str) -> Iterator[Edit]:
    start, end = _content_span(line)
    if start:
        yield Edit(0, line[:start], "", "spaces")
    for m in SPACE_RUN.finditer(line, start, end):
        yield Edit(m.start(), m[0], " ", "spaces")
    if start < end < len(line):
        yield Edit(end, line[end:], "", "spaces")


def _content_span(text: str) -> tuple[int, int]:
    """Where `text` starts and ends without the white space around it; twice its end if there is only that."""
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))
