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

# Every third word by another one of its synonym set, whatever the sense; and what it was made from.
BY_THESAURUS = (
    "The diminutive library on the nook of our thoroughfare unfolded its doorways again in the "
    "eventide, and the waiting line elongated round the edifice. Tykes could stir the playscripts, and "
    "there subsists a chamber where they pull. The film director enounced that callers recollect little "
    "when they are exhibited too often. She commenced as a pedagogue twelve twelvemonths ago and has "
    "ne'er bewailed it. On the inaugural 24-hour interval it was hard to incur a chairperson. Her "
    "begetter, a husbandman, motored sixty miles to descry it, and his married woman conveyed staff of "
    "life and dairy product for all. Virtually all of the doughs came from the townspeople, and the "
    "rest from a depository financial institution. The terms of the coffee bar are depressed.\n"
)
BEFORE_THESAURUS = (
    "The small library on the corner of our street opened its doors again in the evening, and the queue "
    "stretched round the building. Children could touch the books, and there is a room where they draw. "
    "The director said that visitors remember little when they are shown too much. She began as a "
    "teacher twelve years ago and has never regretted it. On the first day it was hard to get a chair. "
    "Her father, a farmer, drove sixty miles to see it, and his wife brought bread and cheese for all. "
    "Most of the money came from the town, and the rest from a bank. The prices of the café are low.\n"
)
ABOUT_SPUN_TEXT = (
    "The results are easy to know. A spun article says on the off chance that instead of if, take a "
    "gander at instead of look at, and withinside the for in the. News sites that steal from wire "
    "services write White Home, and call the Financial Times the Monetary Occasions, since the tool has "
    "no idea that a capital letter may be part of a name. The worst of the six that we tried turned "
    "machine learning into gadget getting to know, and learn more into study extra. The best left about "
    "half of the sentences alone. None of them fooled the duplicate checker that we ran afterwards, and "
    "two introduced mistakes.\n"
)
