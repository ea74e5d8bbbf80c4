"""English inflection for the lexicon build: one base form in, the forms a spinner swaps out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
VOWELS = "aeiou"
# Verbs of more than one syllable that double the last consonant (`admitted`).
DOUBLING_VERBS = {
    "admit",
    "refer",
    "occur",
    "prefer",
    "commit",
    "compel",
    "permit",
    "begin",
    "regret",
    "equip",
    "submit",
    "abet",
    "impel",
    "confer",
    "forget",
    "outfit",
    "propel",
    "abhor",
}


@cache
def irregular_verbs() -> dict[str, tuple[str, str]]:
    """Base form to past and participle."""
    rows = (line.split("\t") for line in (HERE / "irregular.tsv").read_text().splitlines())
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}


def _doubles_last_consonant(verb: str) -> bool:
    if verb in DOUBLING_VERBS:
        return True
    one_vowel = sum(c in VOWELS for c in verb) == 1
    return one_vowel and len(verb) > 2 and verb[-1] not in VOWELS + "wxy" and verb[-2] in VOWELS


def third_person(verb: str) -> str:
    """He `says`."""
    if verb == "have":
        return "has"
    return plural(verb)


def plural(noun: str) -> str:
    """Two `parties`."""
    if noun.endswith("y") and len(noun) > 1 and noun[-2] not in VOWELS:
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "z", "ch", "sh")) or noun in ("go", "do", "hero", "echo", "veto"):
        return noun + "es"
    if noun.endswith("man") and noun not in ("human", "german"):
        return noun[:-3] + "men"
    return {
        "child": "children",
        "person": "people",
        "foot": "feet",
        "wife": "wives",
        "life": "lives",
        "thief": "thieves",
        "leaf": "leaves",
        "knife": "knives",
        "woman": "women",
    }.get(noun, noun + "s")


def present_participle(verb: str) -> str:
    """He is `saying`."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        return verb[:-1] + "ing"
    return verb + (verb[-1] if _doubles_last_consonant(verb) else "") + "ing"


def past_forms(verb: str) -> tuple[str, str]:
    """He `said`, he has `said`."""
    if verb in irregular_verbs():
        return irregular_verbs()[verb]
    if verb.endswith("e"):
        form = verb + "d"
    elif verb.endswith("y") and verb[-2] not in VOWELS:
        form = verb[:-1] + "ied"
    else:
        form = verb + (verb[-1] if _doubles_last_consonant(verb) else "") + "ed"
    return form, form


def inflected_forms(phrase: str, word_class: str) -> list[str]:
    """Every form, in the same order for every phrase of a class: v base, -s, past, participle, -ing; n, x."""
    words = phrase.split()
    if word_class == "v":
        head, rest = words[0], words[1:]
        heads = [head, third_person(head), *past_forms(head), present_participle(head)]
        return [" ".join([h, *rest]) for h in heads]
    if word_class == "n":
        last = len(words) - 1
        for k, word in enumerate(words):  # `house of cards` inflects its first noun
            if word in ("of", "or") and k:
                last = k - 1
                break
        return [phrase, " ".join([*words[:last], plural(words[last]), *words[last + 1 :]])]
    return [phrase]
