/* The n-grams of a text and the trials that draw from them: `cleaner/language.py` is the specification. */
#include "core.h"

#define CODE_POINT_BITS 21
#define SPACE 32
#define DRAWS_PER_CHECK 5
#define MAX_DRAWS 1001    /* of a trial: the first one, and langdetect's limit */
#define CONVERGED 0.99999 /* langdetect's own */
#define MARGIN 1e-9       /* `MARGIN` of the specification */
#define SCALE 1024.0      /* `SHARE_SCALE` */
#define MAX_LANGUAGES 256

/* -- n-grams ------------------------------------------------------------------------------------------------------ */

/* A table of slots, as many as a power of two: 0, or 1 more than the index of the number that is looked up there. */
typedef struct {
    const int64_t *ngrams;
    Py_ssize_t n_ngrams;
    uint32_t *slots;
    uint64_t mask;
} Table;

static inline uint64_t slot_of(const Table *table, int64_t ngram)
{
    return ((uint64_t)ngram * 0x9E3779B97F4A7C15u >> 32) & table->mask;
}

/* The index of an n-gram; -1 where the table has none. */
static inline int64_t find(const Table *table, int64_t ngram)
{
    uint64_t slot = slot_of(table, ngram);
    for (uint64_t step = 0; step <= table->mask; step++, slot = (slot + 1) & table->mask) {
        uint32_t index = table->slots[slot];
        if (!index || index > (uint64_t)table->n_ngrams) return -1;
        if (table->ngrams[index - 1] == ngram) return (int64_t)index - 1;
    }
    return -1;
}

/* Half of the slots at least are free, so that searches are short. */
static int is_table(const Py_buffer *ngrams, const Py_buffer *slots, Table *table)
{
    Py_ssize_t n_ngrams = ngrams->len / 8, n_slots = slots->len / 4;
    if (!holds(ngrams, n_ngrams, 8, "ngrams") || !holds(slots, n_slots, 4, "slots")) return 0;
    if (n_slots < 2 * n_ngrams || n_slots < 1 || (n_slots & (n_slots - 1)) || n_ngrams >= UINT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "slots: not a power of two, or less than twice the n-grams");
        return 0;
    }
    *table = (Table){ngrams->buf, n_ngrams, slots->buf, (uint64_t)n_slots - 1};
    return 1;
}

static PyObject *fill_ngram_slots(PyObject *module, PyObject *args)
{
    Py_buffer ngrams, slots;
    Table table;
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*w*", &ngrams, &slots)) return NULL;
    if (is_table(&ngrams, &slots, &table)) {
        memset(slots.buf, 0, (size_t)slots.len);
        for (Py_ssize_t i = 0; i < table.n_ngrams; i++) {
            uint64_t slot = slot_of(&table, table.ngrams[i]);
            while (table.slots[slot]) slot = (slot + 1) & table.mask;
            table.slots[slot] = (uint32_t)i + 1;
        }
        done = 1;
    }
    PyBuffer_Release(&ngrams);
    PyBuffer_Release(&slots);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

/* The index of each known n-gram that ends at a character from the second on; returns how many there are. */
static Py_ssize_t find_all(const Table *table, const uint32_t *codes, const uint8_t *upper, Py_ssize_t size,
                           int64_t *found)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 1; at < size; at++) {
        if (upper[at] && upper[at - 1]) continue;
        int64_t ngram = codes[at], index = find(table, ngram);
        if (index >= 0) found[count++] = index;
        ngram |= (int64_t)codes[at - 1] << CODE_POINT_BITS;
        if ((index = find(table, ngram)) >= 0) found[count++] = index;
        if (at < 2 || codes[at - 1] == SPACE) continue;
        ngram |= (int64_t)codes[at - 2] << 2 * CODE_POINT_BITS;
        if ((index = find(table, ngram)) >= 0) found[count++] = index;
    }
    return count;
}

static PyObject *known_ngrams(PyObject *module, PyObject *args)
{
    Py_buffer codes, upper, ngrams, slots, found;
    Table table;
    Py_ssize_t count = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*w*", &codes, &upper, &ngrams, &slots, &found)) return NULL;
    Py_ssize_t size = codes.len / 4;
    if (holds(&codes, size, 4, "codes") && holds(&upper, size, 1, "is_upper") && holds(&found, 3 * size, 8, "found")
        && is_table(&ngrams, &slots, &table))
        count = find_all(&table, codes.buf, upper.buf, size, found.buf);
    PyBuffer_Release(&codes);
    PyBuffer_Release(&upper);
    PyBuffer_Release(&ngrams);
    PyBuffer_Release(&slots);
    PyBuffer_Release(&found);
    return count < 0 ? NULL : PyLong_FromSsize_t(count);
}

/* -- trials ------------------------------------------------------------------------------------------------------- */

typedef struct {
    const int64_t *ngrams;   /* of the text: their indices in the profiles */
    Py_ssize_t n_ngrams;
    const uint32_t *choices; /* the random numbers that choose among them */
    Py_ssize_t n_choices;
    const int64_t *share_start;
    Py_ssize_t n_profiled;
    const uint8_t *language;
    const double *shares;
    Py_ssize_t n_shares, n_languages;
    double weight;
} Draws;

/* What the probability of each language is multiplied by for the n-gram drawn at `place` or behind it; returns the
   place behind it. -1: no random number is left, or the arrays do not fit. */
static Py_ssize_t draw(const Draws *d, Py_ssize_t place, double *factors)
{
    while (place < d->n_choices && d->choices[place] >= (uint64_t)d->n_ngrams) place++;
    if (place >= d->n_choices) return -1;
    int64_t ngram = d->ngrams[d->choices[place]];
    if (ngram < 0 || ngram >= d->n_profiled) return -1;
    int64_t first = d->share_start[ngram], end = d->share_start[ngram + 1];
    if (first < 0 || end > d->n_shares) return -1;
    for (Py_ssize_t i = 0; i < d->n_languages; i++) factors[i] = d->weight;
    for (int64_t k = first; k < end; k++) {
        if (d->language[k] >= d->n_languages) return -1;
        factors[d->language[k]] = d->shares[k] * SCALE + d->weight;
    }
    return place + 1;
}

/* Makes the probabilities add up to 1; returns the highest. */
static double normalize(double *p, Py_ssize_t n)
{
    double total = 0, highest = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        total += p[i];
        highest = p[i] > highest ? p[i] : highest;
    }
    for (Py_ssize_t i = 0; i < n; i++) p[i] /= total;
    return highest / total;
}

/* The probabilities after a trial; returns the place behind its last draw, or -1 where nothing is to be said. */
static Py_ssize_t run_trial(const Draws *d, Py_ssize_t place, double *p)
{
    double factors[MAX_LANGUAGES];
    place = draw(d, place, p);
    for (Py_ssize_t drawn = 1; place >= 0; drawn += DRAWS_PER_CHECK) {
        double highest = normalize(p, d->n_languages), distance = highest - CONVERGED;
        if (-MARGIN < distance && distance < MARGIN) return -1;
        if (distance > 0 || drawn >= MAX_DRAWS) break;
        for (int k = 0; k < DRAWS_PER_CHECK && place >= 0; k++) {
            place = draw(d, place, factors);
            if (place >= 0)
                for (Py_ssize_t i = 0; i < d->n_languages; i++) p[i] *= factors[i];
        }
    }
    return place;
}

static PyObject *language_trial(PyObject *module, PyObject *args)
{
    Py_buffer ngrams, choices, share_start, language, shares, result;
    Py_ssize_t place, behind = -1;
    double weight;
    int fits = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*ndy*y*y*w*", &ngrams, &choices, &place, &weight, &share_start, &language, &shares,
                          &result))
        return NULL;
    Draws d = {ngrams.buf, ngrams.len / 8, choices.buf, choices.len / 4, share_start.buf, share_start.len / 8 - 1,
               language.buf, shares.buf, language.len, result.len / 8, weight * SCALE};
    if (holds(&ngrams, d.n_ngrams, 8, "ngrams") && holds(&choices, d.n_choices, 4, "choices")
        && holds(&share_start, d.n_profiled + 1, 8, "share_start") && holds(&shares, d.n_shares, 8, "shares")
        && holds(&result, d.n_languages, 8, "result")) {
        if (place < 0 || d.n_profiled < 0 || d.n_languages < 1 || d.n_languages > MAX_LANGUAGES) {
            PyErr_SetString(PyExc_ValueError, "no place, no profiles, or not 1 to 256 languages");
        } else {
            behind = run_trial(&d, place, result.buf);
            fits = 1;
        }
    }
    PyBuffer_Release(&ngrams);
    PyBuffer_Release(&choices);
    PyBuffer_Release(&share_start);
    PyBuffer_Release(&language);
    PyBuffer_Release(&shares);
    PyBuffer_Release(&result);
    return fits ? PyLong_FromSsize_t(behind) : NULL;
}

PyMethodDef language_methods[] = {{"fill_ngram_slots", fill_ngram_slots, METH_VARARGS, NULL},
                                  {"known_ngrams", known_ngrams, METH_VARARGS, NULL},
                                  {"language_trial", language_trial, METH_VARARGS, NULL},
                                  {NULL, NULL, 0, NULL}};
