"""A day is read as pages write it; where two days could be meant, none is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.analysis import dates
from tests.clock import cpu_seconds


@pytest.mark.parametrize(
    "spelling",
    [
        "2012-11-07",
        "2012-11-07T23:59:59-08:00",
        "2012/11/7",
        "2012.11.07",
        "20121107",
        "20121107101500",
        "20121107T101500Z",
        "Wed, 07 Nov 2012 10:00:00 GMT",
        "Wednesday, November 7th, 2012 at 10:15 am",
        "Posted on Nov. 7, 2012 by Ada Quill",
        "7 November 2012",
        "7. November 2012",
        "Mittwoch, den 7. Nov. 2012",
        "7 novembre 2012",
        "7 de noviembre de 2012",
        "7 de novembro de 2012",
        "7 ноября 2012 г.",
        "7 listopada 2012",
        "07.11.2012, 10:15 Uhr",
        "2012年11月7日",
        "2012년 11월 7일",
    ],
)
def test_spellings_of_one_day(spelling: str) -> None:
    assert dates.first_date(spelling) == "2012-11-07"


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "3/4/2012",
        "2012",
        "November 2012",
        "7 Nov",
        "2012-13-07",
        "2012-02-30",
        "1812-11-07",
        "2112-11-07",
        "1352246400",
        "7 Smith 2012",
        "Monday, 11.05.2012 / 3:41 PM",
        "version 1.2.2012.4",
        "yesterday",
        "12012-11-071",
    ],
)
def test_what_is_no_sure_day(spelling: str) -> None:
    assert dates.first_date(spelling) is None


def test_a_day_beyond_twelve_tells_the_order() -> None:
    assert dates.first_date("13/4/2012") == dates.first_date("4/13/2012") == "2012-04-13"


def test_months_mean_one_month_each() -> None:
    assert all(dates.MONTH_NUMBERS[name] == 3 for name in ("mar", "mars", "marzo", "märz", "marca", "марта"))
    assert (
        dates.MONTH_NUMBERS["listopada"] == 11
        and dates.MONTH_NUMBERS["may"] == dates.MONTH_NUMBERS["mai"] == 5
    )


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2012/11/07/bells", "2012-11-07"),
        ("/2012/nov/7/bells", "2012-11-07"),
        ("/blog/2012-11-07-bells/", "2012-11-07"),
        ("/bells-20121107.html", "2012-11-07"),
        ("/2012/11/bells", None),
        ("/story/55339695/bells", None),
        ("/bells?d=/2012/11/07/", None),
        ("/bells#/2012/11/07/", None),
        ("/2012/99/99/bells", None),
    ],
)
def test_the_day_in_an_address(path: str, day: str | None) -> None:
    assert dates.date_in_url(f"https://example.org{path}") == day


def test_long_lines_cost_no_more() -> None:
    assert cpu_seconds(lambda: [dates.first_date("7 - " * 100_000) for _ in range(20)]) < 0.2
    assert cpu_seconds(lambda: [dates.date_in_url("/2012" * 100_000) for _ in range(20)]) < 0.2


@pytest.mark.parametrize("odd", ["3 ²²² 2012", "①②③ 1 2012", "२०१२-११-०७", "3 ⅷⅷⅷ 2012", "2012-²-3"])
def test_signs_that_are_digits_and_no_numbers(odd: str) -> None:
    list(dates.find_dates(odd))  # raises nothing


@given(st.text(alphabet="0123456789²①२ⅷ./-年月日 jandecmaytZ:,é", max_size=60))
def test_any_text_has_days_or_none(text: str) -> None:
    assert all(len(day) == len("2012-11-07") for day in dates.find_dates(text))


def test_day_and_month_in_figures() -> None:
    assert dates.first_date("4/4/2012") == "2012-04-04"
    assert dates.first_date("3/4/2012", "fr") == dates.first_date("03-04-2012", "nl") == "2012-04-03"
    assert dates.first_date("3/4/2012", "en") is dates.first_date("3/4/2012", "zh") is None
