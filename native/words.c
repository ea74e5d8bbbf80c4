/* One pass over a document's characters: `cleaner/model/tokenize.py`, `parse_lines`, is the specification. */
#include "lines.h"

#define N_POSITIONS 64
#define LINE_BREAK 10
#define LAST_OF_TABLE 0xFFFF /* its class is that of all characters behind it */

typedef struct {
    const uint32_t *codes, *lower;
    Py_ssize_t size;
    const uint64_t *factors;
    uint64_t number_hash, name_hash;
    /* by line */
    int64_t *class_counts;
    uint8_t *first, *last, *next_to_last;
    int64_t *marks;
    uint64_t *line_hash, *template_hash, *coarse_hash;
    /* by word */
    int64_t *line_of_word;
    uint64_t *word_hash;
    int64_t *word_length;
    uint8_t *word_start;
} Document;

typedef struct {
    uint64_t words, templates, coarse;
    Py_ssize_t count;
} LineHashes;

static inline uint64_t mix_bits(uint64_t hash)
{
    hash ^= hash >> 31;
    hash *= 0xBF58476D1CE4E5B9u;
    return hash ^ hash >> 29;
}

static inline int is_word_char(uint8_t class) { return class >= DIGIT && class <= LETTER; }

/* The word at `at`, added to the arrays and to the hashes of its line; returns where it ends. */
static Py_ssize_t read_word(const Document *doc, const uint8_t *classes, Py_ssize_t at, Py_ssize_t line,
                            Py_ssize_t word, LineHashes *hashes)
{
    Py_ssize_t end = at, behind = at + 1 < doc->size ? at + 1 : doc->size - 1;
    int64_t *counts = doc->class_counts + line * N_CLASSES;
    uint64_t sum = 0;
    if (is_word_char(classes[at])) {
        for (Py_ssize_t position = 0; end < doc->size && is_word_char(classes[end]); end++, position++) {
            counts[classes[end]]++;
            sum += (uint64_t)doc->lower[end] * doc->factors[position < N_POSITIONS ? position : N_POSITIONS - 1];
        }
    } else {
        counts[classes[at]]++;
        end++;
        sum = ((uint64_t)doc->lower[at] + ((uint64_t)doc->lower[behind] << 20)) * doc->factors[0];
    }
    uint8_t start = UNCASED;
    if (classes[at] == LOWER) start = LOWERCASE;
    else if (classes[at] == DIGIT) start = NUMERIC;
    else if (classes[at] == UPPER) start = classes[behind] == UPPER ? ALL_CAPS : TITLECASE;
    uint32_t first_two = doc->lower[at] * 256u + doc->lower[behind];
    if (end - at == 4 && start == NUMERIC && (first_two == 0x3139 || first_two == 0x3230))
        doc->marks[line * N_MARKS + YEARS]++;
    uint64_t hash = mix_bits(sum), factor = doc->factors[hashes->count % N_POSITIONS];
    uint64_t template = start == NUMERIC ? doc->number_hash : hash;
    hashes->words += hash * factor;
    hashes->templates += template * factor;
    hashes->coarse += (start == TITLECASE || start == ALL_CAPS ? doc->name_hash : template) * factor;
    hashes->count++;
    doc->line_of_word[word] = line;
    doc->word_hash[word] = hash;
    doc->word_length[word] = end - at;
    doc->word_start[word] = start;
    return end;
}

static void end_line(const Document *doc, const uint8_t *classes, Py_ssize_t line, Py_ssize_t start, Py_ssize_t end,
                     const LineHashes *hashes)
{
    doc->first[line] = classes[start];
    doc->last[line] = classes[end - 1 > start ? end - 1 : start];
    doc->next_to_last[line] = classes[end - 2 > start ? end - 2 : start];
    if (hashes->count) {
        doc->line_hash[line] = mix_bits(hashes->words);
        doc->template_hash[line] = mix_bits(hashes->templates);
        doc->coarse_hash[line] = mix_bits(hashes->coarse);
    }
}

/* Returns the number of words. */
static Py_ssize_t read_words(const Document *doc, const uint8_t *classes)
{
    Py_ssize_t words = 0, line = 0, start = 0, at = 0;
    LineHashes hashes = {0, 0, 0, 0};
    while (at < doc->size) {
        if (doc->codes[at] == LINE_BREAK) {
            end_line(doc, classes, line++, start, at, &hashes);
            hashes = (LineHashes){0, 0, 0, 0};
            start = ++at;
        } else if (is_word_char(classes[at]) || classes[at] == IDEOGRAPH || classes[at] == SOUTHEAST_ASIAN) {
            at = read_word(doc, classes, at, line, words++, &hashes);
        } else {
            doc->class_counts[line * N_CLASSES + classes[at++]]++;
        }
    }
    return words;
}

static void count_marks(const Document *doc, const uint8_t *classes)
{
    int64_t *marks = doc->marks;
    for (Py_ssize_t at = 0; at + 1 < doc->size; at++) {
        if (at && doc->codes[at - 1] == LINE_BREAK) marks += N_MARKS;
        if (!at) continue;
        uint8_t before = classes[at - 1], current = classes[at], after = classes[at + 1];
        uint32_t code = doc->codes[at];
        int is_between_digits = before == DIGIT && after == DIGIT;
        if (current == STOP)
            marks[SENTENCES] += ((after == SPACE || after == QUOTE || after == BRACKET) && before != UPPER)
                                || before == IDEOGRAPH || before == SOUTHEAST_ASIAN;
        if (current == SIGN) marks[PRICES] += after == DIGIT;
        if (is_between_digits) {
            marks[TIMES] += current == COLON;
            marks[DATES] += current == DASH || code == '/';
        }
        marks[ADDRESSES] +=
            code == '@' || (code == '.' && after == LOWER && before >= UPPER && before <= LETTER);
    }
}

enum { CODES, LOWER_CODES, TABLE, FACTORS, CLASS_COUNTS, FIRST, LAST, NEXT_TO_LAST, MARKS, LINE_HASH, TEMPLATE_HASH,
       COARSE_HASH, LINE_OF_WORD, WORD_HASH, WORD_LENGTH, WORD_START, N_BUFFERS };

static int sizes_fit(const Py_buffer *b, Py_ssize_t size, Py_ssize_t lines)
{
    return holds(&b[CODES], size, 4, "codes") && holds(&b[LOWER_CODES], size, 4, "lower_codes")
           && holds(&b[TABLE], LAST_OF_TABLE + 1, 1, "class_table") && holds(&b[FACTORS], N_POSITIONS, 8, "factors")
           && holds(&b[CLASS_COUNTS], lines * N_CLASSES, 8, "class_counts") && holds(&b[FIRST], lines, 1, "first_class")
           && holds(&b[LAST], lines, 1, "last_class") && holds(&b[NEXT_TO_LAST], lines, 1, "next_to_last_class")
           && holds(&b[MARKS], lines * N_MARKS, 8, "mark_counts") && holds(&b[LINE_HASH], lines, 8, "line_hash")
           && holds(&b[TEMPLATE_HASH], lines, 8, "template_hash") && holds(&b[COARSE_HASH], lines, 8, "coarse_hash")
           && holds(&b[LINE_OF_WORD], size, 8, "line_of_word") && holds(&b[WORD_HASH], size, 8, "word_hash")
           && holds(&b[WORD_LENGTH], size, 8, "word_length") && holds(&b[WORD_START], size, 1, "word_start");
}

/* The class of each character; NULL with an error set where the arrays make no document. */
static uint8_t *classes_of(const Document *doc, const uint8_t *table, Py_ssize_t lines)
{
    uint8_t *classes = PyMem_Malloc(doc->size ? (size_t)doc->size : 1);
    if (!classes) return (uint8_t *)PyErr_NoMemory();
    Py_ssize_t breaks = 0;
    int highest = 0;
    for (Py_ssize_t at = 0; at < doc->size; at++) {
        uint32_t code = doc->codes[at];
        classes[at] = table[code < LAST_OF_TABLE ? code : LAST_OF_TABLE];
        breaks += code == LINE_BREAK;
        highest = classes[at] > highest ? classes[at] : highest;
    }
    if (breaks == lines && highest < N_CLASSES && table[LINE_BREAK] == SPACE
        && (!doc->size || doc->codes[doc->size - 1] == LINE_BREAK))
        return classes;
    PyErr_SetString(PyExc_ValueError, "not lines with a break after each, or not a table of classes");
    PyMem_Free(classes);
    return NULL;
}

static PyObject *parse_lines(PyObject *module, PyObject *args)
{
    Py_buffer b[N_BUFFERS];
    unsigned long long number_hash, name_hash;
    Py_ssize_t words = -1;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*KKw*w*w*w*w*w*w*w*w*w*w*w*", &b[CODES], &b[LOWER_CODES], &b[TABLE],
                          &b[FACTORS], &number_hash, &name_hash, &b[CLASS_COUNTS], &b[FIRST], &b[LAST],
                          &b[NEXT_TO_LAST], &b[MARKS], &b[LINE_HASH], &b[TEMPLATE_HASH], &b[COARSE_HASH],
                          &b[LINE_OF_WORD], &b[WORD_HASH], &b[WORD_LENGTH], &b[WORD_START]))
        return NULL;
    Py_ssize_t size = b[CODES].len / 4, lines = b[FIRST].len;
    if (sizes_fit(b, size, lines)) {
        Document doc = {b[CODES].buf, b[LOWER_CODES].buf, size, b[FACTORS].buf, number_hash, name_hash,
                        b[CLASS_COUNTS].buf, b[FIRST].buf, b[LAST].buf, b[NEXT_TO_LAST].buf, b[MARKS].buf,
                        b[LINE_HASH].buf, b[TEMPLATE_HASH].buf, b[COARSE_HASH].buf, b[LINE_OF_WORD].buf,
                        b[WORD_HASH].buf, b[WORD_LENGTH].buf, b[WORD_START].buf};
        uint8_t *classes = classes_of(&doc, b[TABLE].buf, lines);
        if (classes) {
            words = read_words(&doc, classes);
            count_marks(&doc, classes);
            PyMem_Free(classes);
        }
    }
    for (int i = 0; i < N_BUFFERS; i++) PyBuffer_Release(&b[i]);
    return words < 0 ? NULL : PyLong_FromSsize_t(words);
}

PyMethodDef words_methods[] = {{"parse_lines", parse_lines, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
