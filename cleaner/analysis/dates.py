"""A day as pages write it, to YYYY-MM-DD; None wherever a reader could not be sure which day is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# The web is no older, and no clock is asked: the same page must give the same date tomorrow.
FIRST, LAST = 1990, 2035
# More than any date takes, with its weekday and its time.
LONGEST = 400

# The beginnings of the months' names, by language; where two are spelled alike they mean the same month.
_NAMES = """
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
MONTHS = {
    name: number for line in _NAMES.strip().splitlines() for number, name in enumerate(line.split(), start=1)
}
_NAME = r"(?P<m>[^\W\d_]{3,12})\.?"
_TH = r"(?:st|nd|rd|th|er|º|°|\.)?"
_OF = r"(?:\s*(?:de|del|of)\s+|[\s,/.-]+)"
# Year first; month by name behind or before the day; day first with dots. 3/4/2012 is two days.
_DOTTED = re.compile(r"(?<!\d)(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>\d{4})(?!\.?\d)")
_FORMS = (
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s?[年년]\s?(?P<m>\d\d?)\s?[月월]\s?(?P<d>\d\d?)\s?[日일]"),
    re.compile(rf"(?<!\d)(?P<d>\d\d?){_TH}{_OF}{_NAME}{_OF}(?P<y>\d{{4}})(?!\d)"),
    re.compile(rf"(?<![^\W_]){_NAME}[\s-]+(?P<d>\d\d?){_TH}[\s,-]+(?P<y>\d{{4}})(?!\d)"),
    _DOTTED,
    re.compile(r"(?<![\d/])(?P<d>1[3-9]|2\d|3[01])[/-](?P<m>0?[1-9]|1[0-2])[/-](?P<y>\d{4})(?![\d/])"),
    re.compile(r"(?<![\d/])(?P<m>0?[1-9]|1[0-2])[/-](?P<d>1[3-9]|2\d|3[01])[/-](?P<y>\d{4})(?![\d/])"),
)
# In English 11.5. may be a day in May or in November.
_ENGLISH = re.compile(r"\b[ap]\.?m\b|day\b")
_PACKED = re.compile(r"\s*(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:\d{4}|\d{6}|t\d+z?)?\s*")
_IN_ADDRESS = re.compile(
    r"/(\d{4})([/-])(\d\d?|[a-z]{3})\2(\d\d?)(?=[/_-]|$)|[/_-](\d{4})-?(\d\d)-?(\d\d)(?=[/._-]|$)"
)


def day(text: str) -> str | None:
    """The first day that `text` names."""
    return next(days(text), None)


def days(text: str) -> Iterator[str]:
    """The days that `text` names, those of one spelling in order."""
    text = text[:LONGEST].lower()
    packed = _PACKED.fullmatch(text)
    for found in [packed] if packed else (one for form in _FORMS for one in form.finditer(text)):
        if found.re is _DOTTED and int(found["d"]) <= 12 and _ENGLISH.search(text):
            continue
        if made := _made(found["y"], found["m"], found["d"]):
            yield made


def in_address(url: str) -> str | None:
    """The day in the path of an address, as blogs and news sites write it."""
    for found in _IN_ADDRESS.finditer(url.split("?", 1)[0].split("#", 1)[0][:2000]):
        y, _, m, d = found.group(1, 2, 3, 4) if found[1] else (found[5], "", found[6], found[7])
        if made := _made(y, m, d):
            return made
    return None


def _made(year: str, month: str, of_month: str) -> str | None:
    try:
        number = int(month) if month.isdecimal() else MONTHS.get(month, 0)  # `²` is a digit, but no number
        made = date(int(year), number, int(of_month))
    except ValueError:
        return None
    return made.isoformat() if FIRST <= made.year <= LAST else None
