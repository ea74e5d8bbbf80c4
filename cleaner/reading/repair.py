"""The one place ftfy is configured: damaged characters become the ones that were meant, nothing else changes.

Laws, held by `tests/reading/test_repair.py`:

- clean text comes back unchanged, at memory speed: quotes, ligatures, wide letters and joiners are no damage;
- the step that ftfy does (`_ftfy_line`) gives, line by line, what `ftfy.fix_text` gives for the whole text;
- the result can be encoded as UTF-8 and holds no control character but the line break;
- mending what is mended changes nothing;
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

from cleaner.edits import Edit, Edits, apply, between, compose

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

# An alignment is fine-grained up to 20,000 characters, old and new together (`edits.ALIGN_AT_MOST`); a repair
# shortens. A longer line is mended in segments of this length, each judged by itself, as ftfy itself does
# from a million on.
SEGMENT = 10_000
# ftfy repeats its steps until nothing changes. Text escaped or garbled five times over exists; hostile text
# can ask for a round per character (`&#&#&#53;3;3;`, `Ã` and a thousand times U+0083), which is quadratic.
ROUNDS = 8
# Likewise for the whole: dropping a soft hyphen may join an entity or a letter and its accent.
PASSES = 3
# `&amp;amp;…`: each round peels one. Up to this many are left to ftfy, longer ones go ahead of it.
ESCAPES = 4
# Unicode's ordering of combining marks is an insertion sort: quadratic in the length of the run. Its own
# "stream-safe" limit is 30 marks; nothing that means something comes near twice that.
MARKS = 64
# Lines that are looked at together first: most pages have some damage, and it is in few of their lines.
TOGETHER = 32

# Lines of these characters and of ASCII match no alternative of ftfy's badness expression (a test tries all
# short strings), and all are in normal form: most lines of English, without importing ftfy.
PLAIN = " -~‘’“”–—…"
NOT_PLAIN = re.compile(f"[^{PLAIN}]")
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
HIDDEN = "\u00ad\u180e\u200b-\u200d\u2060\ufeff"
CONTROLS = "\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufff9-\ufffc"
# Every character that a step of ftfy other than the encoding repair and the normalisation may touch.
TOUCHED = re.compile(f"[{CONTROLS}\r\x80-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
# Those and the characters that only our own steps touch, but for U+00A0, which may stay.
TROUBLE = re.compile(f"[{CONTROLS}{BIDI}{HIDDEN}\r\x80-\x9f\u2028\u2029\ud800-\udfff\t\f\n]")
# Where ftfy's badness expression may match: at a character that each of its alternatives has in it, in the
# company each needs. The names are those of its tables. The first class lets the search skip what is calm.
# A match is at most 7 characters long, so REACH on both sides holds it whole.
HINT = """
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
REACH = 8
ENTITY = re.compile("&#?[0-9A-Za-z]{1,24};")

ESCAPED = re.compile(f"&(?:(?:amp|AMP|#0{{0,22}}38|#[xX]0{{0,21}}26);){{{ESCAPES + 1},}}")
LINE_BREAK = re.compile("\r\n?|[\u2028\u2029\x85]")
CONTROL = re.compile(f"[{CONTROLS}]+|\ufeff+")
BROKEN = re.compile("[\ud800-\udbff][\udc00-\udfff]|(?:[\ud800-\udbff](?![\udc00-\udfff])|[\udc00-\udfff])+")
PILE = re.compile(f"[\u0300-\U0010ffff]{{{MARKS + 1}}}")
# C1: what ftfy's repair may have left, the five bytes that windows-1252 does not define.
INVISIBLE = re.compile(f"(?P<bidi>[{BIDI}]+)|(?P<hidden>[{HIDDEN}]+)|(?P<c1>[\x80-\x9f]+)")
SPACES = re.compile("[ \t\f\xa0](?:[ \t\f\xa0]+|(?<=[\t\f]))")

# Scripts whose letters join: Arabic, Syriac, N'Ko and their extensions; the Indic scripts, Tibetan, Myanmar,
# Khmer and others with stacked consonants; Mongolian.
JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u18af\u1a20-\u1aaf\u1b00-\u1bff\ua800-\ua82f\ua840-\ua8ff"
    "\ua980-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefe\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
INDIC = re.compile("[\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\U00011000-\U00011fff]")
MONGOLIAN = re.compile("[\u1820-\u18aa]")
# Also what may end an emoji that goes on: variation selector, keycap.
EMOJI = re.compile(
    "[\u20e3\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)

# windows-1252 as people use it; `¤ ¦ ¬ ‡` and the like are more often a broken byte than meant.
LATIN = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ]")
LIKELY = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ‘’‚“”„–—…•™\xa0£§©«®°·»€¡¿²³½¼¾´×]{1,3}")
FOREIGN = re.compile(
    "[\u0370-\u1dff\u1f00-\u1fff\u2c00-\ud7ff\uf900-\ufaff\U00010000-\U0001efff\U00020000-\U0003ffff]"
)
CASE_SLIP = re.compile("[a-zß-öø-ÿ][À-ÖØ-ÞŠŽŒŸ]")
NEAR = 12  # characters on each side that tell which script a broken byte stands in

Step = Callable[[str], list[Edit]]


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


class Mender:
    """Mends the lines of one document, in order.

    The order matters: as in ftfy, a `<` says that the text is markup, and from its line on entities stay as
    they are. `entities=False` says so from the start (text of a page, where the parser has read them).
    """

    def __init__(self, *, entities: bool = True) -> None:
        self._entities = entities

    def lines(self, texts: Sequence[str]) -> Iterator[Edits]:
        """For each line what `line` finds. Nearly all have nothing to mend: first many are asked at once."""
        for at in range(0, len(texts), TOGETHER):
            some = texts[at : at + TOGETHER]
            if _plainly_clean(" ".join(some), self._entities):
                self._entities = self._entities and not any("<" in text for text in some)
                yield from repeat((), len(some))
            else:
                yield from map(self.line, some)

    def line(self, text: str) -> Edits:
        """Edits that mend one line, with offsets into `text`."""
        if self._entities and "<" in text:
            self._entities = False
        body = text.rstrip("\r") if text.endswith("\r") else text
        tail = [Edit(len(body), text[len(body) :], "", "line-break")] if body is not text else []
        if _clean(body, self._entities):
            return tuple(tail)
        return (*_mended(body, self._entities), *tail)


def mend(text: str) -> Edits:
    """Edits that mend a whole text, line by line; the line feeds stay."""
    mender, edits, at = Mender(), list[Edit](), 0
    for line in text.split("\n"):
        edits += (edit.moved(at) for edit in mender.line(line))
        at += len(line) + 1
    return tuple(edits)


def _plainly_clean(text: str, entities: bool) -> bool:
    """Whether every part of `text` between two of its spaces is clean. False also where only a closer look
    tells."""
    if " ".join(text.split()) != text or TROUBLE.search(text) or _escaped(text, entities):
        return False
    return not NOT_PLAIN.search(text) or (unicodedata.is_normalized("NFC", text) and not _hint().search(text))


def _clean(text: str, entities: bool) -> bool:
    """Nothing to do: no step below would change `text`."""
    if not text:
        return True
    if "  " in text or "\n" in text or text[0].isspace() or text[-1].isspace():
        return False
    if not NOT_PLAIN.search(text):
        return not _escaped(text, entities)
    if TROUBLE.search(text) or ("\xa0" in text and SPACES.search(text)):
        return False
    return not _escaped(text, entities) and _well_formed(text)


def _sound(text: str, entities: bool) -> bool:
    """No repair to make but that of spaces."""
    return _left_alone(text, entities) and not (NOT_PLAIN.search(text) and INVISIBLE.search(text))


def _left_alone(text: str, entities: bool) -> bool:
    """Whether ftfy provably returns `text` as it is: none of its steps finds anything.

    Unescaping needs an entity. The steps on single characters need one of TOUCHED. The encoding repair does
    nothing to text that is not `is_bad`, by its own first test. What is left is the normal form.
    """
    if _escaped(text, entities):
        return False
    return not NOT_PLAIN.search(text) or (not TOUCHED.search(text) and _well_formed(text))


def _escaped(text: str, entities: bool) -> bool:
    return entities and "&" in text and bool(ENTITY.search(text))


def _well_formed(text: str) -> bool:
    """In normal form and no mojibake."""
    return text.isascii() or (unicodedata.is_normalized("NFC", text) and not _may_be_bad(text))


def _may_be_bad(text: str) -> bool:
    """False only where `_is_bad` is: ftfy's slow expression, tried around hints alone while they are few."""
    windows = len(text) // 200 + 1
    for hint in _hint().finditer(text):
        windows -= 1
        if windows < 0:
            return _is_bad(text)
        if _is_bad(text[max(hint.start() - REACH, 0) : hint.end() + REACH]):
            return True
    return False


@cache
def _hint() -> re.Pattern[str]:
    from ftfy.badness import MOJIBAKE_CATEGORIES as CATEGORIES

    calm = ("c1", "common", "kaomoji", "lower_common", "upper_common")
    other = "".join(chars for name, chars in CATEGORIES.items() if name not in calm)
    return re.compile(HINT.format(any=other, **CATEGORIES), re.VERBOSE)


def _is_bad(text: str) -> bool:
    return bool(_ftfy().is_bad(text))


def _mended(text: str, entities: bool) -> Edits:
    """Passes over the line until one finds nothing: what is mended once stays as it is."""
    edits: Edits = ()
    for _ in range(PASSES):
        text, edits, changed = _then(text, edits, _repairs(text, entities))
        text, edits, spaced = _then(text, edits, _spaces(text))
        if not (changed or spaced) or _clean(text, entities):
            break
    return tuple(edit for edit in edits if edit.old != edit.new)


def _then(text: str, edits: Edits, more: list[Edit]) -> tuple[str, Edits, bool]:
    """The text after `more`, all edits so far as one list, and whether there were any more."""
    return (apply(text, more), compose(edits, more), True) if more else (text, edits, False)


def _repairs(text: str, entities: bool) -> list[Edit]:
    edits: list[Edit] = []
    for at, segment in _segments(text):
        if not _sound(segment, entities):
            edits += (edit.moved(at) for edit in _segment(segment, entities))
    return edits


def _segments(text: str) -> Iterator[tuple[int, str]]:
    """The lines of `text`, long ones cut behind a space where there is one."""
    at = 0
    while at < len(text):
        end = text.find("\n", at, at + SEGMENT) + 1
        if not end and len(text) - at > SEGMENT:
            end = (text.rfind(" ", at, at + SEGMENT) + 1) or at + SEGMENT
        end = end or len(text)
        yield at, text[at:end]
        at = end


def _segment(text: str, entities: bool) -> Edits:
    """Broken bytes first: ftfy makes each a U+FFFD. Invisible ones last: U+00AD is half of many an `í`."""
    text, edits, _ = _then(text, (), _unbroken(text))
    text, edits, _ = _then(text, edits, list(_ftfy_line(text, entities)))
    return compose(edits, _visible(text))


# -- what ftfy does ---------------------------------------------------------------------------------------


def _ftfy_line(text: str, entities: bool) -> Edits:
    """What ftfy would do to this line, each of its steps with its own reason."""
    if _left_alone(text, entities):
        return ()
    text, edits, _ = _then(text, (), _collapsed(text) if entities else [])
    steps = _steps(text, entities)
    for _ in range(ROUNDS):
        before = text
        for step in steps:
            text, edits, _ = _then(text, edits, step(text))
        if text == before:
            break
    return edits


def _steps(text: str, entities: bool) -> list[Step]:
    """The steps of `ftfy.fix_and_explain`, in its order."""
    steps: list[Step] = [_unescaped] if entities else []
    steps += (_decoded, _c1, _line_breaks, _surrogates, _escapes, _controls)
    return steps if _piled(text) else [*steps, _normal]


def _found(text: str, pattern: re.Pattern[str], new: Callable[[str], str], code: str) -> list[Edit]:
    """An edit for every match that `new` changes."""
    made = [Edit(m.start(), m[0], new(m[0]), code) for m in pattern.finditer(text)]
    return [edit for edit in made if edit.new != edit.old]


def _collapsed(text: str) -> list[Edit]:
    return _found(text, ESCAPED, lambda _: "&amp;", "entity") if "&" in text else []


def _unescaped(text: str) -> list[Edit]:
    return _found(text, ENTITY, _ftfy().fixes.unescape_html, "entity") if "&" in text else []


def _decoded(text: str) -> list[Edit]:
    """`ftfy.fix_encoding`, with its loop bounded: hence the private step."""
    if text.isascii():
        return []
    old = text
    for _ in range(ROUNDS):
        before = text
        text = _ftfy()._fix_encoding_one_step_and_explain(text, _config()).text
        if text == before:
            break
    return list(between(old, text, "mojibake"))


def _c1(text: str) -> list[Edit]:
    return _found(text, _ftfy().chardata.C1_CONTROL_RE, _ftfy().fixes.fix_c1_controls, "mojibake")


def _line_breaks(text: str) -> list[Edit]:
    return _found(text, LINE_BREAK, lambda _: "\n", "line-break")


def _surrogates(text: str) -> list[Edit]:
    return _found(text, BROKEN, _ftfy().fixes.fix_surrogates, "undecodable")


def _escapes(text: str) -> list[Edit]:
    return _found(text, _ftfy().fixes.ANSI_RE, lambda _: "", "control") if "\x1b" in text else []


def _controls(text: str) -> list[Edit]:
    """U+FEFF is a control character to ftfy, a zero-width one to everyone else."""
    return [Edit(m.start(), m[0], "", _control_code(m[0])) for m in CONTROL.finditer(text)]


def _control_code(run: str) -> str:
    return "zero-width" if run[0] == "\ufeff" else "control"


def _normal(text: str) -> list[Edit]:
    if unicodedata.is_normalized("NFC", text):
        return []
    return list(between(text, unicodedata.normalize("NFC", text), "normal-form"))


def _piled(text: str) -> bool:
    """A run of combining marks so long that normalising would take a time quadratic in it."""
    if not PILE.search(text):
        return False
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > MARKS:
            return True
    return False


# -- what ftfy does not do --------------------------------------------------------------------------------


def _unbroken(text: str) -> list[Edit]:
    """Surrogates: pairs become the character they encode, stray bytes what they most likely are."""
    return [_whole(text, m) for m in BROKEN.finditer(text)]


def _whole(text: str, found: re.Match[str]) -> Edit:
    run, at, end = found[0], found.start(), found.end()
    if len(run) == 2 and run[0] < "\udc00" <= run[1]:
        return Edit(at, run, run.encode("utf-16", "surrogatepass").decode("utf-16"), "mojibake")
    return Edit(at, run, _byte(run, text[max(at - NEAR, 0) : at], text[end : end + NEAR]), "undecodable")


def _byte(run: str, before: str, after: str) -> str:
    """Stray bytes amid Latin text: windows-1252, where that gives something likely, else U+FFFD."""
    if len(run) > 3 or not all("\udc80" <= char <= "\udcff" for char in run):
        return "\ufffd"
    guess = run.encode("ascii", "surrogateescape").decode("windows-1252", "replace")
    near = before[-1:] + guess + after[:1]
    foreign = LATIN.search(guess) and not _latin(before + after, len(run))
    if foreign or not LIKELY.fullmatch(guess) or CASE_SLIP.search(near) or _is_bad(near):
        return "\ufffd"
    return guess


def _latin(around: str, broken: int) -> bool:
    """No letters of another script, and no more broken bytes than ASCII letters: Russian comes in crowds."""
    stray = sum("\udc80" <= char <= "\udcff" for char in around)
    letters = sum("A" <= char <= "Z" or "a" <= char <= "z" for char in around)
    return not FOREIGN.search(around) and letters >= stray + broken


def _visible(text: str) -> list[Edit]:
    """Invisible characters go, but for joiners that shape what is seen."""
    edits = (_seen(text, m) for m in INVISIBLE.finditer(text))
    return [edit for edit in edits if edit.new != edit.old]


def _seen(text: str, found: re.Match[str]) -> Edit:
    run, at, end = found[0], found.start(), found.end()
    if found.lastgroup == "hidden":
        return Edit(at, run, _joiner(run, text[max(at - 1, 0) : at], text[end : end + 1]), "zero-width")
    return Edit(at, run, "", "control" if found.lastgroup == "c1" else "bidi-control")


def _joiner(run: str, before: str, after: str) -> str:
    """The one character of a run of hidden ones that does something between its neighbours, or nothing.

    U+200C parts two letters that would join (Persian), or shows a virama (Indic). U+200D asks for the joined
    form, also at a word's end, and makes one emoji of several. U+180E sets off a Mongolian vowel.
    """
    both = JOINING.match(before) and JOINING.match(after)
    if "\u200c" in run and (both or INDIC.match(before)):
        return "\u200c"
    if "\u200d" in run and (JOINING.match(before) or JOINING.match(after) or _one_emoji(before, after)):
        return "\u200d"
    return "\u180e" if "\u180e" in run and MONGOLIAN.match(before) and MONGOLIAN.match(after) else ""


def _one_emoji(before: str, after: str) -> bool:
    return bool(EMOJI.match(before) and EMOJI.match(after))


def _spaces(text: str) -> list[Edit]:
    """One space for a run of them or a tab, none at the ends or around a line break. A lone U+00A0 stays."""
    start, end = _bare(text)
    edits = [Edit(0, text[:start], "", "spaces")] if start else []
    at = start
    for line in text[start:end].split("\n"):
        edits += (edit.moved(at) for edit in _line_spaces(line))
        at += len(line) + 1
    if start < end < len(text):
        edits.append(Edit(end, text[end:], "", "spaces"))
    return edits


def _line_spaces(line: str) -> Iterator[Edit]:
    start, end = _bare(line)
    if start:
        yield Edit(0, line[:start], "", "spaces")
    for m in SPACES.finditer(line, start, end):
        yield Edit(m.start(), m[0], " ", "spaces")
    if start < end < len(line):
        yield Edit(end, line[end:], "", "spaces")


def _bare(text: str) -> tuple[int, int]:
    """Where `text` starts and ends without the white space around it; twice its end if there is only that."""
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))
