"""JSON, one value a line: exact where the fast library is not, on lone surrogates and on long numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

# Levels of lists and objects in a row. orjson writes 254, and a record puts two more around a row's field.
MAX_DEPTH = 200
# orjson reads whole numbers beyond 64 bits as floats, which loses digits; 2**63 has 19 digits.
_LONG_NUMBER = re.compile(rb"\d{19}")


def dumps(record: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """One line of JSON without its line end; UTF-8, or ASCII escapes where a string has lone surrogates."""
    try:
        return orjson.dumps(record)
    except TypeError:  # also whole numbers beyond 64 bits
        return json.dumps(_without_nan(record), separators=(",", ":"), allow_nan=False).encode("ascii")


def dumps_indented(record: Mapping[str, Any]) -> bytes:
    """The same for people to read: indented lines, each with its end."""
    try:
        return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return json.dumps(_without_nan(record), indent=2, allow_nan=False).encode("ascii") + b"\n"


def _without_nan(value: Any) -> Any:
    """A value with null for the numbers that JSON lacks, as orjson writes them."""
    if isinstance(value, Mapping):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def exceeds_max_depth(value: Any) -> bool:
    """Whether `value` is nested more deeply than a record may carry through."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _containers_in(outer)]
        if not level:
            return False
    return True


def _containers_in(value: Any) -> Iterable[Any]:
    """The lists and objects in a list or an object."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (item for item in values if isinstance(item, dict | list))


def loads(line: bytes, *, constants: bool = False) -> Any:
    """The exact value of a line of JSON; ValueError when it is none.

    `constants`: NaN and Infinity, which are not JSON but what Python and others write, are read as numbers.
    """
    if not _LONG_NUMBER.search(line):
        try:
            return orjson.loads(line)
        except ValueError:  # perhaps only because of a lone surrogate
            pass
    try:
        return json.loads(
            line.decode("utf-8"),
            parse_constant=float if constants else _reject_constant,
            parse_float=_parse_finite_float,
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _parse_finite_float(digits: str) -> float:
    """A number as it was written; written again, infinity would be null."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is more than a float can hold")
    return number
