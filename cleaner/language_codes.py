"""The languages that can be told, as users name them: `en`, `EN` and `en-US` are one."""

from __future__ import annotations

import re

from cleaner.errors import UsageError, did_you_mean

# What `cleaner.language` can answer: ISO 639-1, without the script or country that may follow.
LANGUAGE_NAMES = dict(
    pair.split(":")
    for pair in """
    af:afrikaans am:amharic ar:arabic bg:bulgarian bn:bengali ca:catalan cs:czech cy:welsh da:danish de:german
    el:greek en:english es:spanish et:estonian fa:persian fi:finnish fr:french gu:gujarati he:hebrew hi:hindi
    hr:croatian hu:hungarian hy:armenian id:indonesian it:italian ja:japanese ka:georgian km:khmer kn:kannada
    ko:korean lo:lao lt:lithuanian lv:latvian mk:macedonian ml:malayalam mr:marathi my:burmese ne:nepali
    nl:dutch no:norwegian or:odia pa:punjabi pl:polish pt:portuguese ro:romanian ru:russian si:sinhala
    sk:slovak sl:slovene so:somali sq:albanian sv:swedish sw:swahili ta:tamil te:telugu th:thai tl:tagalog
    tr:turkish uk:ukrainian ur:urdu vi:vietnamese zh:chinese
    """.split()
)
LANGUAGE_CODES = [*LANGUAGE_NAMES]


def language_codes(value: object) -> tuple[str, ...]:
    """The codes in a list of strings, or in one string with commas or spaces; of `zh-cn` only `zh` counts.

    UsageError where one is not in `LANGUAGE_CODES`, or where `value` is neither.
    """
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple | set | frozenset) or not all(isinstance(p, str) for p in parts):
        raise UsageError(f"{value!r} is not a list of language codes")
    ordered = sorted(parts) if isinstance(parts, set | frozenset) else parts
    codes = [code for part in ordered for code in part.lower().replace(",", " ").split()]
    return tuple(dict.fromkeys(map(_primary_code, codes)))


def _primary_code(code: str) -> str:
    """The language without script or country."""
    primary = re.split("[-_]", code)[0]
    if primary not in LANGUAGE_NAMES:
        raise UsageError(f"{code!r} is no language code that cleaner can detect.{_hint(primary)}")
    return primary


def _hint(word: str) -> str:
    """` Did you mean …?`, or all codes."""
    for code, name in LANGUAGE_NAMES.items():
        if name == word:
            return f" Did you mean {code}?"
    return did_you_mean(word, LANGUAGE_CODES) or f" There are {' '.join(LANGUAGE_CODES)}."
