/* Features of lines over arrays: `cleaner/model/text_features.py` and `context_features.py` are the specification,
   down to the order of every sum. Logarithms are left to numpy, whose last digit is its own: a row says which it
   wants. Rows come in the order in which those files name them. */
#include "lines.h"

enum { AS_IS, LOG, SIGNED_LOG }; /* of a row: none, log(1 + x), log(1 + |x|) with the sign of x */
#define MAX_DISTANCE 1000.0 /* stands for "none" */
#define WORDS_PER_IDEOGRAPH 0.6
#define WORDS_PER_SOUTHEAST_ASIAN 0.22
#define MIN_UNPUNCTUATED_WORDS 15
#define MIN_PROSE_WORDS 10
#define SHORT_LINE_WORDS 6
#define BRIEF_LINE_WORDS 14

typedef struct {
    double *values;
    uint8_t *transforms;
    Py_ssize_t count, n_lines, used;
} Rows;

typedef struct {
    Py_ssize_t low, high;
} Window;

typedef struct {
    Py_ssize_t start, end; /* first and last line */
} Range;

static double min(double a, double b) { return a < b ? a : b; }
static double max(double a, double b) { return a > b ? a : b; }
static double clip(double value, double low, double high) { return min(max(value, low), high); }

/* Whether as many rows were computed as Python made room for; ValueError else. */
static int all_filled(const Rows *rows)
{
    if (rows->used == rows->count) return 1;
    PyErr_Format(PyExc_ValueError, "rows: %zd wanted, not %zd", rows->used, rows->count);
    return 0;
}

/* The next row; one that is written over and over where there are not as many as there should be. */
static double *next_row(Rows *rows, int transform)
{
    Py_ssize_t row = rows->used < rows->count ? rows->used : rows->count - 1;
    rows->used++;
    rows->transforms[row] = (uint8_t)transform;
    return rows->values + row * rows->n_lines;
}

static void add_constant(Rows *rows, double value, int transform)
{
    double *row = next_row(rows, transform);
    for (Py_ssize_t i = 0; i < rows->n_lines; i++) row[i] = value;
}

static void add_copy(Rows *rows, const double *values, int transform)
{
    memcpy(next_row(rows, transform), values, (size_t)rows->n_lines * sizeof *values);
}

/* Sums of the first 0, 1, 2, ... values: one more than there are values. */
static void prefix_sums(const double *values, Py_ssize_t n, double *sums)
{
    sums[0] = 0.0;
    for (Py_ssize_t i = 0; i < n; i++) sums[i + 1] = sums[i] + values[i];
}

/* The lines from `before` above to `after` below; either may be -1, which leaves the line itself out. */
static Window window_of(Py_ssize_t line, Py_ssize_t n, Py_ssize_t before, Py_ssize_t after)
{
    Py_ssize_t low = line > before ? line - before : 0, high = line + after + 1 < n ? line + after + 1 : n;
    return (Window){low < n ? low : n, high > 0 ? high : 0};
}

static double window_sum(const double *prefix, Window window) { return prefix[window.high] - prefix[window.low]; }

/* The stretch whose gains sum to the most, the first of several. */
static Range max_sum_range(const double *gains, Py_ssize_t n)
{
    double sum = 0.0, lowest = 0.0, best = 0.0;
    Py_ssize_t lowest_at = 0, end = 0, start = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        sum += gains[i];
        if (!i || sum - lowest > best) {
            best = sum - lowest;
            end = i;
            start = lowest_at;
        }
        if (sum < lowest) {
            lowest = sum;
            lowest_at = i + 1;
        }
    }
    return (Range){start, end};
}

static Py_ssize_t distance_to(Range range, Py_ssize_t line)
{
    return line < range.start ? line - range.start : line > range.end ? line - range.end : 0;
}

/* How far the last flagged line above is, and the next below; the line itself counts. */
static void add_since(Rows *rows, const uint8_t *flags)
{
    double *row = next_row(rows, LOG);
    Py_ssize_t last = -1;
    for (Py_ssize_t i = 0; i < rows->n_lines; i++) {
        if (flags[i]) last = i;
        row[i] = last < 0 ? MAX_DISTANCE : (double)(i - last);
    }
}

static void add_until(Rows *rows, const uint8_t *flags)
{
    double *row = next_row(rows, LOG);
    Py_ssize_t n = rows->n_lines, following = 3 * n + 1000;
    for (Py_ssize_t i = n; i-- > 0;) {
        if (flags[i]) following = i;
        row[i] = min((double)(following - i), MAX_DISTANCE);
    }
}

/* Lengths of runs of equal flags, and the place of each line in its run. */
static void run_lengths(const uint8_t *flags, Py_ssize_t n, Py_ssize_t *length, Py_ssize_t *place)
{
    for (Py_ssize_t start = 0, end; start < n; start = end) {
        for (end = start; end < n && flags[end] == flags[start]; end++) place[end] = end - start;
        for (Py_ssize_t i = start; i < end; i++) length[i] = end - start;
    }
}

/* -- groups of equal keys */

/* The number of each key's group, numbered as they first occur, and the group's size and first member. Returns how
   many there are, -1 without memory. */
static Py_ssize_t group(const uint64_t *keys, Py_ssize_t n, int64_t *group_of, int64_t *size, int64_t *first)
{
    int bits = 4;
    while (((Py_ssize_t)1 << bits) < 2 * n) bits++;
    int64_t *slots = PyMem_Calloc((size_t)1 << bits, sizeof *slots);
    Py_ssize_t groups = 0, mask = ((Py_ssize_t)1 << bits) - 1;
    if (!slots) return -1;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t slot = (Py_ssize_t)(keys[i] * 0x9E3779B97F4A7C15u >> (64 - bits));
        while (slots[slot] && keys[first[slots[slot] - 1]] != keys[i]) slot = (slot + 1) & mask;
        if (!slots[slot]) {
            first[groups] = i;
            size[groups] = 0;
            slots[slot] = ++groups;
        }
        group_of[i] = slots[slot] - 1;
        size[group_of[i]]++;
    }
    PyMem_Free(slots);
    return groups;
}

static PyObject *group_keys(PyObject *module, PyObject *args)
{
    Py_buffer keys, group_of, size, first;
    Py_ssize_t groups = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*w*w*w*", &keys, &group_of, &size, &first)) return NULL;
    Py_ssize_t n = keys.len / 8;
    if (holds(&keys, n, 8, "keys") && holds(&group_of, n, 8, "group_of") && holds(&size, n, 8, "size")
        && holds(&first, n, 8, "first")) {
        groups = group(keys.buf, n, group_of.buf, size.buf, first.buf);
        if (groups < 0) PyErr_NoMemory();
    }
    PyBuffer_Release(&keys);
    PyBuffer_Release(&group_of);
    PyBuffer_Release(&size);
    PyBuffer_Release(&first);
    return groups < 0 ? NULL : PyLong_FromSsize_t(groups);
}

/* The first of some ascending hashes that is not below the key. Hashes are spread evenly, so that the place of one is
   known to within some hundreds: from there the steps double, and what lies between the last two is halved. */
static Py_ssize_t first_not_below(const uint64_t *hash, Py_ssize_t known, uint64_t key)
{
    Py_ssize_t low = 0, high = known, step = 64;
    Py_ssize_t guess = (Py_ssize_t)((double)key / 18446744073709551616.0 * (double)known);
    guess = guess < known ? guess : known - 1;
    if (guess >= 0 && hash[guess] < key) {
        low = guess + 1;
        for (Py_ssize_t at = guess + step; at < known; step *= 2, at = guess + step) {
            if (hash[at] >= key) {
                high = at;
                break;
            }
            low = at + 1;
        }
    } else if (guess >= 0) {
        high = guess;
        for (Py_ssize_t at = guess - step; at >= 0; step *= 2, at = guess - step) {
            if (hash[at] < key) {
                low = at + 1;
                break;
            }
            high = at;
        }
    }
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (hash[middle] < key) low = middle + 1;
        else high = middle;
    }
    return low;
}

static PyObject *lookup_weights(PyObject *module, PyObject *args)
{
    Py_buffer keys, hashes, weights, result;
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &keys, &hashes, &weights, &result)) return NULL;
    Py_ssize_t n = keys.len / 8, known = hashes.len / 8;
    if (holds(&keys, n, 8, "keys") && holds(&hashes, known, 8, "hashes") && holds(&weights, known, 4, "weights")
        && holds(&result, n, 4, "result")) {
        const uint64_t *key = keys.buf, *hash = hashes.buf;
        for (Py_ssize_t i = 0; i < n; i++) {
            Py_ssize_t low = first_not_below(hash, known, key[i]);
            ((float *)result.buf)[i] = low < known && hash[low] == key[i] ? ((const float *)weights.buf)[low] : 0.0f;
        }
        done = 1;
    }
    PyBuffer_Release(&keys);
    PyBuffer_Release(&hashes);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&result);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

/* -- the features of a line's text */

typedef struct {
    Py_ssize_t n, n_words, n_distinct;
    /* by line */
    const int64_t *class_counts;
    const uint8_t *first, *last, *next_to_last;
    const int64_t *marks;
    const uint64_t *line_hash;
    const int64_t *line_group, *line_size, *template_group, *template_size, *coarse_group, *coarse_size;
    const float *line_weight;
    /* by word, then by distinct word */
    const int64_t *line_of_word, *length;
    const uint8_t *start;
    const int64_t *word, *first_use, *uses;
    const float *word_weight;
    const double *log_uses;
    /* results by line: the statistics that follow, and those that Python reads */
    double *words, *prose, *ends, *unspaced, *uncased, *lexicon;
    /* scratch: by line, by distinct word */
    int64_t *starts; /* n x N_STARTS */
    double *title, *digit, *prefix, *other_prefix, *third_prefix, *gains;
    uint8_t *flags;
    Py_ssize_t *run, *place, *first_word, *end_word;
    int64_t *tally;
} Text;

static double ends_like_sentence(const Text *t, Py_ssize_t i, double southeast_asian_words)
{
    uint8_t last = t->last[i];
    if (last == COMMA) return 0.2;
    if (last == COLON) return 0.4;
    if (last == SOUTHEAST_ASIAN && southeast_asian_words >= MIN_UNPUNCTUATED_WORDS) return 0.6;
    if ((last == QUOTE || last == BRACKET || last == APOSTROPHE || last == BAR) && t->next_to_last[i] == STOP)
        return 0.9;
    return last == STOP ? 1.0 : 0.0;
}

static int64_t sentences_in(const Text *t, Py_ssize_t i)
{
    int ends_in_quote = t->last[i] <= QUOTE || t->last[i] == APOSTROPHE;
    return t->marks[i * N_MARKS + SENTENCES] + (t->last[i] == STOP || (t->next_to_last[i] == STOP && ends_in_quote));
}

static int64_t chars_in(const Text *t, Py_ssize_t i)
{
    int64_t sum = 0;
    for (int class = 0; class < N_CLASSES; class++) sum += t->class_counts[i * N_CLASSES + class];
    return sum > 1 ? sum : 1;
}

static int64_t words_started(const Text *t, Py_ssize_t i)
{
    const int64_t *starts = t->starts + i * N_STARTS;
    return starts[0] + starts[1] + starts[2] + starts[3] + starts[4];
}

static double lowercase_share(const Text *t, Py_ssize_t i)
{
    const int64_t *starts = t->starts + i * N_STARTS;
    int64_t all = words_started(t, i);
    return ((double)starts[LOWERCASE] + (double)starts[UNCASED] * 0.9) / (double)(all > 1 ? all : 1);
}

static void measure_lines(const Text *t)
{
    for (Py_ssize_t w = 0; w < t->n_words; w++) t->starts[t->line_of_word[w] * N_STARTS + t->start[w]]++;
    for (Py_ssize_t i = 0; i < t->n; i++) {
        const int64_t *classes = t->class_counts + i * N_CLASSES, *starts = t->starts + i * N_STARTS;
        double asian = (double)classes[SOUTHEAST_ASIAN] * WORDS_PER_SOUTHEAST_ASIAN;
        double unspaced = (double)classes[IDEOGRAPH] * WORDS_PER_IDEOGRAPH + asian;
        int64_t cased = starts[0] + starts[1] + starts[2] + starts[3];
        t->unspaced[i] = unspaced;
        t->words[i] = (double)(cased + (unspaced > 0 ? 0 : starts[UNCASED])) + unspaced;
        t->uncased[i] = unspaced > 0 ? unspaced : (double)starts[UNCASED];
        t->ends[i] = ends_like_sentence(t, i, asian);
        double factor = t->ends[i] >= 0.9 ? 1.0 : sentences_in(t, i) > 0 || t->ends[i] == 0.6 ? 0.6 : 0.3;
        t->prose[i] = t->words[i] >= MIN_PROSE_WORDS && lowercase_share(t, i) > 0.4 ? t->words[i] * factor : 0.0;
        t->title[i] = (double)starts[TITLECASE] / max(t->words[i], 1.0);
        t->digit[i] = (double)classes[DIGIT] / (double)chars_in(t, i);
    }
}

/* Where each line's words begin and end. */
static void find_words(const Text *t)
{
    Py_ssize_t w = 0;
    for (Py_ssize_t i = 0; i < t->n; i++) {
        t->first_word[i] = w;
        while (w < t->n_words && t->line_of_word[w] == i) w++;
        t->end_word[i] = w;
    }
}

static void add_words(const Text *t, Rows *rows)
{
    double *sizes, *letters, *longest, *small, *title, *capital, *numbers, *brief;
    add_copy(rows, t->words, LOG);
    sizes = next_row(rows, LOG);
    letters = next_row(rows, AS_IS);
    longest = next_row(rows, AS_IS);
    small = next_row(rows, AS_IS);
    title = next_row(rows, AS_IS);
    capital = next_row(rows, AS_IS);
    numbers = next_row(rows, AS_IS);
    brief = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        const int64_t *starts = t->starts + i * N_STARTS;
        int64_t all = words_started(t, i), most = 0, short_words = 0;
        double sum = 0.0, count = max(t->words[i], 1.0);
        for (Py_ssize_t w = t->first_word[i]; w < t->end_word[i]; w++) {
            sum += (double)t->length[w];
            most = t->length[w] > most ? t->length[w] : most;
            short_words += t->length[w] <= 3 && t->start[w] == LOWERCASE;
        }
        sizes[i] = (double)chars_in(t, i);
        letters[i] = sum / (double)(all > 1 ? all : 1);
        longest[i] = (double)most;
        small[i] = lowercase_share(t, i);
        title[i] = t->title[i];
        capital[i] = (double)starts[ALL_CAPS] / count;
        numbers[i] = (double)starts[NUMERIC] / count;
        brief[i] = (double)short_words / count;
    }
}

static void add_characters(const Text *t, Rows *rows)
{
    static const int SYMBOLS[] = {COLON, QUOTE, BRACKET, BAR, DASH, SIGN, OTHER};
    double *row;
    add_copy(rows, t->digit, AS_IS);
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++)
        row[i] = (double)t->class_counts[i * N_CLASSES + SPACE] / (double)chars_in(t, i);
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) row[i] = min((double)sentences_in(t, i), 20.0);
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) row[i] = t->words[i] / ((double)sentences_in(t, i) + 1.0);
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++)
        row[i] = (double)t->class_counts[i * N_CLASSES + COMMA] / max(t->words[i], 1.0);
    for (size_t k = 0; k < sizeof SYMBOLS / sizeof *SYMBOLS; k++) {
        row = next_row(rows, AS_IS);
        for (Py_ssize_t i = 0; i < t->n; i++) row[i] = min((double)t->class_counts[i * N_CLASSES + SYMBOLS[k]], 12.0);
    }
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        const int64_t *classes = t->class_counts + i * N_CLASSES;
        int64_t chars = chars_in(t, i), other = classes[SPACE] + classes[DIGIT];
        for (int class = UPPER; class <= SOUTHEAST_ASIAN; class++) other += classes[class];
        row[i] = (double)(chars - other) / (double)chars;
    }
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) row[i] = t->first[i];
    row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) row[i] = t->last[i];
    add_copy(rows, t->ends, AS_IS);
    for (int mark = TIMES; mark <= YEARS; mark++) {
        row = next_row(rows, AS_IS);
        for (Py_ssize_t i = 0; i < t->n; i++) row[i] = min((double)t->marks[i * N_MARKS + mark], 6.0);
    }
    add_copy(rows, t->prose, LOG);
}

/* How many other lines begin, or end, with the same word. */
static void add_same_word(const Text *t, Rows *rows, int last)
{
    double *row = next_row(rows, LOG);
    memset(t->tally, 0, (size_t)t->n_distinct * sizeof *t->tally);
    for (Py_ssize_t i = 0; i < t->n; i++)
        if (t->first_word[i] < t->end_word[i]) t->tally[t->word[last ? t->end_word[i] - 1 : t->first_word[i]]]++;
    for (Py_ssize_t i = 0; i < t->n; i++)
        row[i] = t->first_word[i] < t->end_word[i]
                     ? (double)(t->tally[t->word[last ? t->end_word[i] - 1 : t->first_word[i]]] - 1)
                     : 0.0;
}

static void add_repetitions(const Text *t, Rows *rows)
{
    double *row = next_row(rows, LOG), *above = next_row(rows, AS_IS);
    memset(t->place, 0, (size_t)t->n * sizeof *t->place); /* by group: its members so far */
    for (Py_ssize_t i = 0; i < t->n; i++) {
        Py_ssize_t before = t->place[t->line_group[i]]++;
        row[i] = t->line_hash[i] ? (double)(t->line_size[t->line_group[i]] - 1) : 0.0;
        above[i] = t->line_hash[i] ? min((double)before, 10.0) : 0.0;
    }
    row = next_row(rows, LOG);
    /* a line without words has neither hash */
    for (Py_ssize_t i = 0; i < t->n; i++)
        row[i] = t->first_word[i] < t->end_word[i] ? (double)(t->template_size[t->template_group[i]] - 1) : 0.0;
    add_same_word(t, rows, 0);
    add_same_word(t, rows, 1);
}

static void add_markers(const Text *t, Rows *rows)
{
    double *lengths = next_row(rows, LOG), *words = next_row(rows, AS_IS), *within = next_row(rows, AS_IS);
    Py_ssize_t marked = 0;
    t->prefix[0] = 0.0;
    for (Py_ssize_t i = 0; i < t->n; i++) {
        uint8_t first = t->first[i];
        t->flags[i] = (first == BAR || first == DASH || first == SIGN) && t->words[i] > 0;
        marked += t->flags[i];
        t->prefix[i + 1] = (double)marked;
    }
    run_lengths(t->flags, t->n, t->run, t->place);
    for (Py_ssize_t start = 0; start < t->n; start += t->run[start]) {
        double sum = 0.0;
        for (Py_ssize_t i = start; i < start + t->run[start]; i++) sum += t->words[i];
        for (Py_ssize_t i = start; i < start + t->run[start]; i++) {
            lengths[i] = t->flags[i] ? (double)t->run[i] : 0.0;
            words[i] = t->flags[i] ? sum / (double)t->run[i] : 0.0;
        }
    }
    for (Py_ssize_t i = 0; i < t->n; i++) {
        Window window = window_of(i, t->n, 12, 12);
        within[i] = window_sum(t->prefix, window) / (double)(window.high - window.low);
    }
    add_constant(rows, (double)marked / (double)t->n, AS_IS);
}

/* Where the flagged lines are. */
static void add_distances(const Text *t, Rows *rows)
{
    Py_ssize_t flagged = 0, last = -1;
    double words_so_far = 0.0, words_at_last = 0.0;
    t->prefix[0] = 0.0;
    for (Py_ssize_t i = 0; i < t->n; i++) t->prefix[i + 1] = (double)(flagged += t->flags[i]);
    add_constant(rows, (double)flagged, LOG);
    add_copy(rows, t->prefix + 1, LOG);
    add_since(rows, t->flags);
    add_until(rows, t->flags);
    double *since = next_row(rows, LOG), *within = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        words_so_far += t->words[i];
        if (t->flags[i]) {
            last = i;
            words_at_last = words_so_far;
        }
        since[i] = last < 0 ? words_so_far : words_so_far - words_at_last;
        within[i] = window_sum(t->prefix, window_of(i, t->n, 12, 12));
    }
}

static void add_stamps(const Text *t, Rows *rows)
{
    double *row = next_row(rows, LOG);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        const int64_t *marks = t->marks + i * N_MARKS;
        int64_t numbers = t->starts[i * N_STARTS + NUMERIC];
        int is_brief = t->words[i] <= BRIEF_LINE_WORDS && t->words[i] > 0;
        row[i] = is_brief ? (double)(t->coarse_size[t->coarse_group[i]] - 1) : 0.0;
        t->flags[i] = is_brief && numbers > 0
                      && (marks[TIMES] > 0 || marks[DATES] > 0 || marks[YEARS] > 0 || numbers > 1);
    }
    add_distances(t, rows);
    for (Py_ssize_t i = 0; i < t->n; i++)
        t->flags[i] =
            t->words[i] <= BRIEF_LINE_WORDS && t->words[i] > 0 && t->template_size[t->template_group[i]] >= 3;
    add_distances(t, rows);
}

static void add_lexicon(const Text *t, Rows *rows)
{
    double *known_share = next_row(rows, AS_IS), *document = next_row(rows, AS_IS), *mean = next_row(rows, AS_IS);
    double *worst = next_row(rows, AS_IS), *best = next_row(rows, AS_IS), *sums = next_row(rows, AS_IS);
    double *line_weight = next_row(rows, AS_IS);
    int64_t known_words = 0;
    for (Py_ssize_t i = 0; i < t->n; i++) {
        Py_ssize_t count = t->end_word[i] - t->first_word[i], known = 0;
        double sum = 0.0, highest = 0.0, lowest = 0.0;
        for (Py_ssize_t w = t->first_word[i]; w < t->end_word[i]; w++) {
            double weight = t->word_weight[t->word[w]];
            sum += weight;
            known += weight != 0;
            highest = max(weight, highest);
            lowest = min(weight, lowest);
        }
        known_words += known;
        known_share[i] = (double)known / (double)(count > 1 ? count : 1);
        mean[i] = sum / (double)(known > 1 ? known : 1);
        worst[i] = highest;
        best[i] = lowest;
        sums[i] = clip(sum, -20.0, 20.0);
        line_weight[i] = count <= SHORT_LINE_WORDS ? t->line_weight[i] : 0.0f;
        t->lexicon[i] = line_weight[i] != 0 ? line_weight[i] : mean[i];
        t->flags[i] = line_weight[i] > 1.5;
    }
    for (Py_ssize_t i = 0; i < t->n; i++)
        document[i] = (double)known_words / (double)(t->n_words > 1 ? t->n_words : 1);
    add_since(rows, t->flags);
}

static void add_positions(const Text *t, Rows *rows)
{
    double *lines_above = next_row(rows, LOG), *lines_below = next_row(rows, LOG), *place = next_row(rows, AS_IS);
    double *share = next_row(rows, AS_IS), *above = next_row(rows, LOG), *below = next_row(rows, LOG);
    prefix_sums(t->words, t->n, t->prefix);
    double total = max(1.0, t->prefix[t->n]);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        double words_above = t->prefix[i + 1] - t->words[i];
        lines_above[i] = (double)i;
        lines_below[i] = (double)(t->n - 1 - i);
        place[i] = (double)i / (double)t->n;
        share[i] = words_above / total;
        above[i] = words_above;
        below[i] = total - words_above - t->words[i];
    }
}

static void add_shifted(Rows *rows, const double *values, Py_ssize_t offset, double fill, int transform)
{
    double *row = next_row(rows, transform);
    for (Py_ssize_t i = 0; i < rows->n_lines; i++)
        row[i] = i + offset >= 0 && i + offset < rows->n_lines ? values[i + offset] : fill;
}

static void add_neighbours(const Text *t, Rows *rows)
{
    for (Py_ssize_t offset = -3; offset <= 3; offset++) {
        if (!offset) continue;
        /* outside the document Python puts -1 after the logarithm */
        add_shifted(rows, t->words, offset, 0.0, LOG);
        add_shifted(rows, t->ends, offset, -1.0, AS_IS);
        add_shifted(rows, t->lexicon, offset, 0.0, AS_IS);
        if (offset < -2 || offset > 2) continue;
        add_shifted(rows, t->title, offset, -1.0, AS_IS);
        add_shifted(rows, t->digit, offset, -1.0, AS_IS);
    }
}

/* A window's sum, or with `mean` its mean. */
static void add_window(Rows *rows, const double *prefix, Py_ssize_t before, Py_ssize_t after, int mean, int transform)
{
    double *row = next_row(rows, transform);
    for (Py_ssize_t i = 0; i < rows->n_lines; i++) {
        Window window = window_of(i, rows->n_lines, before, after);
        row[i] = mean ? window_sum(prefix, window) / (double)(window.high - window.low) : window_sum(prefix, window);
    }
}

static void add_windows(const Text *t, Rows *rows)
{
    static const Py_ssize_t NEAR[] = {2, 5, 12}, FAR[] = {4, 10, 30};
    add_neighbours(t, rows);
    prefix_sums(t->prose, t->n, t->prefix);
    prefix_sums(t->words, t->n, t->other_prefix);
    prefix_sums(t->lexicon, t->n, t->third_prefix);
    for (int k = 0; k < 3; k++) {
        add_window(rows, t->prefix, NEAR[k], NEAR[k], 0, LOG);
        add_window(rows, t->other_prefix, NEAR[k], NEAR[k], 1, AS_IS);
        add_window(rows, t->third_prefix, NEAR[k], NEAR[k], 1, AS_IS);
    }
    for (int k = 0; k < 3; k++) {
        add_window(rows, t->prefix, FAR[k], -1, 0, LOG);
        add_window(rows, t->prefix, -1, FAR[k], 0, LOG);
    }
    prefix_sums(t->title, t->n, t->prefix);
    add_window(rows, t->prefix, 5, 5, 1, AS_IS);
    prefix_sums(t->ends, t->n, t->prefix);
    add_window(rows, t->prefix, 5, 5, 1, AS_IS);
    for (Py_ssize_t i = 0; i < t->n; i++) t->flags[i] = t->words[i] < SHORT_LINE_WORDS && t->ends[i] < 0.9;
    run_lengths(t->flags, t->n, t->run, t->place);
    double *length = next_row(rows, LOG), *place = next_row(rows, LOG);
    for (Py_ssize_t i = 0; i < t->n; i++) {
        length[i] = t->flags[i] ? (double)t->run[i] : -0.9;
        place[i] = (double)t->place[i];
    }
}

static void add_topic(const Text *t, Rows *rows, Range run)
{
    double *topic = next_row(rows, AS_IS), *rare_topic = next_row(rows, AS_IS), *new_words = next_row(rows, AS_IS);
    double *common = next_row(rows, AS_IS);
    int64_t *in_run = t->tally, *in_line = t->tally + t->n_distinct;
    memset(t->tally, 0, 2 * (size_t)t->n_distinct * sizeof *t->tally);
    for (Py_ssize_t w = 0; w < t->n_words; w++)
        in_run[t->word[w]] += t->line_of_word[w] >= run.start && t->line_of_word[w] <= run.end;
    for (Py_ssize_t i = 0; i < t->n; i++) {
        int is_in_run = i >= run.start && i <= run.end;
        int64_t shared = 0, rare = 0, shared_and_rare = 0, first_uses = 0, count = t->end_word[i] - t->first_word[i];
        double log_sum = 0.0;
        for (Py_ssize_t w = t->first_word[i]; w < t->end_word[i]; w++) in_line[t->word[w]]++;
        for (Py_ssize_t w = t->first_word[i]; w < t->end_word[i]; w++) {
            int64_t word = t->word[w];
            /* in the run, another line must use it */
            int is_shared = in_run[word] > (is_in_run ? in_line[word] : 0);
            int is_rare = t->length[w] >= 4 && t->uses[word] < 12;
            shared += is_shared;
            rare += is_rare;
            shared_and_rare += is_shared && is_rare;
            first_uses += t->line_of_word[t->first_use[word]] == i;
            log_sum += t->log_uses[word];
        }
        for (Py_ssize_t w = t->first_word[i]; w < t->end_word[i]; w++) in_line[t->word[w]] = 0;
        count = count > 1 ? count : 1;
        topic[i] = (double)shared / (double)count;
        rare_topic[i] = t->n_words ? ((double)shared_and_rare + 0.3) / ((double)rare + 1.0) : 0.0;
        new_words[i] = (double)first_uses / (double)count;
        common[i] = log_sum / (double)count;
    }
}

/* How far each line is from a stretch, in lines and in the sums that `so_far` holds of it and the lines above; where
   in the stretch it is. `before` is what `so_far` is short of at the stretch's first line. */
static void add_range(Rows *rows, Range range, const double *so_far, double before)
{
    double *lines = next_row(rows, SIGNED_LOG), *words = next_row(rows, SIGNED_LOG), *place = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < rows->n_lines; i++) {
        Py_ssize_t distance = distance_to(range, i);
        lines[i] = (double)distance;
        words[i] = distance < 0 ? so_far[i] - (so_far[range.start] - before)
                   : distance > 0 ? so_far[i] - so_far[range.end]
                                  : 0.0;
        place[i] = clip((double)(i - range.start) / (double)(range.end - range.start + 1), -1.0, 2.0);
    }
}

/* The share of a value that lies in a stretch. */
static double share_in(const double *values, Py_ssize_t n, Range range, double least)
{
    double inside = 0.0, all = 0.0;
    for (Py_ssize_t i = range.start; i <= range.end; i++) inside += values[i];
    for (Py_ssize_t i = 0; i < n; i++) all += values[i];
    return inside / max(least, all);
}

static void add_main_runs(const Text *t, Rows *rows)
{
    static const double GAP_PENALTIES[] = {8.0, 2.5};
    prefix_sums(t->words, t->n, t->prefix);
    for (int k = 0; k < 2; k++) {
        for (Py_ssize_t i = 0; i < t->n; i++)
            t->gains[i] = min(t->prose[i], 120.0) - (t->prose[i] == 0 ? GAP_PENALTIES[k] : 0.0);
        Range run = max_sum_range(t->gains, t->n);
        add_range(rows, run, t->prefix + 1, t->words[run.start]);
        add_constant(rows, share_in(t->prose, t->n, run, 1.0), AS_IS);
        if (!k) add_topic(t, rows, run);
    }
}

enum { CLASS_COUNTS, FIRST, LAST, NEXT_TO_LAST, MARKS, LINE_HASH, LINE_GROUP, LINE_SIZE, TEMPLATE_GROUP,
       TEMPLATE_SIZE, COARSE_GROUP, COARSE_SIZE, LINE_WEIGHT, LINE_OF_WORD, WORD_LENGTH, WORD_START, WORD, FIRST_USE,
       USES, WORD_WEIGHT, LOG_USES, STATS, ROWS, TRANSFORMS, N_BUFFERS };
#define N_STATS 6

static int numbers_below(const Py_buffer *buffer, Py_ssize_t limit, const char *name)
{
    const int64_t *numbers = buffer->buf;
    int wrong = 0;
    for (Py_ssize_t i = 0; i < buffer->len / 8; i++) wrong |= numbers[i] < 0 || numbers[i] >= limit;
    if (wrong) PyErr_Format(PyExc_ValueError, "%s: not all in 0..%zd", name, limit - 1);
    return !wrong;
}

/* Whether each of `n` has a group, and there are no more groups than that. */
static int are_groups(const Py_buffer *group_of, const Py_buffer *size, Py_ssize_t n, const char *name)
{
    Py_ssize_t groups = size->len / 8 < n ? size->len / 8 : n;
    return holds(group_of, n, 8, name) && holds(size, groups, 8, name) && numbers_below(group_of, groups, name);
}

static int ascends(const Py_buffer *buffer, const char *name)
{
    const int64_t *numbers = buffer->buf;
    int wrong = 0;
    for (Py_ssize_t i = 1; i < buffer->len / 8; i++) wrong |= numbers[i] < numbers[i - 1];
    if (wrong) PyErr_Format(PyExc_ValueError, "%s: does not ascend", name);
    return !wrong;
}

static int starts_exist(const Py_buffer *buffer)
{
    const uint8_t *starts = buffer->buf;
    int wrong = 0;
    for (Py_ssize_t i = 0; i < buffer->len; i++) wrong |= starts[i] >= N_STARTS;
    if (wrong) PyErr_SetString(PyExc_ValueError, "word_start: no such start");
    return !wrong;
}

static int text_fits(const Py_buffer *b, Py_ssize_t n, Py_ssize_t words, Py_ssize_t distinct, Py_ssize_t rows)
{
    static const int BY_WORD[] = {LINE_OF_WORD, WORD_LENGTH, WORD}, BY_DISTINCT[] = {FIRST_USE, USES, LOG_USES};
    for (size_t k = 0; k < 3; k++)
        if (!holds(&b[BY_WORD[k]], words, 8, "by word") || !holds(&b[BY_DISTINCT[k]], distinct, 8, "by distinct word"))
            return 0;
    return n > 0 && rows > 0 && holds(&b[CLASS_COUNTS], n * N_CLASSES, 8, "class_counts")
           && holds(&b[FIRST], n, 1, "first_class") && holds(&b[LAST], n, 1, "last_class")
           && holds(&b[NEXT_TO_LAST], n, 1, "next_to_last_class") && holds(&b[MARKS], n * N_MARKS, 8, "mark_counts")
           && holds(&b[LINE_WEIGHT], n, 4, "line_weight") && holds(&b[WORD_START], words, 1, "word_start")
           && holds(&b[WORD_WEIGHT], distinct, 4, "word_weight") && holds(&b[STATS], n * N_STATS, 8, "stats")
           && holds(&b[ROWS], n * rows, 8, "rows") && holds(&b[LINE_HASH], n, 8, "line_hash")
           && are_groups(&b[LINE_GROUP], &b[LINE_SIZE], n, "line_group")
           && are_groups(&b[TEMPLATE_GROUP], &b[TEMPLATE_SIZE], n, "template_group")
           && are_groups(&b[COARSE_GROUP], &b[COARSE_SIZE], n, "coarse_group")
           && numbers_below(&b[LINE_OF_WORD], n, "line_of_word") && ascends(&b[LINE_OF_WORD], "line_of_word")
           && numbers_below(&b[WORD], distinct, "word") && numbers_below(&b[FIRST_USE], words, "first_use")
           && starts_exist(&b[WORD_START]);
}

/* Scratch in one piece: numbers of 8 bytes, then flags. */
static void *text_scratch(Text *t)
{
    size_t n = (size_t)t->n, numbers = n * (N_STARTS + 2 + 3 + 1 + 4) + 3 + 2 * (size_t)t->n_distinct;
    int64_t *scratch = PyMem_Calloc(numbers * 8 + n, 1);
    if (!scratch) return PyErr_NoMemory();
    t->starts = scratch;
    t->title = (double *)(t->starts + n * N_STARTS);
    t->digit = t->title + n;
    t->gains = t->digit + n;
    t->prefix = t->gains + n;
    t->other_prefix = t->prefix + n + 1;
    t->third_prefix = t->other_prefix + n + 1;
    t->run = (Py_ssize_t *)(t->third_prefix + n + 1);
    t->place = t->run + n;
    t->first_word = t->place + n;
    t->end_word = t->first_word + n;
    t->tally = (int64_t *)(t->end_word + n);
    t->flags = (uint8_t *)(t->tally + 2 * t->n_distinct);
    return scratch;
}

static int compute_text(Text *t, Rows *rows)
{
    void *scratch = text_scratch(t);
    if (!scratch) return 0;
    measure_lines(t);
    find_words(t);
    add_words(t, rows);
    add_characters(t, rows);
    add_repetitions(t, rows);
    add_markers(t, rows);
    add_stamps(t, rows);
    add_lexicon(t, rows);
    add_positions(t, rows);
    add_windows(t, rows);
    add_main_runs(t, rows);
    PyMem_Free(scratch);
    return all_filled(rows);
}

static PyObject *text_rows(PyObject *module, PyObject *args)
{
    Py_buffer b[N_BUFFERS];
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*w*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4],
                          &b[5], &b[6], &b[7], &b[8], &b[9], &b[10], &b[11], &b[12], &b[13], &b[14], &b[15], &b[16],
                          &b[17], &b[18], &b[19], &b[20], &b[21], &b[22], &b[23]))
        return NULL;
    Py_ssize_t n = b[FIRST].len, words = b[WORD_START].len, distinct = b[USES].len / 8, count = b[TRANSFORMS].len;
    if (text_fits(b, n, words, distinct, count)) {
        double *stats = b[STATS].buf;
        Text t = {.n = n, .n_words = words, .n_distinct = distinct, .class_counts = b[CLASS_COUNTS].buf,
                  .first = b[FIRST].buf, .last = b[LAST].buf, .next_to_last = b[NEXT_TO_LAST].buf,
                  .marks = b[MARKS].buf, .line_hash = b[LINE_HASH].buf, .line_group = b[LINE_GROUP].buf,
                  .line_size = b[LINE_SIZE].buf, .template_group = b[TEMPLATE_GROUP].buf,
                  .template_size = b[TEMPLATE_SIZE].buf, .coarse_group = b[COARSE_GROUP].buf,
                  .coarse_size = b[COARSE_SIZE].buf, .line_weight = b[LINE_WEIGHT].buf,
                  .line_of_word = b[LINE_OF_WORD].buf, .length = b[WORD_LENGTH].buf, .start = b[WORD_START].buf,
                  .word = b[WORD].buf, .first_use = b[FIRST_USE].buf, .uses = b[USES].buf,
                  .word_weight = b[WORD_WEIGHT].buf, .log_uses = b[LOG_USES].buf, .words = stats,
                  .prose = stats + n, .ends = stats + 2 * n, .unspaced = stats + 3 * n, .uncased = stats + 4 * n,
                  .lexicon = stats + 5 * n};
        Rows rows = {b[ROWS].buf, b[TRANSFORMS].buf, count, n, 0};
        done = compute_text(&t, &rows);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "no lines, or no rows");
    }
    for (int i = 0; i < N_BUFFERS; i++) PyBuffer_Release(&b[i]);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

/* -- the features of a line from the first stage's probabilities */

typedef struct {
    Py_ssize_t n, n_words, n_distinct;
    const double *probability, *words;
    const int64_t *marks, *style_group, *style_size, *form_group, *form_size;
    const int64_t *line_of_word, *length, *word, *uses;
    const double *log1p_uses;
    /* scratch, n + 1 each but the last, which is by distinct word */
    double *weight, *content, *prefix, *other_prefix, *sums, *more_sums, *by_word;
    uint8_t *flags;
} Context;

/* The mean of a window, weighted; `least` stands for a lower weight. */
static void add_weighted(const Context *c, Rows *rows, Py_ssize_t before, Py_ssize_t after, double least)
{
    double *row = next_row(rows, AS_IS);
    for (Py_ssize_t i = 0; i < c->n; i++) {
        Window window = window_of(i, c->n, before, after);
        row[i] = window_sum(c->prefix, window) / max(window_sum(c->other_prefix, window), least);
    }
}

static void add_probabilities(const Context *c, Rows *rows)
{
    static const Py_ssize_t REACH[] = {2, 5, 12, 30};
    add_copy(rows, c->probability, AS_IS);
    for (Py_ssize_t offset = -4; offset <= 4; offset++)
        if (offset) add_shifted(rows, c->probability, offset, -0.1, AS_IS);
    prefix_sums(c->content, c->n, c->prefix);
    prefix_sums(c->weight, c->n, c->other_prefix);
    for (int k = 0; k < 4; k++) add_weighted(c, rows, REACH[k], REACH[k], 0.0);
    for (int k = 1; k < 4; k++) {
        add_weighted(c, rows, REACH[k], -1, 0.1);
        add_weighted(c, rows, -1, REACH[k], 0.1);
    }
}

static void add_content_around(const Context *c, Rows *rows)
{
    double *above = next_row(rows, LOG), *share = next_row(rows, AS_IS), *below = next_row(rows, LOG);
    double *best_above = next_row(rows, AS_IS), *best_below = next_row(rows, AS_IS), best = 0.0;
    double total = max(c->prefix[c->n], 1e-6);
    for (Py_ssize_t i = 0; i < c->n; i++) {
        double content_above = c->prefix[i + 1] - c->content[i];
        above[i] = content_above;
        share[i] = content_above / total;
        below[i] = max(total - content_above - c->content[i], 0.0);
        best_above[i] = best;
        best = max(best, c->content[i] / c->weight[i]);
    }
    best = 0.0;
    for (Py_ssize_t i = c->n; i-- > 0;) {
        best_below[i] = best;
        best = max(best, c->content[i] / c->weight[i]);
    }
}

static void add_content_runs(const Context *c, Rows *rows)
{
    static const double LEVELS[] = {0.5, 0.25};
    for (int k = 0; k < 2; k++) {
        for (Py_ssize_t i = 0; i < c->n; i++) c->sums[i] = (c->probability[i] - LEVELS[k]) * c->weight[i];
        Range run = max_sum_range(c->sums, c->n);
        add_range(rows, run, c->other_prefix + 1, 0.0);
        add_constant(rows, share_in(c->content, c->n, run, 1e-6), AS_IS);
    }
    for (Py_ssize_t i = 0; i < c->n; i++) c->flags[i] = c->probability[i] > 0.8;
    add_since(rows, c->flags);
    add_until(rows, c->flags);
    for (Py_ssize_t i = 0; i < c->n; i++) c->flags[i] = c->probability[i] < 0.1 && c->weight[i] > 2;
    add_since(rows, c->flags);
    add_until(rows, c->flags);
}

/* How many flagged lines lie between each line and a stretch. */
static void add_separators(const Context *c, Rows *rows, Range range)
{
    double *row = next_row(rows, SIGNED_LOG);
    Py_ssize_t count = 0, at_start = 0, at_end = 0;
    for (Py_ssize_t i = 0; i <= range.end; i++) {
        at_end += c->flags[i];
        if (i == range.start) at_start = at_end;
    }
    for (Py_ssize_t i = 0; i < c->n; i++) {
        count += c->flags[i];
        row[i] = i > range.end ? (double)(count - at_end) : min((double)(count - at_start), 0.0);
    }
}

/* The stretches between two lines of a probability below `level`: their words, content, and place among the others. */
static void add_stretches(const Context *c, Rows *rows, double level)
{
    double *words = next_row(rows, LOG), *content = next_row(rows, AS_IS), *of_biggest = next_row(rows, AS_IS);
    double *biggest_above = next_row(rows, LOG), biggest = 0.0, highest = 0.0;
    double *stretch_words = c->sums, *stretch_content = c->more_sums;
    Py_ssize_t stretch = 0, stretches;
    memset(stretch_words, 0, (size_t)(c->n + 1) * sizeof *stretch_words);
    memset(stretch_content, 0, (size_t)(c->n + 1) * sizeof *stretch_content);
    for (Py_ssize_t i = 0; i < c->n; i++) {
        int is_low = c->probability[i] < level;
        stretch += is_low;
        stretch_words[stretch] += is_low ? 0.0 : c->words[i];
        stretch_content[stretch] += is_low ? 0.0 : c->words[i] * c->probability[i];
    }
    stretches = stretch + 1;
    for (stretch = 0; stretch < stretches; stretch++) highest = max(highest, stretch_content[stretch]);
    stretch = 0;
    for (Py_ssize_t i = 0; i < c->n; i++) {
        if (c->probability[i] < level) biggest = max(biggest, stretch_content[stretch++]);
        words[i] = stretch_words[stretch];
        content[i] = stretch_content[stretch] / max(stretch_words[stretch], 1.0);
        of_biggest[i] = stretch_content[stretch] / max(1.0, highest);
        biggest_above[i] = biggest;
    }
}

static void add_separation(const Context *c, Rows *rows)
{
    for (Py_ssize_t i = 0; i < c->n; i++) c->sums[i] = (c->probability[i] - 0.5) * c->weight[i];
    Range run = max_sum_range(c->sums, c->n);
    for (Py_ssize_t i = 0; i < c->n; i++) c->flags[i] = c->probability[i] < 0.12 && c->words[i] > 0;
    add_separators(c, rows, run);
    for (Py_ssize_t i = 0; i < c->n; i++) {
        const int64_t *marks = c->marks + i * N_MARKS;
        c->flags[i] = c->words[i] <= BRIEF_LINE_WORDS && marks[TIMES] + marks[DATES] + marks[YEARS] > 0;
    }
    add_separators(c, rows, run);
    add_stretches(c, rows, 0.12);
    add_stretches(c, rows, 0.3);
}

/* The mean of the other lines of each line's group, drawn a little to its own. */
static void add_group_mean(const Context *c, Rows *rows, const int64_t *group_of, const int64_t *size)
{
    double *row = next_row(rows, AS_IS);
    memset(c->sums, 0, (size_t)c->n * sizeof *c->sums);
    for (Py_ssize_t i = 0; i < c->n; i++) c->sums[group_of[i]] += c->probability[i];
    for (Py_ssize_t i = 0; i < c->n; i++) {
        double others = c->sums[group_of[i]] - c->probability[i];
        row[i] = (others + 0.2 * c->probability[i]) / ((double)size[group_of[i]] - 0.8);
    }
}

static void add_same_words(const Context *c, Rows *rows)
{
    double *row = next_row(rows, AS_IS), *values = c->sums, *rarities = c->more_sums;
    memset(values, 0, (size_t)c->n * sizeof *values);
    memset(rarities, 0, (size_t)c->n * sizeof *rarities);
    for (Py_ssize_t w = 0; w < c->n_words; w++) c->by_word[c->word[w]] += c->probability[c->line_of_word[w]];
    for (Py_ssize_t w = 0; w < c->n_words; w++) {
        int64_t word = c->word[w], line = c->line_of_word[w];
        if (c->uses[word] < 2 || c->length[w] <= 2) continue;
        double mean = (c->by_word[word] - c->probability[line]) / (double)(c->uses[word] - 1);
        double rarity = 1.0 / c->log1p_uses[word];
        values[line] += mean * rarity;
        rarities[line] += rarity;
    }
    for (Py_ssize_t i = 0; i < c->n; i++) row[i] = values[i] / max(rarities[i], 0.05);
}

enum { C_PROBABILITY, C_WORDS, C_MARKS, C_STYLE_GROUP, C_STYLE_SIZE, C_FORM_GROUP, C_FORM_SIZE, C_LINE_OF_WORD,
       C_LENGTH, C_WORD, C_USES, C_LOG1P_USES, C_ROWS, C_TRANSFORMS, N_CONTEXT_BUFFERS };

static int context_fits(const Py_buffer *b, Py_ssize_t n, Py_ssize_t words, Py_ssize_t distinct, Py_ssize_t rows)
{
    return n > 0 && rows > 0 && holds(&b[C_PROBABILITY], n, 8, "probability") && holds(&b[C_WORDS], n, 8, "words")
           && holds(&b[C_MARKS], n * N_MARKS, 8, "mark_counts")
           && holds(&b[C_LINE_OF_WORD], words, 8, "line_of_word") && holds(&b[C_LENGTH], words, 8, "word_length")
           && holds(&b[C_WORD], words, 8, "word") && holds(&b[C_USES], distinct, 8, "uses")
           && holds(&b[C_LOG1P_USES], distinct, 8, "log1p_uses") && holds(&b[C_ROWS], n * rows, 8, "rows")
           && are_groups(&b[C_STYLE_GROUP], &b[C_STYLE_SIZE], n, "style_group")
           && are_groups(&b[C_FORM_GROUP], &b[C_FORM_SIZE], n, "form_group")
           && numbers_below(&b[C_LINE_OF_WORD], n, "line_of_word") && numbers_below(&b[C_WORD], distinct, "word");
}

static int compute_context(Context *c, Rows *rows)
{
    size_t n = (size_t)c->n + 1;
    double *scratch = PyMem_Calloc((6 * n + (size_t)c->n_distinct) * sizeof *scratch + n, 1);
    if (!scratch) {
        PyErr_NoMemory();
        return 0;
    }
    c->weight = scratch;
    c->content = scratch + n;
    c->prefix = scratch + 2 * n;
    c->other_prefix = scratch + 3 * n;
    c->sums = scratch + 4 * n;
    c->more_sums = scratch + 5 * n;
    c->by_word = scratch + 6 * n;
    c->flags = (uint8_t *)(c->by_word + c->n_distinct);
    for (Py_ssize_t i = 0; i < c->n; i++) {
        c->weight[i] = min(c->words[i], 80.0) + 0.5;
        c->content[i] = c->probability[i] * c->weight[i];
    }
    add_probabilities(c, rows);
    add_content_around(c, rows);
    add_content_runs(c, rows);
    add_separation(c, rows);
    add_group_mean(c, rows, c->style_group, c->style_size);
    add_group_mean(c, rows, c->form_group, c->form_size);
    add_same_words(c, rows);
    PyMem_Free(scratch);
    return all_filled(rows);
}

static PyObject *context_rows(PyObject *module, PyObject *args)
{
    Py_buffer b[N_CONTEXT_BUFFERS];
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*y*y*w*w*", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &b[6], &b[7],
                          &b[8], &b[9], &b[10], &b[11], &b[12], &b[13]))
        return NULL;
    Py_ssize_t n = b[C_PROBABILITY].len / 8, words = b[C_WORD].len / 8, distinct = b[C_USES].len / 8;
    Py_ssize_t count = b[C_TRANSFORMS].len;
    if (context_fits(b, n, words, distinct, count)) {
        Context c = {.n = n, .n_words = words, .n_distinct = distinct, .probability = b[C_PROBABILITY].buf,
                     .words = b[C_WORDS].buf, .marks = b[C_MARKS].buf, .style_group = b[C_STYLE_GROUP].buf,
                     .style_size = b[C_STYLE_SIZE].buf, .form_group = b[C_FORM_GROUP].buf,
                     .form_size = b[C_FORM_SIZE].buf, .line_of_word = b[C_LINE_OF_WORD].buf,
                     .length = b[C_LENGTH].buf, .word = b[C_WORD].buf, .uses = b[C_USES].buf,
                     .log1p_uses = b[C_LOG1P_USES].buf};
        Rows rows = {b[C_ROWS].buf, b[C_TRANSFORMS].buf, count, n, 0};
        done = compute_context(&c, &rows);
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "no lines, or no rows");
    }
    for (int i = 0; i < N_CONTEXT_BUFFERS; i++) PyBuffer_Release(&b[i]);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

PyMethodDef features_methods[] = {{"context_rows", context_rows, METH_VARARGS, NULL},
                                  {"group_keys", group_keys, METH_VARARGS, NULL},
                                  {"lookup_weights", lookup_weights, METH_VARARGS, NULL},
                                  {"text_rows", text_rows, METH_VARARGS, NULL},
                                  {NULL, NULL, 0, NULL}};
