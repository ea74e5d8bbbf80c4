"""A text spun by hand in the manner of news spinners, with a quotation that was left alone."""

from __future__ import annotations

SPUN = (
    "Officers on the White Home mentioned on Monday that the president would meet lawmakers subsequent "
    "week to debate the finances, in response to individuals accustomed to the matter.\n"
    "The administration has not too long ago mentioned it needs to boost defence spending as a result of "
    "tensions within the area have grown. “The people who said this last week were right about the risk,”"
    " a senior officer mentioned. “We told them so.”\n"
    "A number of specialists instructed the Monetary Occasions that the Federal Reserves was additionally"
    " anxious in regards to the monetary system, whereas buyers on Wall Avenue have been promoting "
    "shares. One other professional mentioned the most recent information confirmed inflation had risen "
    "for the reason that starting of the 12 months, however that it was troublesome to say whether or not"
    " rates of interest would rise.\n"
    "In latest a long time the nation has spent greater than its buying and selling companions on well "
    "being care, and college students have been paying extra for school. The legal professional basic "
    "mentioned an organization that sells software program had been utilizing synthetic intelligence to "
    "assist its clients discover low-cost insurance coverage. Final week the agency mentioned it could "
    "not remark. Final month it mentioned it might give you an answer quickly.\n"
)
QUOTED = "“The people who said this last week were right about the risk,”"
CLEAN = (
    "Officials at the White House said on Monday that the president would meet lawmakers next week to "
    "discuss the budget, according to people familiar with the matter.\n"
    "The administration has recently said it wants to increase defence spending because tensions in the "
    "region have grown. “The people who said this last week were right about the risk,” a senior official "
    "said. “We told them so.”\n"
    "Several experts told the Financial Times that the Federal Reserve was also worried about the financial "
    "system, while investors on Wall Street were selling shares. Another expert said the latest data showed "
    "inflation had risen since the beginning of the year, but that it was difficult to say whether interest "
    "rates would rise.\n"
)
