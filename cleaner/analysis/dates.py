"""A day as pages write it, to YYYY-MM-DD; None wherever a reader could not be sure which day is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# The web is no older, and no clock is asked: the same page must give the same date tomorrow.
MIN_YEAR, MAX_YEAR = 1990, 2035
# More than any date takes, with its weekday and its time.
MAX_TEXT_CHARS = 400

# The beginnings of the months' names, by language; where two are spelled alike they mean the same month.
_MONTH_NAMES = """
    jan feb mar apr may jun jul aug sep oct nov dec
    januar februar märz april mai juni juli august september oktober november dezember
    jän feb mrz apr mai jun jul aug sept okt nov dez
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janv fév mar avr mai juin juil aoû sept oct nov déc
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    ene feb mar abr may jun jul ago setiembre oct nov dic
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    gen feb mar apr mag giu lug ago set ott nov dic
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    jan fev mar abr mai jun jul ago set out nov dez
    januari februari maart april mei juni juli augustus september oktober november december
    jan feb mrt apr mei jun jul aug sep okt nov dec
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november desember
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    january february march april may june july august september october november december
"""
MONTH_NUMBERS = {
    name: number
    for line in _MONTH_NAMES.strip().splitlines()
    for number, name in enumerate(line.split(), start=1)
}
_MONTH_NAME = r"(?P<m>[^\W\d_]{3,12})\.?"
_ORDINAL = r"(?:st|nd|rd|th|er|º|°|\.)?"
_SEPARATOR = r"(?:\s*(?:de|del|of)\s+|[\s,/.-]+)"
# 3/4/2012 is a day only in a language that puts the day first, 4/4/2012 in any.
_SLASHED_DATE = re.compile(
    r"(?<![\d/])(?P<d>0?[1-9]|1[0-2])[/-](?P<m>0?[1-9]|1[0-2])[/-](?P<y>\d{4})(?![\d/])"
)
# Year first; month by name behind or before the day; day first with dots; in figures.
_DOTTED_DATE = re.compile(r"(?<!\d)(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>\d{4})(?!\.?\d)")
_DATE_PATTERNS = (
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s?[年년]\s?(?P<m>\d\d?)\s?[月월]\s?(?P<d>\d\d?)\s?[日일]"),
    re.compile(rf"(?<!\d)(?P<d>\d\d?){_ORDINAL}{_SEPARATOR}{_MONTH_NAME}{_SEPARATOR}(?P<y>\d{{4}})(?!\d)"),
    re.compile(rf"(?<![^\W_]){_MONTH_NAME}[\s-]+(?P<d>\d\d?){_ORDINAL}[\s,-]+(?P<y>\d{{4}})(?!\d)"),
    _DOTTED_DATE,
    re.compile(r"(?<![\d/])(?P<d>1[3-9]|2\d|3[01])[/-](?P<m>0?[1-9]|1[0-2])[/-](?P<y>\d{4})(?![\d/])"),
    re.compile(r"(?<![\d/])(?P<m>0?[1-9]|1[0-2])[/-](?P<d>1[3-9]|2\d|3[01])[/-](?P<y>\d{4})(?![\d/])"),
    _SLASHED_DATE,
)
DAY_FIRST_LANGUAGES = frozenset(
    "bg cs da de el es et fi fr hr id it nb nl nn no pl pt ro ru sk sl sr tr uk vi".split()
)
# In English 11.5. may be a day in May or in November.
_ENGLISH_WORDS = re.compile(r"\b[ap]\.?m\b|day\b")
_FOUR_DIGITS = re.compile(r"\d{4}")
_DIGITS_ONLY_DATE = re.compile(
    r"\s*(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[ t_-]?\d{4}|[ t_-]?\d{6}|[ t]?\d\d:\d\d(?::\d\d)?)?"
    r"(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?\s*"
)
_URL_DATE = re.compile(
    r"/(\d{4})([/-])(\d\d?|[a-z]{3})\2(\d\d?)(?=[/_-]|$)|[/_-](\d{4})-?(\d\d)-?(\d\d)(?=[/._-]|$)"
)


def first_date(text: str, language: str | None = None) -> str | None:
    """The first day that `text` names; `language` tells the day from the month in 3/4/2012."""
    return next(find_dates(text, language), None)


def may_name_day(text: str) -> bool:
    """Whether a text holds a year, as each that names a day does; most lines hold none."""
    return _FOUR_DIGITS.search(text) is not None


def find_dates(text: str, language: str | None = None) -> Iterator[str]:
    """The days that `text` names, those of one spelling in order."""
    text = text[:MAX_TEXT_CHARS].lower()
    if not may_name_day(text):
        return
    digits_only = _DIGITS_ONLY_DATE.fullmatch(text)
    for match in (
        [digits_only]
        if digits_only
        else (one for pattern in _DATE_PATTERNS for one in pattern.finditer(text))
    ):
        if not _may_be_two_days(match, language) and (
            iso_date := _iso_date(match["y"], match["m"], match["d"])
        ):
            yield iso_date


def _may_be_two_days(match: re.Match[str], language: str | None) -> bool:
    """Whether day and month of a match may be the other way round."""
    if match.re is _DOTTED_DATE:
        return int(match["d"]) <= 12 and _ENGLISH_WORDS.search(match.string) is not None
    return (
        match.re is _SLASHED_DATE
        and language not in DAY_FIRST_LANGUAGES
        and int(match["d"]) != int(match["m"])
    )


def date_in_url(url: str) -> str | None:
    """The day in the path of an address, as blogs and news sites write it."""
    for match in _URL_DATE.finditer(url.split("?", 1)[0].split("#", 1)[0][:2000]):
        y, _, m, d = match.group(1, 2, 3, 4) if match[1] else (match[5], "", match[6], match[7])
        if iso_date := _iso_date(y, m, d):
            return iso_date
    return None


def _iso_date(year: str, month: str, day: str) -> str | None:
    try:
        month_number = (
            int(month) if month.isdecimal() else MONTH_NUMBERS.get(month, 0)
        )  # `²` is a digit, but no number
        parsed = date(int(year), month_number, int(day))
    except ValueError:
        return None
    return parsed.isoformat() if MIN_YEAR <= parsed.year <= MAX_YEAR else None
