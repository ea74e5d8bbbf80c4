/* Phrases in the lines of a document: `cleaner/analysis/phrases.py` is the specification. */
#include "core.h"

#define LINE_BREAK 10
#define SPACE 32
#define ITEMS_PER_MATCH 5
/* bits of `characters.py` */
#define ALNUM 1
#define LOWER 2
#define UPPER 4
#define DIGIT 8

/* -- the tree of all phrases, letter by letter -----------------------------------------------------------------------
   Nodes lie level by level, the children of one beside each other and ascending: nearly all searches end within some
   letters, among the few nodes of the upper levels, which stay in the cache. */

typedef struct {
    const uint32_t *code;         /* by node: the letter that leads to it */
    const int32_t *first_child;   /* by node, and one more: its children end where those of the next begin */
    const int32_t *phrase_of_node; /* -1 where none ends */
    Py_ssize_t n_nodes;
    int32_t root[128]; /* the root's children by ASCII letter; 0 for none */
} Tree;

/* The node behind a letter; 0, the root, for none. */
static inline int32_t child(const Tree *tree, int32_t node, uint32_t code)
{
    if (!node && code < 128) return tree->root[code];
    int32_t low = tree->first_child[node], high = tree->first_child[node + 1], end = high;
    if (low < 1 || high > tree->n_nodes) return 0;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (tree->code[middle] < code) low = middle + 1;
        else high = middle;
    }
    return low < end && tree->code[low] == code ? low : 0;
}

/* Whether buffers may hold a tree; that children lie within the arrays is asked where they are looked at. */
static int is_tree(const Py_buffer *codes, const Py_buffer *children, const Py_buffer *phrases, Tree *tree)
{
    Py_ssize_t n_nodes = codes->len / 4;
    const int32_t *child = children->buf;
    if (!holds(codes, n_nodes, 4, "node_codes") || !holds(children, n_nodes + 1, 4, "first_child")
        || !holds(phrases, n_nodes, 4, "phrase_of_node"))
        return 0;
    *tree = (Tree){codes->buf, child, phrases->buf, n_nodes, {0}};
    if (n_nodes > 0 && n_nodes < INT32_MAX && child[0] == 1 && child[1] <= n_nodes) return 1;
    PyErr_SetString(PyExc_ValueError, "not a tree");
    return 0;
}

static void fill_root(Tree *tree)
{
    for (int32_t node = 1; node < tree->first_child[1]; node++)
        if (tree->code[node] < 128) tree->root[tree->code[node]] = node;
}

typedef struct {
    Py_ssize_t first, end, depth; /* of sorted phrases those that begin with the letters that lead to a node */
} Range;

/* Fills the arrays from phrases that ascend; returns the number of nodes, or 0 where there is no room for them. */
static Py_ssize_t grow(const uint32_t *codes, const Py_ssize_t *starts, Range *ranges, Py_ssize_t room,
                       uint32_t *node_codes, int32_t *first_child, int32_t *phrase_of_node)
{
    Py_ssize_t n_nodes = 1;
    node_codes[0] = 0;
    for (Py_ssize_t node = 0; node < n_nodes; node++) {
        Range range = ranges[node];
        first_child[node] = (int32_t)n_nodes;
        phrase_of_node[node] = -1;
        for (Py_ssize_t phrase = range.first; phrase < range.end; phrase++) {
            uint32_t code = codes[starts[phrase] + range.depth];
            if (code == LINE_BREAK) {
                phrase_of_node[node] = (int32_t)phrase;
            } else if (n_nodes > first_child[node] && node_codes[n_nodes - 1] == code) {
                ranges[n_nodes - 1].end = phrase + 1;
            } else {
                if (n_nodes >= room || (n_nodes > first_child[node] && node_codes[n_nodes - 1] > code)) return 0;
                node_codes[n_nodes] = code;
                ranges[n_nodes++] = (Range){phrase, phrase + 1, range.depth + 1};
            }
        }
    }
    first_child[n_nodes] = (int32_t)n_nodes;
    return n_nodes;
}

static PyObject *grow_phrases(PyObject *module, PyObject *args)
{
    Py_buffer codes, node_codes, children, phrases;
    Py_ssize_t n_nodes = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*w*w*w*", &codes, &node_codes, &children, &phrases)) return NULL;
    Py_ssize_t size = codes.len / 4, room = node_codes.len / 4, n_phrases = 0;
    const uint32_t *code = codes.buf;
    if (room < 1 || room >= INT32_MAX || size >= INT32_MAX || (size && code[size - 1] != LINE_BREAK)) {
        PyErr_SetString(PyExc_ValueError, "no room, or not phrases with a line break after each");
    } else if (holds(&codes, size, 4, "codes") && holds(&node_codes, room, 4, "node_codes")
               && holds(&children, room + 1, 4, "first_child") && holds(&phrases, room, 4, "phrase_of_node")) {
        Py_ssize_t *starts = PyMem_Malloc(((size_t)size + 1) * sizeof *starts);
        Range *ranges = PyMem_Malloc((size_t)room * sizeof *ranges);
        if (!starts || !ranges) {
            PyErr_NoMemory();
        } else {
            for (Py_ssize_t at = 0; at < size; at++)
                if (!at || code[at - 1] == LINE_BREAK) starts[n_phrases++] = at;
            ranges[0] = (Range){0, n_phrases, 0};
            n_nodes = grow(code, starts, ranges, room, node_codes.buf, children.buf, phrases.buf);
            if (!n_nodes) PyErr_SetString(PyExc_ValueError, "too few nodes, or phrases that do not ascend");
        }
        PyMem_Free(starts);
        PyMem_Free(ranges);
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&node_codes);
    PyBuffer_Release(&children);
    PyBuffer_Release(&phrases);
    return n_nodes ? PyLong_FromSsize_t(n_nodes) : NULL;
}

/* -- matches ------------------------------------------------------------------------------------------------------ */

typedef struct {
    Tree tree;
    const uint32_t *codes;
    const uint8_t *classes;
    Py_ssize_t size;
    int32_t *matches;
    Py_ssize_t room, count; /* matches that fit, and that there are */
} Search;

/* Whether a character and the one before it are lower case: no word ends there. */
static inline int inside_word(const Search *s, Py_ssize_t at)
{
    return at > 0 && at < s->size && s->classes[at - 1] & s->classes[at] & LOWER;
}

static inline int is_cased_letter(uint8_t class)
{
    return (class & ALNUM) && (class & (LOWER | UPPER)) && !(class & DIGIT);
}

/* Whether words surely begin and end there; where this says no they may as well. */
static int stands_alone(const Search *s, Py_ssize_t start, Py_ssize_t end)
{
    uint32_t left = start ? s->codes[start - 1] : LINE_BREAK, right = end < s->size ? s->codes[end] : LINE_BREAK;
    uint8_t first = s->classes[start];
    return (left == SPACE || left == LINE_BREAK) && (right == SPACE || right == LINE_BREAK)
           && (is_cased_letter(first) || (first & DIGIT));
}

static void add_match(Search *s, Py_ssize_t line, Py_ssize_t line_start, int32_t phrase, Py_ssize_t start,
                      Py_ssize_t end)
{
    if (s->count < s->room) {
        int32_t *match = s->matches + s->count * ITEMS_PER_MATCH;
        match[0] = (int32_t)line;
        match[1] = phrase;
        match[2] = (int32_t)(start - line_start);
        match[3] = (int32_t)(end - line_start);
        match[4] = stands_alone(s, start, end);
    }
    s->count++;
}

/* The matches that begin at a place in a line; returns where the longest one ends, or `start`. */
static Py_ssize_t match_from(Search *s, Py_ssize_t line, Py_ssize_t line_start, Py_ssize_t start, Py_ssize_t limit)
{
    Py_ssize_t longest = start;
    int32_t node = 0;
    for (Py_ssize_t at = start; at < limit; at++) {
        int32_t next = child(&s->tree, node, s->codes[at]);
        if (next <= node) break; /* none */
        node = next;
        int32_t phrase = s->tree.phrase_of_node[node];
        if (phrase < 0 || inside_word(s, at + 1)) continue;
        longest = at + 1;
        add_match(s, line, line_start, phrase, start, longest);
    }
    return longest;
}

enum { ANYWHERE, AT_START, WHOLE_LINE };

/* The matches in one line. Of `WHOLE_LINE` none, where a letter stands outside them. */
static void match_line(Search *s, Py_ssize_t line, Py_ssize_t start, Py_ssize_t end, int mode)
{
    Py_ssize_t covered = start, before = s->count;
    for (Py_ssize_t at = start; at < end; at++) {
        uint8_t class = s->classes[at];
        if (!inside_word(s, at)) {
            Py_ssize_t longest = match_from(s, line, start, at, end);
            covered = longest > covered ? longest : covered;
        }
        if (mode == WHOLE_LINE && covered <= at && is_cased_letter(class)) {
            s->count = before;
            return;
        }
        if (mode == AT_START && (is_cased_letter(class) || ((class & ALNUM) && (class & DIGIT)))) return;
    }
}

static int is_in_order(const int64_t *bounds, Py_ssize_t n_lines, Py_ssize_t size)
{
    if (n_lines < 0 || bounds[0] < 0) return 0;
    for (Py_ssize_t i = 0; i < n_lines; i++)
        if (bounds[i] >= bounds[i + 1] || bounds[i + 1] > size) return 0;
    return size <= INT32_MAX;
}

static PyObject *find_phrases(PyObject *module, PyObject *args)
{
    Py_buffer codes, classes, bounds, node_codes, children, phrases, matches;
    Py_ssize_t max_chars;
    int mode, done = 0;
    Search s = {.count = 0};
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*inw*", &codes, &classes, &bounds, &node_codes, &children, &phrases,
                          &mode, &max_chars, &matches))
        return NULL;
    Py_ssize_t n_lines = bounds.len / 8 - 1;
    s.size = codes.len / 4;
    s.room = matches.len / 4 / ITEMS_PER_MATCH;
    if (holds(&codes, s.size, 4, "codes") && holds(&classes, s.size, 1, "classes")
        && holds(&bounds, n_lines + 1, 8, "line_bounds") && holds(&matches, s.room * ITEMS_PER_MATCH, 4, "matches")
        && is_tree(&node_codes, &children, &phrases, &s.tree)) {
        const int64_t *bound = bounds.buf;
        fill_root(&s.tree);
        s.codes = codes.buf;
        s.classes = classes.buf;
        s.matches = matches.buf;
        done = is_in_order(bound, n_lines, s.size);
        if (!done) PyErr_SetString(PyExc_ValueError, "line_bounds: not ascending, or beyond the text");
        for (Py_ssize_t line = 0; done && line < n_lines; line++) {
            Py_ssize_t start = bound[line], end = bound[line + 1] - 1; /* without the line break */
            if (mode == WHOLE_LINE && end - start > max_chars) continue;
            if (mode == AT_START && end - start > max_chars) end = start + max_chars;
            match_line(&s, line, start, end, mode);
        }
    }
    PyBuffer_Release(&codes);
    PyBuffer_Release(&classes);
    PyBuffer_Release(&bounds);
    PyBuffer_Release(&node_codes);
    PyBuffer_Release(&children);
    PyBuffer_Release(&phrases);
    PyBuffer_Release(&matches);
    return done ? PyLong_FromSsize_t(s.count) : NULL;
}

PyMethodDef phrases_methods[] = {{"find_phrases", find_phrases, METH_VARARGS, NULL},
                                 {"grow_phrases", grow_phrases, METH_VARARGS, NULL},
                                 {NULL, NULL, 0, NULL}};
