"""The only way text changes here: a sorted, disjoint list of edits over a string that is never altered.

An edit replaces `old`, found at `start`, by `new`. Every change the program makes, from an entity
unescaped to a page of navigation cut, is such an edit, so every change can be shown, counted and undone.

Laws, held by property tests in `tests/test_edits.py`:

- `invert(edits)` takes `apply(raw, edits)` back to `raw`;
- `apply(raw, compose(first, then)) == apply(apply(raw, first), then)`;
- a list made by `edits_between(old, new)` satisfies `apply(old, edits_between(old, new)) == new`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

# Aligning is quadratic in the length of the differing middle (bit-parallel, 64 cells a step): 20,000
# characters take about 5 ms. A longer middle is replaced as a whole: still exact, only less fine.
MAX_ALIGN_CHARS = 20_000


class Edit(NamedTuple):
    """Replace `old` at code point `start` by `new`, for the reason `code` (kebab-case)."""

    start: int
    old: str
    new: str
    code: str

    @property
    def end(self) -> int:
        """Code point after the last one replaced."""
        return self.start + len(self.old)

    def shifted(self, by: int) -> Edit:
        """The same edit, `by` code points further on."""
        return Edit(self.start + by, self.old, self.new, self.code) if by else self


Edits = tuple[Edit, ...]


def apply(raw: str, edits: Iterable[Edit], offset: int = 0) -> str:
    """`raw` with all edits made. `offset` is where `raw` starts in the text the edits count from.

    Raises ValueError when an edit's `old` is not what the text has there, or the edits overlap.
    """
    out: list[str] = []
    at = 0
    for edit in edits:
        start = edit.start - offset
        if start < at or not raw.startswith(edit.old, start):
            raise ValueError(f"edit at {edit.start} ({edit.code}) does not fit the text")
        out += (raw[at:start], edit.new)
        at = start + len(edit.old)
    out.append(raw[at:])
    return "".join(out)


def invert(edits: Iterable[Edit]) -> Edits:
    """The edits that lead back: over the new text, giving the old one."""
    inverse: list[Edit] = []
    shift = 0
    for edit in edits:
        inverse.append(Edit(edit.start + shift, edit.new, edit.old, edit.code))
        shift += len(edit.new) - len(edit.old)
    return tuple(inverse)


def shift_all(edits: Iterable[Edit], by: int) -> Edits:
    """All edits, `by` code points further on."""
    return tuple(edit.shifted(by) for edit in edits)


def compose(first: Sequence[Edit], then: Sequence[Edit]) -> Edits:
    """One list that does `first` and, on its result, `then`.

    Where edits of both lists touch they become one edit, with the code of the later one: that one decided
    the final text.
    """
    if not first:
        return tuple(then)
    if not then:
        return tuple(first)
    return tuple(_Composer(first, then).run())


class _Composer:
    """Walks both lists once; a group is a run of edits that touch each other in the middle text."""

    def __init__(self, first: Sequence[Edit], then: Sequence[Edit]) -> None:
        self.first, self.then = first, then
        self.i = self.j = 0
        self.shift = 0  # middle offset minus raw offset, after all of `first` taken so far

    def run(self) -> Iterator[Edit]:
        while self.i < len(self.first) or self.j < len(self.then):
            first_start = self._first_start() if self.i < len(self.first) else None
            then_start = self.then[self.j].start if self.j < len(self.then) else None
            if then_start is None or (first_start is not None and self._first_end() < then_start):
                yield self._take_first()
            elif first_start is None or self.then[self.j].end < first_start:
                yield self.then[self.j].shifted(-self.shift)
                self.j += 1
            else:
                yield self._merge_group()

    def _first_start(self) -> int:
        return self.first[self.i].start + self.shift

    def _first_end(self) -> int:
        return self._first_start() + len(self.first[self.i].new)

    def _take_first(self) -> Edit:
        edit = self.first[self.i]
        self.i += 1
        self.shift += len(edit.new) - len(edit.old)
        return edit

    def _merge_group(self) -> Edit:
        """Merge every edit of either list that touches the group, until none does."""
        start = min(self._first_start(), self.then[self.j].start)
        raw_start = start - self.shift if start < self._first_start() else self.first[self.i].start
        first_index, then_index, end, shift = self.i, self.j, start, self.shift
        while True:
            if self.i < len(self.first) and self._first_start() <= end:
                end = max(end, self._first_end())
                self._take_first()
            elif self.j < len(self.then) and self.then[self.j].start <= end:
                end = max(end, self.then[self.j].end)
                self.j += 1
            else:
                break
        first_group = self.first[first_index : self.i]
        then_group = self.then[then_index : self.j]
        old, middle = _group_texts(first_group, then_group, start, end, shift)
        new = apply(middle, then_group, offset=start)
        code = then_group[-1].code if then_group else first_group[-1].code
        return Edit(raw_start, old, new, code)


def _group_texts(
    first: Sequence[Edit], then: Sequence[Edit], start: int, end: int, shift: int
) -> tuple[str, str]:
    """Raw and middle text of a group that covers middle[start:end].

    Between two edits of `first` the raw and the middle text are the same, and edits of `then` cover it:
    a group holds nothing that neither list spells.
    """
    middle: list[str | None] = [None] * (end - start)
    for edit in then:
        middle[edit.start - start : edit.end - start] = list(edit.old)
    replacements: list[tuple[int, int, str]] = []
    for edit in first:
        at = edit.start + shift - start
        middle[at : at + len(edit.new)] = list(edit.new)
        replacements.append((at, at + len(edit.new), edit.old))
        shift += len(edit.new) - len(edit.old)
    raw: list[str] = []
    at = 0
    for left, right, old in replacements:
        raw += (*_all_known(middle[at:left]), old)
        at = right
    raw += _all_known(middle[at:])
    return "".join(raw), "".join(_all_known(middle))


def _all_known(chars: Sequence[str | None]) -> list[str]:
    assert None not in chars, "a group with a hole: the lists were not sorted and disjoint"
    return [char for char in chars if char is not None]


def edits_between(old: str, new: str, code: str, start: int = 0) -> Edits:
    """Edits that turn `old`, found at `start`, into `new`; as fine as an alignment makes them."""
    if old == new:
        return ()
    prefix = _common_prefix_chars(old, new)
    suffix = _common_prefix_chars(old[prefix:][::-1], new[prefix:][::-1])
    old_middle, new_middle = old[prefix : len(old) - suffix], new[prefix : len(new) - suffix]
    at = start + prefix
    if not old_middle or not new_middle or len(old_middle) + len(new_middle) > MAX_ALIGN_CHARS:
        return (Edit(at, old_middle, new_middle, code),)
    return tuple(_aligned_edits(old_middle, new_middle, at, code))


def _aligned_edits(old: str, new: str, start: int, code: str) -> Iterator[Edit]:
    """An edit between any two unchanged stretches: a deletion beside an insertion is one edit."""
    from rapidfuzz.distance import Indel  # here, so that importing the package stays cheap

    old_done = new_done = 0  # how much of each is dealt with
    for opcode in Indel.opcodes(old, new):
        if opcode.tag == "equal":
            if (opcode.src_start, opcode.dest_start) != (old_done, new_done):
                yield Edit(
                    start + old_done,
                    old[old_done : opcode.src_start],
                    new[new_done : opcode.dest_start],
                    code,
                )
            old_done, new_done = opcode.src_end, opcode.dest_end
    if old_done < len(old) or new_done < len(new):
        yield Edit(start + old_done, old[old_done:], new[new_done:], code)


def _common_prefix_chars(a: str, b: str) -> int:
    """Length of the longest prefix that both share, by halving: slices compare at memory speed."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        mid = (low + high + 1) // 2
        if a[low:mid] == b[low:mid]:
            low = mid
        else:
            high = mid - 1
    return low


class Locator:
    """Raw offset of an offset in the edited text: rules see the text, and cut the raw."""

    def __init__(self, edits: Sequence[Edit], offset: int = 0) -> None:
        self._starts: list[int] = []  # where each edit's result starts in the new text
        self._edits = edits
        self._offset = offset
        shift = -offset
        for edit in edits:
            self._starts.append(edit.start + shift)
            shift += len(edit.new) - len(edit.old)

    def to_raw(self, at: int, *, end: bool = False) -> int:
        """Raw offset of new-text offset `at`; inside an edit's result: its start, or its end with `end`."""
        index = bisect_right(self._starts, at - 1 if end else at) - 1
        if index < 0:
            return at + self._offset
        edit = self._edits[index]
        inside = at - self._starts[index]
        if inside < len(edit.new) or (end and inside == len(edit.new)):
            return edit.end if end else edit.start
        return edit.end + inside - len(edit.new)
