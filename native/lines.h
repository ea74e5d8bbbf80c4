/* The numbers of `cleaner/model/tokenize.py`: classes of characters, how words start, marks in a line. */
#ifndef CLEANER_LINES_H
#define CLEANER_LINES_H

#include "core.h"

enum { SPACE, OTHER, SIGN, BAR, BRACKET, QUOTE, DIGIT, UPPER, LOWER, LETTER, IDEOGRAPH, SOUTHEAST_ASIAN, DASH,
       APOSTROPHE, COLON, COMMA, STOP, N_CLASSES };
enum { LOWERCASE, TITLECASE, ALL_CAPS, NUMERIC, UNCASED, N_STARTS };
enum { SENTENCES, TIMES, DATES, ADDRESSES, PRICES, YEARS, N_MARKS };

#endif
