/* A page's tokens, tree and blocks in one pass: `cleaner/reading/tokenizer.py`, `open_elements.py`,
   `tree_builder.py` and `page.py` are the specification, and name the rules of the HTML standard that each step
   follows. Functions here are called as there.

   What Python gets are arrays of 32-bit numbers (`cleaner/reading/native_page.py` reads them): elements, blocks with
   their edits, and for the few blocks whose inline markup means something, the pieces of text they consist of.
   Offsets are code points.

   Time and memory are in proportion to the page: each character is read a bounded number of times, at most
   `max_depth` elements are open, and nothing is stored that no character of the page stands for. */
#include "core.h"

#define NAMELESS (-1) /* name of an element that was closed out of order */
#define NONE (-1)
#define MAX_CHARS 500000000 /* MAX_NATIVE_CHARS of native_page.py: no number of things on a page overflows */

/* What is known of a name: the sets of elements.py, by the order of `FLAGS` in native_page.py. */
enum {
    BLOCK_ELEMENT = 1 << 0,
    NOT_RENDERED_NAME = 1 << 1,
    SET_APART_NAME = 1 << 2,
    SPECIAL = 1 << 3,
    FORMATTING = 1 << 4,
    HEADING = 1 << 5,
    SCOPE = 1 << 6,
    BUTTON_SCOPE = 1 << 7,
    LIST_SCOPE = 1 << 8,
    TABLE_SCOPE = 1 << 9,
    FORMATTING_MARKER = 1 << 10,
    TABLE_INSERTION_MODE = 1 << 11,
    TABLE_CONTEXT = 1 << 12,
    TABLE_SECTION = 1 << 13,
    IMPLIED_END_TAG = 1 << 14,
    FOREIGN_BREAKOUT = 1 << 15,
    HEAD_ELEMENT = 1 << 16,
    PREFORMATTED_NAME = 1 << 17,
    RAW_TEXT = 1 << 18,
    RAW_TEXT_IN_SELECT = 1 << 19,
    SHADOW_HOST = 1 << 20,
    HEAD_TAG_NAME = 1 << 21,
    SVG_INTEGRATION = 1 << 22,
    MATH_INTEGRATION = 1 << 23,
    SPECIAL_END_TAG = 1 << 24,
    HAS_DASH = 1 << 25 /* the name of a custom element */
};

/* What start and end tags do, by the order of `START_ACTIONS` and `END_ACTIONS` in native_page.py. */
enum {
    START_OTHER, START_IGNORE, START_RAW_TEXT, START_BLOCK, START_HEADING, START_ITEM, START_MARKER, START_OPTION,
    START_RUBY_PART, START_FOREIGN_ROOT, START_SECTION, START_CELL, START_COLUMN, START_BR, START_HR, START_HTML,
    START_BODY, START_DIALOG, START_FORM, START_BUTTON, START_LINK, START_NOBR, START_TEMPLATE, START_SELECT,
    START_TABLE, START_CAPTION, START_ROW, N_START_ACTIONS
};
enum {
    END_OTHER, END_IGNORE, END_IN_SCOPE, END_HEADING, END_ADOPTION, END_ITEM, END_IN_TABLE, END_LINK, END_P, END_BR,
    END_FORM, END_TEMPLATE, N_END_ACTIONS
};

/* Names that the code below asks for, by the order of `ASKED_NAMES` in native_page.py. */
enum {
    A, ANNOTATION_XML, BODY, BR, DD, DT, DIV, ADDRESS, FONT, FORM, HEAD, HTML, IMG, INPUT, KEYGEN, LI, MATH, NOSCRIPT,
    OPTION, P, PLAINTEXT, RP, RT, RTC, RUBY, SCRIPT, SELECT, SVG, TABLE, TBODY, TEMPLATE, TEXTAREA, TITLE, TR, XMP,
    H1, H2, H3, H4, H5, H6, N_ASKED
};

/* How tags inside an element are read. */
enum { IN_HTML, IN_SVG, IN_MATH, IN_SELECT };

/* The state of an element. */
enum {
    HIDDEN = 1 << 0,
    DIALOG = 1 << 1,
    HEADING_SHIFT = 2, /* three bits: the level of the heading it is in */
    HEADING_MASK = 7 << 2,
    NOT_RENDERED = 1 << 5,
    PREFORMATTED = 1 << 6,
    SET_APART = 1 << 7,
    FOREIGN = 1 << 8,
    MODE_SHIFT = 9, /* two bits: how tags inside are read */
    MODE_MASK = 3 << 9,
    MARKER = 1 << 11, /* links do not reach into it ... */
    OUTER_LINK = 1 << 12, /* ... and whether one was open outside */
    DETACHED = 1 << 13 /* closed out of order: it has no name any more */
};
#define INHERITED (HIDDEN | DIALOG | HEADING_MASK | NOT_RENDERED | PREFORMATTED | SET_APART)

/* The kinds of records, as in native_page.py. */
enum { RECORD_BLOCK, RECORD_PIECES, RECORD_HEAD_TAG, RECORD_CONTENT, RECORD_DETACHED, RECORD_TAG };

/* What is put in the place of a part. */
enum { NEW_NOTHING, NEW_SPACE, NEW_CHARACTERS, UNCHANGED };
enum { CODE_NONE, CODE_MARKUP, CODE_SPACES, CODE_ENTITY };

typedef struct {
    uint32_t flags[2]; /* in HTML, and in `svg` and `math` */
    int32_t start_action, end_action;
} NameFacts;

typedef struct {
    const uint32_t *text; /* in lower case for known names, as first written for those of the page */
    int32_t length;
    uint64_t hash;
} Name;

typedef struct {
    int32_t *slots; /* index of a name plus one, 0 for none; a power of two of them, at most half full */
    size_t mask;
} Index;

/* The names of elements.py with what is known of each, and the functions of the Python form that are asked about
   rare tags. Made once. */
typedef struct {
    int32_t count, max_depth, max_path_steps, max_step_chars;
    NameFacts *facts;
    Name *names;
    Index index;
    uint32_t *text;
    uint64_t seed;
    int32_t asked[N_ASKED];
    PyObject *attribute_state, *decode_reference, *emoji_of, *is_html_annotation, *is_shadow_root, *path_step;
} Names;

/* What Python gets of an element. Two times the index of a name, plus one in `svg` and `math`. */
typedef struct {
    int32_t name, parent;
    int32_t tag_start, tag_end;
    int32_t block_ancestor; /* NONE for a block element */
    int32_t table_row;
    int32_t state;
    int32_t live_state; /* differs once the tag of an implied `body` comes late */
    int32_t live_tag_start, live_tag_end; /* likewise, and for the root */
    int32_t path; /* of a block element: index of its path, NONE before it is asked for */
} Element;

typedef struct {
    int32_t element, name; /* the name as in Element, or NAMELESS */
} OpenElement;

typedef struct {
    int32_t start, end, element, in_link, no_references;
} Piece;

typedef struct {
    int32_t kind, start, end, element, path, state, table_row, first, count, unused;
    double link_density;
} Record;

typedef struct {
    int32_t start, end, new_text, code, in_link;
    uint32_t chars[2]; /* of NEW_CHARACTERS */
    int32_t n_chars;
} Part;

typedef struct {
    int32_t start, end, code, n_chars; /* what it replaces, and by how many characters */
    uint32_t chars[2];
} EditRecord;

typedef struct {
    void *items;
    size_t count, room, item_bytes;
} List;

typedef struct {
    const Names *known;
    PyObject *raw; /* borrowed */
    const uint32_t *text;
    int32_t size;
    int failed; /* an exception is set: everything returns */
    int scripts; /* whether `noscript` holds text that is not shown */

    List names, facts; /* those of the page, after the known ones */
    Index index;
    List open_counts; /* of int32_t, by a name as in Element */

    List elements, pieces, records, edits, parts, block_pieces, visible_pieces;
    PyObject *paths; /* list of tuples, of the elements around each block */
    PyObject *steps; /* dict: the steps of paths by themselves, so that there is one object of each */
    uint32_t *step_chars; /* room for one */
    int32_t *without_path; /* room for `max_depth` elements */
    OpenElement *stack;
    int32_t stack_size;
    int32_t body, form, row_count, quirks_mode, open_raw_text, in_link, root_has_tag, body_has_tag;
    int32_t mode; /* how the tokenizer reads on */
    int32_t first_piece, n_block_records;
    Py_ssize_t noscript_chars;
} Reader;

enum { NO_FORM = -1, EMPTY_FORM = -2 }; /* a form between the rows of a table holds nothing */

/* -- lists */

static void *list_add(Reader *r, List *list, size_t count)
{
    if (list->count + count > list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        while (room < list->count + count) room *= 2;
        void *items = room <= PY_SSIZE_T_MAX / list->item_bytes ? PyMem_Realloc(list->items, room * list->item_bytes)
                                                                : NULL;
        if (!items) {
            if (!r->failed) PyErr_NoMemory();
            r->failed = 1;
            return NULL;
        }
        list->items = items;
        list->room = room;
    }
    void *added = (char *)list->items + list->count * list->item_bytes;
    list->count += count;
    return added;
}

#define ITEM(type, list, i) (((type *)(list).items)[i])
#define ELEMENT(r, i) ITEM(Element, (r)->elements, i)

/* -- characters */

static int is_markup_space(uint32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

static uint32_t lower(uint32_t c) { return c - 'A' < 26 ? c + 32 : c; }

static int is_letter(uint32_t c) { return (c | 32) - 'a' < 26; }

static int is_digit(uint32_t c) { return c - '0' < 10; }

static int is_hex_digit(uint32_t c) { return is_digit(c) || (c | 32) - 'a' < 6; }

/* `str.isspace` */
static int is_space(uint32_t c)
{
    if (c < 0x80) return c == ' ' || c - 9 < 5 || c - 0x1c < 4;
    return c == 0x85 || c == 0xa0 || c == 0x1680 || c - 0x2000 < 11 || c == 0x2028 || c == 0x2029 || c == 0x202f
           || c == 0x205f || c == 0x3000;
}

static int is_line_end(uint32_t c) { return c - 10 < 4 || c - 0x1c < 3 || c == 0x85 || c == 0x2028 || c == 0x2029; }

/* COLLAPSIBLE_SPACE of page.py */
static int is_collapsible(uint32_t c) { return c == ' ' || c == '\t' || c == 0x1f || is_line_end(c); }

/* INVISIBLE_AT_EDGE of page.py */
static int is_invisible(uint32_t c)
{
    return is_space(c) || c == 0x200b || c == 0xfeff || c == 0x200e || c == 0x200f || c == 0x2060;
}

static int all_space(const Reader *r, int32_t start, int32_t end)
{
    if (start == end) return 0; /* as `str.isspace` */
    while (start < end && is_space(r->text[start])) start++;
    return start == end;
}

/* Whether the page has a word in ASCII at an offset. */
static int has(const Reader *r, int32_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= r->size || r->text[at] != (unsigned char)*word) return 0;
    return 1;
}

/* The same, in any case. */
static int has_any_case(const Reader *r, int32_t at, int32_t end, const char *word)
{
    for (; *word; word++, at++)
        if (at >= end || lower(r->text[at]) != (unsigned char)*word) return 0;
    return 1;
}

static int32_t find(const Reader *r, uint32_t c, int32_t at)
{
    const uint32_t *text = r->text;
    int32_t size = r->size;
    while (at < size && text[at] != c) at++;
    return at;
}

/* -- names */

/* Mixed anew at each character, from a seed of the process: a page cannot choose names that collide. */
static uint64_t hash_name(uint64_t seed, const uint32_t *text, int32_t length)
{
    uint64_t hash = seed;
    for (int32_t i = 0; i < length; i++) {
        hash = (hash ^ lower(text[i])) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static int same_name(const Name *name, const uint32_t *text, int32_t length, uint64_t hash)
{
    if (name->hash != hash || name->length != length) return 0;
    for (int32_t i = 0; i < length; i++)
        if (lower(name->text[i]) != lower(text[i])) return 0;
    return 1;
}

/* The slot that holds a name, or the empty one where it belongs. */
static int32_t *index_slot(const Index *index, const Name *names, const uint32_t *text, int32_t length, uint64_t hash)
{
    size_t at = hash & index->mask;
    while (index->slots[at] && !same_name(&names[index->slots[at] - 1], text, length, hash))
        at = (at + 1) & index->mask;
    return &index->slots[at];
}

/* An index with room for twice as many names as there are. */
static int index_names(Index *index, const Name *names, size_t count)
{
    size_t slots = 64;
    while (slots < count * 4) slots *= 2;
    int32_t *memory = PyMem_Calloc(slots, sizeof(int32_t));
    if (!memory) return 0;
    PyMem_Free(index->slots);
    index->slots = memory;
    index->mask = slots - 1;
    for (size_t i = 0; i < count; i++)
        *index_slot(index, names, names[i].text, names[i].length, names[i].hash) = (int32_t)i + 1;
    return 1;
}

/* Index of a tag's name. */
static int32_t name_index(Reader *r, int32_t start, int32_t length)
{
    const Names *known = r->known;
    const uint32_t *text = r->text + start;
    uint64_t hash = hash_name(known->seed, text, length);
    int32_t found = *index_slot(&known->index, known->names, text, length, hash);
    if (found) return found - 1;
    if (!r->index.slots && !index_names(&r->index, NULL, 0)) goto no_memory;
    int32_t *slot = index_slot(&r->index, r->names.items, text, length, hash);
    if (*slot) return known->count + *slot - 1;
    Name *name = list_add(r, &r->names, 1);
    NameFacts *facts = list_add(r, &r->facts, 1);
    int32_t *counts = list_add(r, &r->open_counts, 2);
    if (r->failed) return 0;
    *name = (Name){text, length, hash};
    *facts = (NameFacts){{0, 0}, START_OTHER, END_OTHER};
    for (int32_t i = 0; i < length; i++)
        if (text[i] == '-') facts->flags[0] = facts->flags[1] = HAS_DASH;
    counts[0] = counts[1] = 0;
    *slot = (int32_t)r->names.count;
    if (r->names.count * 2 > r->index.mask && !index_names(&r->index, r->names.items, r->names.count)) goto no_memory;
    return known->count + (int32_t)r->names.count - 1;
no_memory:
    if (!r->failed) PyErr_NoMemory();
    r->failed = 1;
    return 0;
}

static const NameFacts *facts_of(const Reader *r, int32_t index)
{
    return index < r->known->count ? &r->known->facts[index] : &ITEM(NameFacts, r->facts, index - r->known->count);
}

/* The flags of an open element's name, none for a nameless one. */
static uint32_t open_flags(const Reader *r, int32_t name)
{
    return name == NAMELESS ? 0 : facts_of(r, name >> 1)->flags[name & 1];
}

/* The name of an element in HTML, as in Element. */
static int32_t html_name(const Reader *r, int asked) { return r->known->asked[asked] * 2; }

static int is_named(const Reader *r, int32_t index, int asked) { return index == r->known->asked[asked]; }

#define OPEN_COUNT(r, name) ITEM(int32_t, (r)->open_counts, name)

/* -- attributes */

typedef struct {
    int32_t name_start, name_end, value_start, value_end; /* the value without its quotes */
    int32_t end;
} Attribute;

/* The attribute at or after `at`, before `end`; 0 for none. */
static int next_attribute(const Reader *r, int32_t at, int32_t end, Attribute *found)
{
    const uint32_t *text = r->text;
    while (at < end && (is_markup_space(text[at]) || text[at] == '/')) at++;
    if (at >= end || text[at] == '>') return 0;
    found->name_start = at++;
    while (at < end && !is_markup_space(text[at]) && text[at] != '/' && text[at] != '>' && text[at] != '=') at++;
    found->name_end = found->value_start = found->value_end = found->end = at;
    while (at < end && is_markup_space(text[at])) at++;
    if (at >= end || text[at] != '=') return 1;
    at++;
    while (at < end && is_markup_space(text[at])) at++;
    if (at < end && (text[at] == '"' || text[at] == '\'')) {
        int32_t close = at + 1;
        while (close < end && text[close] != text[at]) close++;
        if (close < end) {
            found->value_start = at + 1;
            found->value_end = close;
            found->end = close + 1;
            return 1;
        }
    }
    found->value_start = at;
    while (at < end && !is_markup_space(text[at]) && text[at] != '>') at++;
    found->value_end = found->end = at;
    return 1;
}

typedef struct {
    int32_t start, end, name; /* the tag, and the index of its name */
    int32_t name_end;
} Tag;

/* Whether a start tag has an attribute of this name in ASCII. */
static int has_attribute(const Reader *r, const Tag *tag, const char *name)
{
    Attribute attribute;
    int32_t at = tag->name_end, length = (int32_t)strlen(name);
    while (next_attribute(r, at, tag->end - 1, &attribute)) {
        if (attribute.name_end - attribute.name_start == length
            && has_any_case(r, attribute.name_start, attribute.name_end, name))
            return 1;
        at = attribute.end;
    }
    return 0;
}

static int is_self_closing(const Reader *r, const Tag *tag)
{
    if (r->text[tag->end - 2] != '/' || tag->end - 2 < tag->name_end) return 0;
    Attribute attribute;
    int32_t at = tag->name_end;
    while (next_attribute(r, at, tag->end - 1, &attribute)) at = attribute.end;
    return at != tag->end - 1;
}

static int contains(const Reader *r, int32_t start, int32_t end, const char *word)
{
    int32_t length = (int32_t)strlen(word);
    for (; start + length <= end; start++)
        if (r->text[start] == (unsigned char)*word && has(r, start, word)) return 1;
    return 0;
}

static int contains_any_case(const Reader *r, int32_t start, int32_t end, const char *word)
{
    for (; start < end; start++)
        if (lower(r->text[start]) == (unsigned char)*word && has_any_case(r, start, end, word)) return 1;
    return 0;
}

/* The answer of a function of the Python form about a stretch of the page; NULL when it raised. */
static PyObject *ask(Reader *r, PyObject *function, int32_t start, int32_t end)
{
    PyObject *text = r->failed ? NULL : PyUnicode_Substring(r->raw, start, end);
    PyObject *answer = text ? PyObject_CallFunctionObjArgs(function, text, NULL) : NULL;
    Py_XDECREF(text);
    if (!answer) r->failed = 1;
    return answer;
}

static int ask_yes(Reader *r, PyObject *function, int32_t start, int32_t end)
{
    PyObject *answer = ask(r, function, start, end);
    int yes = answer ? PyObject_IsTrue(answer) : 0;
    Py_XDECREF(answer);
    if (yes < 0) r->failed = 1;
    return yes > 0;
}

/* Whether a tag may say that its element is hidden, a dialog or a heading: only then Python reads its attributes. */
static int may_have_state(const Reader *r, int32_t start, int32_t end)
{
    for (int32_t at = start; at < end; at++)
        switch (lower(r->text[at])) {
        case 'h':
            if (has_any_case(r, at, end, "hidden") || has_any_case(r, at, end, "heading")) return 1;
            break;
        case 'n':
            if (has_any_case(r, at, end, "none")) return 1;
            break;
        case 'd':
            if (has_any_case(r, at, end, "dialog")) return 1;
            break;
        case 'a':
            if (has_any_case(r, at, end, "aria-modal")) return 1;
        }
    return 0;
}

/* -- paths, as in dom_path.py */

typedef struct {
    uint32_t *chars;
    int32_t length, most;
} Step;

static void step_add(Step *step, const uint32_t *chars, int32_t count)
{
    for (int32_t i = 0; i < count && step->length < step->most; i++) step->chars[step->length++] = chars[i];
}

static void step_add_char(Step *step, uint32_t c) { step_add(step, &c, 1); }

/* Add the words of the page's characters from `start` to `end`, each after a sign; or all as one, trimmed. */
static void step_add_words(const Reader *r, Step *step, uint32_t sign, int32_t start, int32_t end, int as_one)
{
    while (start < end && is_space(r->text[end - 1])) end--;
    for (int32_t at = start; at < end;) {
        while (at < end && is_space(r->text[at])) at++;
        int32_t from = at;
        while (at < end && (as_one || !is_space(r->text[at]))) at++;
        step_add_char(step, sign);
        step_add(step, r->text + from, at - from);
    }
}

/* The values of `id` and `class` that a tag gives first; 0 where a reference is in one, which Python decodes. */
static int id_and_class(const Reader *r, int32_t at, int32_t end, Attribute *id, Attribute *classes)
{
    Attribute attribute;
    int has_id = 0, has_class = 0;
    *id = *classes = (Attribute){0};
    while (!(has_id && has_class) && next_attribute(r, at, end, &attribute)) {
        int32_t length = attribute.name_end - attribute.name_start;
        int is_id = length == 2 && !has_id && has_any_case(r, attribute.name_start, end, "id");
        if (is_id || (length == 5 && !has_class && has_any_case(r, attribute.name_start, end, "class"))) {
            for (int32_t i = attribute.value_start; i < attribute.value_end; i++)
                if (r->text[i] == '&') return 0;
            *(is_id ? id : classes) = attribute;
            *(is_id ? &has_id : &has_class) = 1;
        }
        at = attribute.end;
    }
    return 1;
}

static PyObject *text_of(const uint32_t *chars, int32_t count)
{
    static const union {
        uint8_t bytes[4];
        uint32_t number;
    } one = {{1, 0, 0, 0}};
    int byte_order = one.number == 1 ? -1 : 1;
    return PyUnicode_DecodeUTF32((const char *)chars, (Py_ssize_t)count * 4, "surrogatepass", &byte_order);
}

/* The step of a block element in paths; a new reference. */
static PyObject *path_step(Reader *r, const Element *element)
{
    /* block elements have known names */
    Name name = element->live_state & DETACHED ? (Name){NULL, 0, 0} : r->known->names[element->name >> 1];
    int32_t start = element->live_tag_start, end = element->live_tag_end;
    if (end - start <= name.length + 2) return text_of(name.text, name.length);
    Step step = {r->step_chars, 0, r->known->max_step_chars};
    Attribute id, classes;
    int32_t at = start + 1;
    while (!is_markup_space(r->text[at]) && r->text[at] != '/' && r->text[at] != '>') at++;
    if (!id_and_class(r, at, end - 1, &id, &classes)) {
        PyObject *tag = PyUnicode_Substring(r->raw, start, end), *name_text = text_of(name.text, name.length);
        PyObject *answer =
            tag && name_text ? PyObject_CallFunctionObjArgs(r->known->path_step, name_text, tag, NULL) : NULL;
        Py_XDECREF(tag);
        Py_XDECREF(name_text);
        return answer;
    }
    step_add(&step, name.text, name.length);
    step_add_words(r, &step, '#', id.value_start, id.value_end, 1);
    step_add_words(r, &step, '.', classes.value_start, classes.value_end, 0);
    return text_of(step.chars, step.length);
}

/* One object for all steps that are the same; takes the reference and gives a new one. */
static PyObject *shared_step(Reader *r, PyObject *step)
{
    if (!step) return NULL;
    PyObject *shared = PyDict_GetItemWithError(r->steps, step);
    if (shared) {
        Py_INCREF(shared);
        Py_DECREF(step);
        return shared;
    }
    if (PyErr_Occurred() || PyDict_SetItem(r->steps, step, step) < 0) {
        Py_DECREF(step);
        return NULL;
    }
    return step;
}

/* The path that leads on from another one by a step: of a long one the middle is left out. Takes the step. */
static PyObject *extended_path(const Reader *r, PyObject *path, PyObject *step)
{
    Py_ssize_t length = path ? PyTuple_Size(path) : 0, half = r->known->max_path_steps / 2;
    int is_full = length >= r->known->max_path_steps;
    PyObject *extended = step ? PyTuple_New(is_full ? length : length + 1) : NULL;
    if (!extended) {
        Py_XDECREF(step);
        return NULL;
    }
    Py_ssize_t to = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        if (is_full && i == half) continue;
        PyObject *item = PyTuple_GetItem(path, i);
        Py_INCREF(item);
        PyTuple_SetItem(extended, to++, item);
    }
    PyTuple_SetItem(extended, to, step);
    return extended;
}

/* The block element around a block element; NONE around the root. */
static int32_t block_around(const Reader *r, int32_t element)
{
    int32_t parent = ELEMENT(r, element).parent;
    return parent == NONE || ELEMENT(r, parent).block_ancestor == NONE ? parent : ELEMENT(r, parent).block_ancestor;
}

/* The path of the block element that an element is in, or is: made once, with those around it. */
static int32_t path_of(Reader *r, int32_t element)
{
    if (ELEMENT(r, element).block_ancestor != NONE) element = ELEMENT(r, element).block_ancestor;
    int32_t count = 0;
    for (int32_t at = element; at != NONE && ELEMENT(r, at).path == NONE; at = block_around(r, at))
        r->without_path[count++] = at; /* each was open inside the next: at most `max_depth` */
    while (count && !r->failed) {
        int32_t inner = r->without_path[--count], outer = block_around(r, inner);
        PyObject *around = outer == NONE ? NULL : PyList_GetItem(r->paths, ELEMENT(r, outer).path);
        PyObject *path = extended_path(r, around, shared_step(r, path_step(r, &ELEMENT(r, inner))));
        if (!path || PyList_Append(r->paths, path) < 0) r->failed = 1;
        Py_XDECREF(path);
        ELEMENT(r, inner).path = (int32_t)PyList_Size(r->paths) - 1;
    }
    return ELEMENT(r, element).path;
}

/* -- the end of a block: its text, with the edits that make it what a reader sees */

static int32_t add_record(Reader *r, Record record)
{
    Record *added = list_add(r, &r->records, 1);
    if (added) *added = record;
    return added != NULL;
}

static void add_block(Reader *r, int32_t start, int32_t end, int32_t element, double link_density, int32_t first_edit)
{
    const Element *of = &ELEMENT(r, element);
    r->n_block_records++;
    add_record(r, (Record){RECORD_BLOCK, start, end, element, path_of(r, element),
                           of->live_state & (HIDDEN | DIALOG | HEADING_MASK), of->table_row, first_edit,
                           (int32_t)r->edits.count - first_edit, 0, link_density});
}

/* Leave the block to Python. */
static void add_pieces(Reader *r, const Piece *pieces, size_t count, int32_t path)
{
    int32_t first = (int32_t)r->pieces.count;
    Piece *added = list_add(r, &r->pieces, count);
    if (!added) return;
    memcpy(added, pieces, count * sizeof *pieces);
    r->n_block_records++;
    add_record(r, (Record){RECORD_PIECES, 0, 0, pieces->element, path, 0, 0, first, (int32_t)count, 0, 0});
}

static void add_part(Reader *r, int32_t start, int32_t end, int32_t new_text, int32_t code, int32_t in_link)
{
    Part *part = list_add(r, &r->parts, 1);
    if (part) *part = (Part){start, end, new_text, code, in_link, {0, 0}, 0};
}

/* Where the reference at an `&` ends as it is spelled; `at` when it is none. REFERENCE_PATTERN of tokenizer.py. */
static int32_t reference_end(const Reader *r, int32_t at, int32_t end)
{
    const uint32_t *text = r->text;
    int32_t to = at + 1, digits;
    if (to >= end) return at;
    if (text[to] == '#') {
        int hex = to + 1 < end && (text[to + 1] | 32) == 'x';
        digits = to += 1 + hex;
        while (to < end && (hex ? is_hex_digit(text[to]) : is_digit(text[to]))) to++;
        if (to == digits) return at;
    } else {
        if (!is_letter(text[to])) return at;
        digits = ++to;
        while (to < end && to - digits < 31 && (is_letter(text[to]) || is_digit(text[to]))) to++;
        if (to == digits) return at;
    }
    return to < end && text[to] == ';' ? to + 1 : to;
}

/* What a reference means: how many characters of it count (0: it means nothing), and its characters in `part`. */
static int32_t decode(Reader *r, int32_t start, int32_t end, Part *part)
{
    PyObject *answer = ask(r, r->known->decode_reference, start, end);
    Py_ssize_t size = 0, n_chars = 0;
    PyObject *chars = NULL;
    if (answer && PyArg_ParseTuple(answer, "nU", &size, &chars)) {
        n_chars = PyUnicode_GetLength(chars);
        if (size < 0 || size > end - start || n_chars > 2)
            PyErr_SetString(PyExc_ValueError, "a reference that is too long");
        else
            for (Py_ssize_t i = 0; i < n_chars; i++) part->chars[i] = PyUnicode_ReadChar(chars, i);
    }
    Py_XDECREF(answer);
    if (PyErr_Occurred()) {
        r->failed = 1;
        return 0;
    }
    part->start = start;
    part->end = start + (int32_t)size;
    part->code = CODE_ENTITY;
    part->n_chars = (int32_t)n_chars;
    part->new_text = n_chars ? NEW_CHARACTERS : NEW_NOTHING;
    return (int32_t)size;
}

static void add_decoded(Reader *r, Part part, int32_t in_link)
{
    if (part.new_text == NEW_CHARACTERS && part.n_chars == 1 && part.chars[0] == ' ') part.new_text = NEW_SPACE;
    part.in_link = in_link;
    Part *added = list_add(r, &r->parts, 1);
    if (added) *added = part;
}

static void append_preformatted(Reader *r, const Piece *piece)
{
    int32_t at = piece->start;
    for (int32_t next = piece->no_references ? piece->end : at; next < piece->end && !r->failed;) {
        int32_t end = r->text[next] == '&' ? reference_end(r, next, piece->end) : next;
        Part part = {0};
        if (end > next && decode(r, next, end, &part)) {
            if (next > at) add_part(r, at, next, UNCHANGED, CODE_NONE, piece->in_link);
            at = part.end;
            for (int32_t i = 0; i < part.n_chars; i++)
                if (is_line_end(part.chars[i])) part.chars[i] = ' ';
            add_decoded(r, part, piece->in_link);
        }
        next = end > next ? end : next + 1;
    }
    if (at < piece->end) add_part(r, at, piece->end, UNCHANGED, CODE_NONE, piece->in_link);
}

/* Both return whether the text now ends in a space. */
static int append_text(Reader *r, int32_t start, int32_t end, int32_t in_link, int ends_in_space)
{
    if (ends_in_space && is_collapsible(r->text[start])) {
        int32_t to = start;
        while (to < end && is_collapsible(r->text[to])) to++;
        add_part(r, start, to, NEW_NOTHING, CODE_SPACES, in_link);
        if (to == end) return 1;
        start = to;
    }
    add_part(r, start, end, UNCHANGED, CODE_NONE, in_link);
    return r->text[end - 1] == ' ';
}

static int append_collapsed(Reader *r, const Piece *piece, int ends_in_space)
{
    const uint32_t *text = r->text;
    int32_t at = piece->start, end = piece->end, next = at;
    while (next < end && !r->failed) {
        uint32_t c = text[next];
        Part part = {0};
        int32_t stop = next;
        if (c == '&') {
            stop = reference_end(r, next, end);
            if (stop == next || piece->no_references || !decode(r, next, stop, &part)) {
                next = stop > next ? stop : next + 1;
                continue;
            }
            if ((part.n_chars == 1 && is_collapsible(part.chars[0]))) part.chars[0] = ' ';
        } else if (is_collapsible(c)) {
            while (++stop < end && is_collapsible(text[stop]));
            if (c == ' ' && stop == next + 1) { /* one space is what it is */
                next = stop;
                continue;
            }
            part = (Part){next, stop, NEW_CHARACTERS, CODE_SPACES, 0, {' ', 0}, 1};
        } else {
            next++;
            continue;
        }
        if (next > at) ends_in_space = append_text(r, at, next, piece->in_link, ends_in_space);
        at = part.end;
        next = stop;
        if (part.n_chars == 1 && part.chars[0] == ' ') {
            part.new_text = ends_in_space ? NEW_NOTHING : NEW_SPACE;
            part.n_chars = !ends_in_space;
            add_decoded(r, part, piece->in_link);
            ends_in_space = 1;
        } else {
            add_decoded(r, part, piece->in_link);
            ends_in_space = ends_in_space && !part.n_chars;
        }
    }
    return at < end ? append_text(r, at, end, piece->in_link, ends_in_space) : ends_in_space;
}

/* The characters that a part shows. */
static const uint32_t *part_output(const Reader *r, const Part *part, int32_t *length)
{
    static const uint32_t space[] = {' '};
    *length = part->new_text == UNCHANGED ? part->end - part->start
              : part->new_text == NEW_SPACE ? 1
                                            : part->n_chars;
    return part->new_text == UNCHANGED ? r->text + part->start : part->new_text == NEW_SPACE ? space : part->chars;
}

static int is_invisible_part(const Reader *r, const Part *part)
{
    int32_t length;
    const uint32_t *chars = part_output(r, part, &length);
    for (int32_t i = 0; i < length; i++)
        if (!is_invisible(chars[i])) return 0;
    return 1;
}

/* The parts of pieces, from the first visible character to the last: `*first` to `*last`; 0 for none. */
static int parts_from_pieces(Reader *r, const Piece *pieces, size_t count, size_t *first, size_t *last)
{
    int ends_in_space = 0;
    int32_t at = count ? pieces[0].start : 0;
    r->parts.count = 0;
    for (size_t k = 0; k < count && !r->failed; k++) {
        const Piece *piece = &pieces[k];
        if (piece->start > at) add_part(r, at, piece->start, NEW_NOTHING, CODE_MARKUP, piece->in_link);
        at = piece->end;
        if (ELEMENT(r, piece->element).state & PREFORMATTED)
            append_preformatted(r, piece);
        else
            ends_in_space = append_collapsed(r, piece, ends_in_space);
    }
    if (r->failed) return 0;
    Part *parts = r->parts.items;
    size_t from = 0, to = r->parts.count;
    while (from < to && is_invisible_part(r, &parts[from])) from++;
    while (from < to && is_invisible_part(r, &parts[to - 1])) to--;
    if (from == to) return 0;
    if (parts[from].new_text == UNCHANGED)
        while (is_invisible(r->text[parts[from].start])) parts[from].start++;
    if (parts[to - 1].new_text == UNCHANGED)
        while (is_invisible(r->text[parts[to - 1].end - 1])) parts[to - 1].end--;
    *first = from;
    *last = to - 1;
    return 1;
}

static void add_edit(Reader *r, EditRecord edit)
{
    EditRecord *added = list_add(r, &r->edits, 1);
    if (added) *added = edit;
}

/* One edit for each change; deletions that touch are one. */
static void add_edits(Reader *r, const Part *parts, size_t count)
{
    EditRecord cut = {-1, -1, CODE_NONE, 0, {0, 0}};
    for (size_t k = 0; k < count && !r->failed; k++) { /* the last part is visible: it leaves no cut */
        const Part *part = &parts[k];
        if (part->new_text == NEW_NOTHING && part->start == cut.end) {
            cut.end = part->end;
            if (part->code == CODE_MARKUP) cut.code = CODE_MARKUP;
            continue;
        }
        if (cut.end > cut.start) {
            add_edit(r, cut);
            cut.start = cut.end = -1;
        }
        if (part->new_text == NEW_NOTHING) {
            cut.start = part->start;
            cut.end = part->end;
            cut.code = part->code;
        } else if (part->new_text == NEW_SPACE) {
            add_edit(r, (EditRecord){part->start, part->end, part->code, 1, {' ', 0}});
        } else if (part->new_text == NEW_CHARACTERS) {
            add_edit(r, (EditRecord){part->start, part->end, part->code, part->n_chars,
                                     {part->chars[0], part->chars[1]}});
        }
    }
}

/* Share of the characters, spaces aside, that are in links. */
static double link_density(const Reader *r, const Part *parts, size_t count)
{
    int64_t chars[2] = {0, 0};
    int mixed = 0;
    for (size_t k = 0; k < count; k++) mixed |= parts[k].in_link != parts[0].in_link;
    if (!mixed) return parts[0].in_link;
    for (size_t k = 0; k < count; k++) {
        int32_t length;
        const uint32_t *output = part_output(r, &parts[k], &length);
        for (int32_t i = 0; i < length; i++) chars[parts[k].in_link] += !is_space(output[i]);
    }
    return (double)chars[1] / (double)(chars[0] + chars[1]);
}

/* Longer first pieces are no drop caps: MAX_CAP_CHARS of inline_text.py. */
#define MAX_CAP_CHARS 40

/* Whether the first letter of the pieces may be a drop cap, for Python to look at. */
static int may_have_drop_cap(const Reader *r, const Piece *pieces, size_t count)
{
    if (count < 2 || pieces[0].end - pieces[0].start > MAX_CAP_CHARS) return 0;
    size_t cap = 0;
    while (cap < count && all_space(r, pieces[cap].start, pieces[cap].end)) cap++;
    if (cap == count) return 0;
    int32_t start = pieces[cap].start, end = pieces[cap].end;
    for (int32_t at = start; at < end; at++)
        if (r->text[at] == '&') return 1;
    while (start < end && is_space(r->text[start])) start++;
    while (start < end && is_space(r->text[end - 1])) end--;
    uint32_t c = r->text[end - 1];
    return end - start <= 2 && (c >= 0x80 || c - 'A' < 26);
}

static int needs_python(const Reader *r, const Piece *pieces, size_t count)
{
    if (count > 1 && ELEMENT(r, pieces[0].element).state & PREFORMATTED) return 1;
    for (size_t k = 0; k < count; k++)
        if (ELEMENT(r, pieces[k].element).state & SET_APART) return 1;
    return may_have_drop_cap(r, pieces, count);
}

static int needs_edits(const Reader *r, int32_t start, int32_t end, int preformatted, int no_references)
{
    const uint32_t *text = r->text;
    if (preformatted && no_references) return 0;
    for (int32_t at = start; at < end; at++) {
        if (text[at] == '&') return 1;
        if (!preformatted && is_collapsible(text[at])
            && (text[at] != ' ' || (at + 1 < end && text[at + 1] == ' ')))
            return 1;
    }
    return 0;
}

/* A piece of code may be no more than the number of its line. */
static int may_be_line_number(const Reader *r, const Piece *piece)
{
    int32_t at = piece->start;
    while (at < piece->end && (r->text[at] == ' ' || r->text[at] - 9 < 5)) at++;
    return at < piece->end && is_digit(r->text[at]);
}

static void add_edited_block(Reader *r, const Piece *pieces, size_t count, int32_t path)
{
    r->visible_pieces.count = 0;
    for (size_t k = 0; k < count; k++)
        if (!(ELEMENT(r, pieces[k].element).live_state & HIDDEN)) {
            Piece *visible = list_add(r, &r->visible_pieces, 1);
            if (!visible) return;
            *visible = pieces[k];
        }
    const Piece *shown = r->visible_pieces.items;
    size_t n_shown = r->visible_pieces.count, first, last;
    if (needs_python(r, shown, n_shown) || (n_shown < count && needs_python(r, pieces, count))) {
        add_pieces(r, pieces, count, path);
        return;
    }
    if (!(n_shown && parts_from_pieces(r, shown, n_shown, &first, &last))
        && !(n_shown < count && parts_from_pieces(r, pieces, count, &first, &last)))
        return;
    if (r->failed) return;
    const Part *parts = (const Part *)r->parts.items + first;
    size_t n_parts = last - first + 1;
    int32_t start = parts[0].start, end = parts[n_parts - 1].end, first_edit = (int32_t)r->edits.count;
    while (pieces->end <= start) pieces++;
    add_edits(r, parts, n_parts);
    add_block(r, start, end, pieces->element, link_density(r, parts, n_parts), first_edit);
}

/* Text breaks here: what came since the last break is a block. */
static void end_block(Reader *r)
{
    size_t count = r->block_pieces.count;
    const Piece *pieces = r->block_pieces.items;
    if (!count || r->failed) return;
    r->block_pieces.count = 0;
    int32_t path = path_of(r, pieces->element);
    if (count == 1 && ELEMENT(r, pieces->element).state & PREFORMATTED && may_be_line_number(r, pieces)) {
        add_pieces(r, pieces, 1, path);
        return;
    }
    while (count > 1 && all_space(r, pieces[count - 1].start, pieces[count - 1].end)) count--;
    if (count == 1) {
        int32_t start = pieces->start, end = pieces->end;
        while (start < end && is_invisible(r->text[start])) start++;
        while (start < end && is_invisible(r->text[end - 1])) end--;
        if (start == end) return;
        int preformatted = (ELEMENT(r, pieces->element).state & PREFORMATTED) != 0;
        if (!needs_edits(r, start, end, preformatted, pieces->no_references)) {
            add_block(r, start, end, pieces->element, pieces->in_link, (int32_t)r->edits.count);
            return;
        }
    }
    add_edited_block(r, pieces, count, path);
}

/* -- the stack of open elements */

static int32_t current(const Reader *r) { return r->stack[r->stack_size - 1].element; }

static int32_t current_name(const Reader *r) { return r->stack[r->stack_size - 1].name; }

static uint32_t current_state(const Reader *r) { return (uint32_t)ELEMENT(r, current(r)).live_state; }

static int current_mode(const Reader *r) { return (current_state(r) & MODE_MASK) >> MODE_SHIFT; }

static void break_text(Reader *r)
{
    if (!(current_state(r) & NOT_RENDERED)) end_block(r);
}

static void sync_tokenizer(Reader *r) { r->mode = current_mode(r); }

static void pop(Reader *r)
{
    OpenElement closed = r->stack[--r->stack_size];
    const Element *element = &ELEMENT(r, closed.element);
    uint32_t state = (uint32_t)element->live_state;
    if (closed.name != NAMELESS) OPEN_COUNT(r, closed.name)--;
    if (element->block_ancestor == NONE) break_text(r);
    if (state & MARKER) r->in_link = (state & OUTER_LINK) != 0;
    if (state & (MODE_MASK | FOREIGN)) sync_tokenizer(r);
}

static void pop_to_size(Reader *r, int32_t size)
{
    while (r->stack_size > size || (current_name(r) == NAMELESS && r->stack_size > 1)) pop(r);
}

static void pop_current(Reader *r)
{
    pop(r);
    pop_to_size(r, r->stack_size);
}

/* Give an element's state, at its beginning or by a late tag, what its tag says. */
static uint32_t with_attributes(Reader *r, uint32_t state, int32_t start, int32_t end)
{
    if (!may_have_state(r, start, end)) return state;
    PyObject *answer = ask(r, r->known->attribute_state, start, end);
    long said = answer ? PyLong_AsLong(answer) : 0;
    Py_XDECREF(answer);
    if (said < 0 || said > (HIDDEN | DIALOG | HEADING_MASK)) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "no state of an element");
        r->failed = 1;
        return state;
    }
    if (said & HEADING_MASK) state &= ~(uint32_t)HEADING_MASK;
    return state | (uint32_t)said;
}

/* Open an element; `tag` is NULL for an implied one, and `name` as in Element. */
static Element *push(Reader *r, int32_t name, const Tag *tag)
{
    uint32_t flags = open_flags(r, name);
    if (flags & BLOCK_ELEMENT) break_text(r);
    if (r->stack_size >= r->known->max_depth) pop(r);
    int32_t parent_index = current(r), index = (int32_t)r->elements.count;
    Element *element = list_add(r, &r->elements, 1);
    if (!element) return NULL;
    const Element *parent = &ELEMENT(r, parent_index);
    uint32_t state = (uint32_t)parent->live_state & INHERITED;
    if (flags & SET_APART_NAME) state |= SET_APART;
    if (flags & NOT_RENDERED_NAME) state |= NOT_RENDERED;
    *element = (Element){name, parent_index, 0, 0, NONE, parent->table_row, 0, 0, 0, 0, NONE};
    if (!(flags & BLOCK_ELEMENT))
        element->block_ancestor = parent->block_ancestor == NONE ? parent_index : parent->block_ancestor;
    if (tag) {
        element->tag_start = element->live_tag_start = tag->start;
        element->tag_end = element->live_tag_end = tag->end;
        /* longer than `<name>`, where the name of a foreign one has a colon more */
        if (tag->end > tag->name_end + 1 + (name & 1)) state = with_attributes(r, state, tag->start, tag->end);
    }
    element->state = element->live_state = (int32_t)state;
    OPEN_COUNT(r, name)++;
    r->stack[r->stack_size++] = (OpenElement){index, name};
    return element;
}

/* Both of an element that was just opened. */
static void set_state(Element *element, uint32_t clear, uint32_t set)
{
    if (element) element->state = element->live_state = (int32_t)(((uint32_t)element->state & ~clear) | set);
}

static Element *push_marker(Reader *r, int32_t name, const Tag *tag)
{
    Element *element = push(r, name, tag);
    set_state(element, 0, MARKER | (r->in_link ? OUTER_LINK : 0));
    r->in_link = 0;
    return element;
}

static void detach(Reader *r, int32_t index)
{
    OpenElement *open = &r->stack[index];
    if (open->name == NAMELESS) return;
    OPEN_COUNT(r, open->name)--;
    open->name = NAMELESS;
    ELEMENT(r, open->element).live_state |= DETACHED;
    add_record(r, (Record){RECORD_DETACHED, 0, 0, open->element, 0, 0, 0, 0, 0, 0, 0});
}

static int32_t index_in_scope(const Reader *r, int32_t name, uint32_t stops)
{
    if (!OPEN_COUNT(r, name)) return 0;
    for (int32_t i = r->stack_size - 1; i > 0; i--) {
        if (r->stack[i].name == name) return i;
        if (open_flags(r, r->stack[i].name) & stops) return 0;
    }
    return 0;
}

/* Index of the innermost element with one of these flags, or that name; 0 when there is none. */
static int32_t index_of_innermost(const Reader *r, uint32_t flags, int32_t name)
{
    int32_t i = r->stack_size - 1;
    while (i && r->stack[i].name != name && !(open_flags(r, r->stack[i].name) & flags)) i--;
    return i;
}

#define NO_NAME (-2) /* no element has it */

static int pop_through(Reader *r, int32_t name, uint32_t stops)
{
    int32_t index = index_in_scope(r, name, stops);
    if (index) pop_to_size(r, index);
    return index > 0;
}

static void close_p(Reader *r)
{
    if (OPEN_COUNT(r, html_name(r, P))) pop_through(r, html_name(r, P), BUTTON_SCOPE);
}

static void generate_implied_end_tags(Reader *r, int32_t except_for)
{
    while (current_name(r) != except_for && open_flags(r, current_name(r)) & IMPLIED_END_TAG) pop_current(r);
}

static int clear_stack_back_to(Reader *r, uint32_t flags, int32_t name)
{
    int32_t index = index_of_innermost(r, flags | TABLE_SCOPE, name), found = r->stack[index].name;
    if (found == html_name(r, HTML) || found == html_name(r, TEMPLATE)) return 0;
    pop_to_size(r, index + 1);
    return 1;
}

/* The innermost element that says how table tags are read. */
static int32_t table_context(const Reader *r)
{
    return r->stack[index_of_innermost(r, TABLE_INSERTION_MODE, NO_NAME)].name;
}

static int is_in_table(const Reader *r)
{
    if (!OPEN_COUNT(r, html_name(r, TABLE))) return 0;
    int32_t context = table_context(r);
    return context != html_name(r, HTML) && context != html_name(r, TEMPLATE);
}

static int is_between_rows(const Reader *r)
{
    return OPEN_COUNT(r, html_name(r, TABLE)) && open_flags(r, table_context(r)) & TABLE_CONTEXT;
}

/* -- the tree: start tags */

static void start_tag(Reader *r, const Tag *tag);
static void end_tag(Reader *r, int32_t index);
static void end_in_body(Reader *r, int32_t index);

static void begin_body(Reader *r)
{
    if (r->body == NONE && push(r, html_name(r, BODY), NULL)) r->body = current(r);
}

/* Set the tag of an element that was opened without. Where a block may have asked for it already, Python is told
   in order. */
static void set_late_tag(Reader *r, int32_t index, const Tag *tag, uint32_t state)
{
    Element *element = &ELEMENT(r, index);
    element->live_state = (int32_t)state;
    element->live_tag_start = tag->start;
    element->live_tag_end = tag->end;
    if (r->n_block_records) {
        add_record(r, (Record){RECORD_TAG, tag->start, tag->end, index, 0, (int32_t)state, 0, 0, 0, 0, 0});
        return;
    }
    element->tag_start = tag->start;
    element->tag_end = tag->end;
    element->state = (int32_t)state;
}

static void run_adoption_agency(Reader *r, int32_t name)
{
    int32_t index = index_in_scope(r, name, SCOPE);
    if (!index) return;
    int32_t furthest_block = r->stack_size - 1;
    while (furthest_block > index && !(open_flags(r, r->stack[furthest_block].name) & SPECIAL)) furthest_block--;
    if (furthest_block == index) {
        pop_to_size(r, index);
        return;
    }
    pop_to_size(r, furthest_block + 1);
    detach(r, index);
    for (int32_t i = index + 1; i < furthest_block; i++)
        if (!(open_flags(r, r->stack[i].name) & (SPECIAL | FORMATTING))) detach(r, i);
}

static void push_foreign(Reader *r, const Tag *tag, uint32_t mode)
{
    Element *element = push(r, tag->name * 2 + 1, tag);
    if (!element) return;
    uint32_t html_flags = facts_of(r, tag->name)->flags[0];
    set_state(element, MODE_MASK, FOREIGN | mode << MODE_SHIFT | (html_flags & NOT_RENDERED_NAME ? NOT_RENDERED : 0));
    sync_tokenizer(r);
    if (is_self_closing(r, tag)) pop_current(r);
}

static void leave_foreign(Reader *r)
{
    while (current_mode(r) == IN_SVG || current_mode(r) == IN_MATH) pop(r);
    pop_to_size(r, r->stack_size);
}

static int is_integration_point(Reader *r, const Tag *tag, int mode)
{
    if (is_named(r, tag->name, ANNOTATION_XML) && mode == IN_MATH)
        return ask_yes(r, r->known->is_html_annotation, tag->start, tag->end);
    return (facts_of(r, tag->name)->flags[0] & (mode == IN_SVG ? SVG_INTEGRATION : MATH_INTEGRATION)) != 0;
}

static void start_foreign(Reader *r, const Tag *tag)
{
    int mode = current_mode(r);
    if (facts_of(r, tag->name)->flags[0] & FOREIGN_BREAKOUT
        || (is_named(r, tag->name, FONT)
            && (has_attribute(r, tag, "color") || has_attribute(r, tag, "face") || has_attribute(r, tag, "size")))) {
        leave_foreign(r);
        start_tag(r, tag);
        return;
    }
    if (mode == IN_MATH && is_named(r, tag->name, SVG)
        && current_name(r) == r->known->asked[ANNOTATION_XML] * 2 + 1) {
        push_foreign(r, tag, IN_SVG);
        return;
    }
    push_foreign(r, tag, is_integration_point(r, tag, mode) ? IN_HTML : (uint32_t)mode);
}

static void start_template(Reader *r, const Tag *tag)
{
    int32_t host = current(r), host_name = current_name(r);
    Element *element = push_marker(r, tag->name * 2, tag);
    if (!element || !contains_any_case(r, tag->start, tag->end, "shadowrootmode")) return;
    if (!(open_flags(r, host_name) & (SHADOW_HOST | HAS_DASH))) return;
    if (!ask_yes(r, r->known->is_shadow_root, tag->start, tag->end)) return;
    set_state(element, NOT_RENDERED, (uint32_t)ELEMENT(r, host).live_state & NOT_RENDERED);
}

static void start_in_select(Reader *r, const Tag *tag)
{
    int32_t name = tag->name;
    int is_table_tag = facts_of(r, name)->flags[0] & TABLE_INSERTION_MODE && !is_named(r, name, HTML)
                       && !is_named(r, name, TEMPLATE) && is_in_table(r);
    if (is_table_tag || is_named(r, name, SELECT) || is_named(r, name, INPUT) || is_named(r, name, KEYGEN)
        || is_named(r, name, TEXTAREA)) {
        pop_through(r, html_name(r, SELECT), TABLE_SCOPE);
        if (!is_named(r, name, SELECT)) start_tag(r, tag);
    } else if (is_named(r, name, TEMPLATE)) {
        start_template(r, tag);
    }
}

static int is_raw_text(const Reader *r, int32_t index)
{
    return facts_of(r, index)->flags[0] & RAW_TEXT && (r->scripts || !is_named(r, index, NOSCRIPT));
}

static void start_item(Reader *r, const Tag *tag)
{
    int32_t dd = html_name(r, DD), dt = html_name(r, DT), li = html_name(r, LI);
    int is_li = is_named(r, tag->name, LI);
    for (int32_t i = r->stack_size - 1; i > 0; i--) {
        int32_t name = r->stack[i].name;
        if (is_li ? name == li : name == dd || name == dt) {
            pop_to_size(r, i);
            break;
        }
        if (open_flags(r, name) & SPECIAL && name != html_name(r, ADDRESS) && name != html_name(r, DIV)
            && name != html_name(r, P))
            break;
    }
    close_p(r);
    push(r, tag->name * 2, tag);
}

static void start_form(Reader *r, const Tag *tag)
{
    int in_template = OPEN_COUNT(r, html_name(r, TEMPLATE)) != 0;
    if (r->form != NO_FORM && !in_template) return;
    if (is_between_rows(r)) {
        r->form = EMPTY_FORM;
        break_text(r);
        return;
    }
    close_p(r);
    if (push(r, tag->name * 2, tag) && !in_template) r->form = current(r);
}

/* Index of an element on the stack; 0 when it is closed. */
static int32_t index_on_stack(const Reader *r, int32_t element)
{
    int32_t i = r->stack_size - 1;
    while (i && r->stack[i].element != element) i--;
    return i;
}

static void start_link(Reader *r, const Tag *tag)
{
    int32_t name = tag->name * 2;
    if (OPEN_COUNT(r, name)) {
        int32_t index = index_of_innermost(r, FORMATTING_MARKER, name);
        if (r->stack[index].name == name) {
            int32_t outer_link = r->stack[index].element;
            run_adoption_agency(r, name);
            index = index_on_stack(r, outer_link);
            if (index) detach(r, index);
        }
    }
    push(r, name, tag);
    r->in_link = tag->end - tag->start > 3
                 && (contains(r, tag->start, tag->end, " href=") || has_attribute(r, tag, "href"));
}

static void start_row(Reader *r, int32_t name, const Tag *tag)
{
    if (!clear_stack_back_to(r, TABLE_SECTION, NO_NAME)) return;
    if (current_name(r) == html_name(r, TABLE)) push(r, html_name(r, TBODY), NULL);
    r->row_count++;
    Element *row = push(r, name, tag);
    if (row) row->table_row = r->row_count;
}

static void start_cell(Reader *r, const Tag *tag)
{
    int32_t row = html_name(r, TR);
    if (!clear_stack_back_to(r, TABLE_SECTION, row)) return;
    if (current_name(r) != row) start_row(r, row, NULL);
    if (!r->failed) push_marker(r, tag->name * 2, tag);
}

static void start_heading(Reader *r, const Tag *tag)
{
    close_p(r);
    if (open_flags(r, current_name(r)) & HEADING) pop_current(r);
    set_state(push(r, tag->name * 2, tag), HEADING_MASK, (r->text[tag->start + 2] - '0') << HEADING_SHIFT);
}

static void start_table(Reader *r, const Tag *tag)
{
    if (is_between_rows(r))
        pop_through(r, html_name(r, TABLE), TABLE_SCOPE);
    else if (!r->quirks_mode)
        close_p(r);
    Element *table = push(r, tag->name * 2, tag);
    if (table) table->table_row = -1;
}

static void start_body(Reader *r, const Tag *tag)
{
    if (r->body == NONE || OPEN_COUNT(r, html_name(r, TEMPLATE))) return;
    if (r->body_has_tag) return;
    uint32_t state = (uint32_t)ELEMENT(r, r->body).live_state;
    if (tag->end - tag->start > 6) state = with_attributes(r, state, tag->start, tag->end);
    set_late_tag(r, r->body, tag, state);
    r->body_has_tag = 1;
}

static void start_html(Reader *r, const Tag *tag)
{
    if (!r->root_has_tag) set_late_tag(r, 0, tag, (uint32_t)ELEMENT(r, 0).live_state);
    r->root_has_tag = 1;
}

static void start_in_body(Reader *r, const Tag *tag)
{
    int32_t index = tag->name, name = index * 2;
    switch (facts_of(r, index)->start_action) {
    case START_IGNORE: break;
    case START_RAW_TEXT:
        if (!is_raw_text(r, index)) {
            push(r, name, tag);
            break;
        }
        r->open_raw_text = index;
        if (is_named(r, index, TEXTAREA)) break_text(r);
        break;
    case START_BLOCK:
        close_p(r);
        set_state(push(r, name, tag), 0, facts_of(r, index)->flags[0] & PREFORMATTED_NAME ? PREFORMATTED : 0);
        break;
    case START_HEADING: start_heading(r, tag); break;
    case START_ITEM: start_item(r, tag); break;
    case START_MARKER: push_marker(r, name, tag); break;
    case START_OPTION:
        if (current_name(r) == html_name(r, OPTION)) pop_current(r);
        push(r, name, tag);
        break;
    case START_RUBY_PART:
        if (index_in_scope(r, html_name(r, RUBY), SCOPE))
            generate_implied_end_tags(
                r, is_named(r, index, RP) || is_named(r, index, RT) ? html_name(r, RTC) : NO_NAME);
        push(r, name, tag);
        break;
    case START_FOREIGN_ROOT: push_foreign(r, tag, is_named(r, index, SVG) ? IN_SVG : IN_MATH); break;
    case START_SECTION:
        if (clear_stack_back_to(r, 0, NO_NAME)) push(r, name, tag);
        break;
    case START_CELL: start_cell(r, tag); break;
    case START_COLUMN: clear_stack_back_to(r, 0, NO_NAME); break;
    case START_BR: break_text(r); break;
    case START_HR:
        close_p(r);
        break_text(r);
        break;
    case START_HTML: start_html(r, tag); break;
    case START_BODY: start_body(r, tag); break;
    case START_DIALOG:
        close_p(r);
        set_state(push(r, name, tag), 0, DIALOG | (has_attribute(r, tag, "open") ? 0 : HIDDEN));
        break;
    case START_FORM: start_form(r, tag); break;
    case START_BUTTON:
        pop_through(r, name, SCOPE);
        push(r, name, tag);
        break;
    case START_LINK: start_link(r, tag); break;
    case START_NOBR:
        run_adoption_agency(r, name);
        push(r, name, tag);
        break;
    case START_TEMPLATE: start_template(r, tag); break;
    case START_SELECT:
        set_state(push(r, name, tag), MODE_MASK, IN_SELECT << MODE_SHIFT);
        if (!r->failed) sync_tokenizer(r);
        break;
    case START_TABLE: start_table(r, tag); break;
    case START_CAPTION:
        if (clear_stack_back_to(r, 0, NO_NAME)) push_marker(r, name, tag);
        break;
    case START_ROW: start_row(r, name, tag); break;
    default: push(r, name, tag);
    }
}

static int belongs_in_body(Reader *r, const Tag *tag)
{
    if (facts_of(r, tag->name)->flags[0] & HEAD_ELEMENT || OPEN_COUNT(r, html_name(r, TEMPLATE))) return 1;
    if (is_named(r, tag->name, HTML) || is_named(r, tag->name, HEAD)) {
        if (is_named(r, tag->name, HTML)) start_html(r, tag);
        return 0;
    }
    begin_body(r);
    return 1;
}

static void start_tag(Reader *r, const Tag *tag)
{
    if (r->failed) return;
    int mode = current_mode(r);
    if (mode == IN_SELECT)
        start_in_select(r, tag);
    else if (mode)
        start_foreign(r, tag);
    else if (r->body != NONE || belongs_in_body(r, tag))
        start_in_body(r, tag);
}

/* -- the tree: end tags */

static void end_link(Reader *r, int32_t name)
{
    if (!OPEN_COUNT(r, name)) {
        r->in_link = 0;
    } else if (current_name(r) == name) {
        r->in_link = 0;
        pop_current(r);
    } else if (r->stack[index_of_innermost(r, SCOPE, name)].name == name) {
        r->in_link = 0;
        run_adoption_agency(r, name);
    }
}

static void end_form(Reader *r, int32_t name)
{
    if (OPEN_COUNT(r, html_name(r, TEMPLATE))) {
        pop_through(r, name, SCOPE);
        return;
    }
    int32_t form = r->form, index = index_in_scope(r, name, SCOPE);
    r->form = NO_FORM;
    if (!index || r->stack[index].element != form) return;
    generate_implied_end_tags(r, NO_NAME);
    if (current(r) == form)
        pop_to_size(r, index);
    else
        detach(r, index);
}

static void end_heading(Reader *r)
{
    int open = 0;
    for (int heading = H1; heading <= H6; heading++) open |= OPEN_COUNT(r, html_name(r, heading)) != 0;
    if (!open) return;
    int32_t index = index_of_innermost(r, HEADING | SCOPE, NO_NAME);
    if (open_flags(r, r->stack[index].name) & HEADING) pop_to_size(r, index);
}

static void end_other(Reader *r, int32_t name)
{
    if (!OPEN_COUNT(r, name)) return;
    for (int32_t i = r->stack_size - 1; i > 0; i--) {
        if (r->stack[i].name == name) {
            pop_to_size(r, i);
            return;
        }
        if (open_flags(r, r->stack[i].name) & SPECIAL) return;
    }
}

static void end_in_body(Reader *r, int32_t index)
{
    int32_t name = index * 2;
    switch (facts_of(r, index)->end_action) {
    case END_IGNORE: break;
    case END_IN_SCOPE: pop_through(r, name, SCOPE); break;
    case END_HEADING: end_heading(r); break;
    case END_ADOPTION: run_adoption_agency(r, name); break;
    case END_ITEM: pop_through(r, name, is_named(r, index, LI) ? LIST_SCOPE : SCOPE); break;
    case END_IN_TABLE: pop_through(r, name, TABLE_SCOPE); break;
    case END_LINK: end_link(r, name); break;
    case END_P:
        if (!pop_through(r, name, BUTTON_SCOPE)) break_text(r);
        break;
    case END_BR: break_text(r); break;
    case END_FORM: end_form(r, name); break;
    case END_TEMPLATE: pop_through(r, name, 0); break;
    default: end_other(r, name);
    }
}

static void end_foreign(Reader *r, int32_t index)
{
    if (is_named(r, index, BR) || is_named(r, index, P)) {
        leave_foreign(r);
        end_in_body(r, index);
        return;
    }
    int32_t name = index * 2 + 1;
    if (OPEN_COUNT(r, name))
        for (int32_t i = r->stack_size - 1; ELEMENT(r, r->stack[i].element).state & FOREIGN; i--)
            if (r->stack[i].name == name) {
                pop_to_size(r, i);
                return;
            }
    end_in_body(r, index);
}

static void end_in_select(Reader *r, int32_t index)
{
    if (is_named(r, index, SELECT)) {
        pop_through(r, index * 2, TABLE_SCOPE);
    } else if (facts_of(r, index)->flags[0] & TABLE_INSERTION_MODE && is_in_table(r)
               && index_in_scope(r, index * 2, TABLE_SCOPE)) {
        pop_through(r, html_name(r, SELECT), TABLE_SCOPE);
        end_tag(r, index);
    }
}

static void end_tag(Reader *r, int32_t index)
{
    if (r->failed) return;
    if (index == r->open_raw_text)
        r->open_raw_text = NONE;
    else if (index * 2 == current_name(r) && !(facts_of(r, index)->flags[0] & SPECIAL_END_TAG))
        pop_current(r);
    else if (current_state(r) & FOREIGN)
        end_foreign(r, index);
    else if (current_mode(r))
        end_in_select(r, index);
    else if (r->body != NONE || OPEN_COUNT(r, html_name(r, TEMPLATE)))
        end_in_body(r, index);
}

/* -- text */

static void add_piece(Reader *r, int32_t start, int32_t end, int no_references)
{
    if (start >= end) return;
    Piece *piece = list_add(r, &r->block_pieces, 1);
    if (piece) *piece = (Piece){start, end, current(r), r->in_link, no_references};
}

/* Where a line break at `at` ends, in the spelling of a reference too; `at` when there is none. */
static int32_t line_break_end(const Reader *r, int32_t at, int32_t end, int no_references)
{
    const uint32_t *text = r->text;
    if (is_line_end(text[at])) return at + 1;
    if (no_references || text[at] != '&') return at;
    if (end - at >= 9 && has(r, at, "&NewLine;")) return at + 9;
    int32_t to = at + 1;
    if (to >= end || text[to] != '#') return at;
    to++;
    if (to < end && (text[to] | 32) == 'x') {
        for (to++; to < end && text[to] == '0';) to++;
        if (to >= end || ((text[to] | 32) != 'a' && (text[to] | 32) != 'd')) return at;
        to++;
        if (to < end && is_hex_digit(text[to])) return at;
    } else {
        while (to < end && text[to] == '0') to++;
        if (end - to < 2 || text[to] != '1' || (text[to + 1] != '0' && text[to + 1] != '3')) return at;
        to += 2;
        if (to < end && is_digit(text[to])) return at;
    }
    return to < end && text[to] == ';' ? to + 1 : to;
}

/* Preformatted text breaks at the ends of its lines. */
static void add_lines(Reader *r, int32_t start, int32_t end, int no_references)
{
    for (int32_t at = start; at < end && !r->failed;) {
        int32_t next = line_break_end(r, at, end, no_references);
        if (next > at) {
            add_piece(r, start, at, no_references);
            end_block(r);
            start = at = next;
        } else {
            at++;
        }
    }
    add_piece(r, start, end, no_references);
}

static void add_text(Reader *r, int32_t start, int32_t end, int no_references)
{
    if (r->failed || current_state(r) & NOT_RENDERED) return;
    if (!r->block_pieces.count && all_space(r, start, end)) return;
    begin_body(r);
    if (r->failed) return;
    if (current_state(r) & PREFORMATTED)
        add_lines(r, start, end, no_references);
    else
        add_piece(r, start, end, no_references);
}

/* The content of an element that holds no tags. */
static void add_raw_text(Reader *r, int32_t index, int32_t start, int32_t end)
{
    if (is_named(r, index, XMP) || is_named(r, index, PLAINTEXT))
        add_text(r, start, end, 1);
    else if (is_named(r, index, NOSCRIPT))
        r->noscript_chars += end - start;
    else if ((is_named(r, index, SCRIPT) || is_named(r, index, TITLE)) && !(current_state(r) & NOT_RENDERED))
        add_record(r, (Record){RECORD_CONTENT, start, end, index, 0, 0, 0, 0, 0, 0, 0});
}

/* An image inside a line may be an emoji: Python tells, by its `alt`. */
static void add_emoji(Reader *r, const Tag *tag)
{
    int may_be = 0;
    for (int32_t at = tag->start; at < tag->end && !may_be; at++)
        may_be = r->text[at] >= 0x80 || (r->text[at] == '&' && r->text[at + 1] == '#');
    if (!may_be || current_state(r) & NOT_RENDERED || !ask_yes(r, r->known->emoji_of, tag->start, tag->end)) return;
    /* Python gets the block, with an image in the place of this piece */
    int32_t parent = current(r), index = (int32_t)r->elements.count;
    Element *image = list_add(r, &r->elements, 1);
    if (!image) return;
    const Element *outer = &ELEMENT(r, parent);
    uint32_t state = ((uint32_t)outer->live_state & INHERITED) | SET_APART;
    *image = (Element){tag->name * 2, parent, tag->start, tag->end,
                       outer->block_ancestor == NONE ? parent : outer->block_ancestor, outer->table_row,
                       (int32_t)state, (int32_t)state, tag->start, tag->end, NONE};
    Piece *piece = list_add(r, &r->block_pieces, 1);
    if (piece) *piece = (Piece){tag->start, tag->end, index, r->in_link, 1};
}

/* -- tokens */

/* Where the tag ends whose name ends at `at`; 0 for one that the end of the page cuts off. */
static int32_t tag_end(const Reader *r, int32_t at)
{
    const uint32_t *text = r->text;
    int32_t size = r->size;
    while (at < size) {
        if (is_markup_space(text[at]) || text[at] == '/') {
            at++;
            continue;
        }
        if (text[at] == '>') return at + 1;
        at++; /* a name may begin with `=` */
        while (at < size && !is_markup_space(text[at]) && text[at] != '/' && text[at] != '>' && text[at] != '=') at++;
        int32_t equals = at;
        while (equals < size && is_markup_space(text[equals])) equals++;
        if (equals >= size || text[equals] != '=') continue;
        at = equals + 1;
        while (at < size && is_markup_space(text[at])) at++;
        if (at >= size) return 0;
        if (text[at] == '"' || text[at] == '\'') {
            at = find(r, text[at], at + 1);
            if (at >= size) return 0;
            at++;
        } else {
            while (at < size && !is_markup_space(text[at]) && text[at] != '>') at++;
        }
    }
    return 0;
}

static int32_t end_after(const Reader *r, const char *delimiter, int32_t at)
{
    for (at = find(r, (unsigned char)*delimiter, at); at < r->size; at = find(r, (unsigned char)*delimiter, at + 1))
        if (has(r, at, delimiter)) return at + (int32_t)strlen(delimiter);
    return r->size;
}

static int32_t comment_end(const Reader *r, int32_t at)
{
    if (has(r, at, ">")) return at + 1;
    if (has(r, at, "->")) return at + 2;
    for (at = find(r, '-', at); at < r->size; at = find(r, '-', at + 1)) {
        if (has(r, at, "-->")) return at + 3;
        if (has(r, at, "--!>")) return at + 4;
    }
    return r->size;
}

static int ends_name(const Reader *r, int32_t at)
{
    return at < r->size && (is_markup_space(r->text[at]) || r->text[at] == '/' || r->text[at] == '>');
}

static int32_t script_end(const Reader *r, int32_t at)
{
    int commented = 0, nested = 0;
    while (at < r->size) {
        uint32_t c = r->text[at];
        if (c == '-' && has(r, at, "-->")) {
            commented = nested = 0;
            at += 3;
        } else if (c == '<' && has(r, at, "<!--")) {
            commented = 1;
            at += 2; /* its dashes may be those of `-->` */
        } else if (c == '<') {
            int slash = has(r, at, "</");
            if (!has_any_case(r, at + 1 + slash, r->size, "script") || !ends_name(r, at + 7 + slash)) {
                at++;
                continue;
            }
            if (!slash)
                nested = commented;
            else if (nested)
                nested = 0;
            else
                return at;
            at += 7 + slash;
        } else {
            at++;
        }
    }
    return r->size;
}

/* Where the text ends inside the element that the tag begins. */
static int32_t content_end(const Reader *r, const Tag *tag)
{
    int32_t length = tag->name_end - tag->start - 1;
    if (is_named(r, tag->name, PLAINTEXT)) return r->size;
    if (is_named(r, tag->name, SCRIPT)) return script_end(r, tag->end);
    for (int32_t at = find(r, '<', tag->end); at < r->size; at = find(r, '<', at + 1)) {
        if (!has(r, at, "</") || at + 2 + length >= r->size || !ends_name(r, at + 2 + length)) continue;
        int32_t same = 0;
        while (same < length && lower(r->text[at + 2 + same]) == lower(r->text[tag->start + 1 + same])) same++;
        if (same == length) return at;
    }
    return r->size;
}

/* A whole start tag, with the text inside where it holds no tags; returns where the next token begins. */
static int32_t read_start_tag(Reader *r, const Tag *tag)
{
    uint32_t flags = facts_of(r, tag->name)->flags[0];
    int has_raw_text = r->mode == IN_SELECT ? (flags & RAW_TEXT_IN_SELECT) != 0
                       : r->mode             ? 0
                                             : is_raw_text(r, tag->name);
    if (flags & HEAD_TAG_NAME && !(current_state(r) & NOT_RENDERED))
        add_record(r, (Record){RECORD_HEAD_TAG, tag->start, tag->end, tag->name, 0, 0, 0, 0, 0, 0, 0});
    start_tag(r, tag);
    if (r->failed) return r->size;
    if (is_named(r, tag->name, IMG) && r->block_pieces.count) add_emoji(r, tag);
    if (!has_raw_text) return tag->end;
    int32_t end = content_end(r, tag);
    if (end > tag->end) add_raw_text(r, tag->name, tag->end, end);
    return end;
}

/* Markup at a `<` that is no whole tag: where it ends. */
static int32_t read_other_markup(Reader *r, int32_t start, int cut_off_tag)
{
    if (cut_off_tag) return r->size;
    if (has(r, start, "<!--")) return comment_end(r, start + 4);
    if ((r->mode == IN_SVG || r->mode == IN_MATH) && has(r, start, "<![CDATA[")) {
        int32_t end = end_after(r, "]]>", start + 9);
        add_text(r, start + 9, has(r, end - 3, "]]>") ? end - 3 : end, 1);
        return end;
    }
    if (has_any_case(r, start + 2, r->size, "doctype")) r->quirks_mode = 0;
    return end_after(r, ">", start + 1);
}

static void read_tokens(Reader *r)
{
    int32_t at = 0, next = 0; /* the end of the last token, and where a `<` is looked for */
    while (!r->failed) {
        int32_t start = find(r, '<', next);
        if (start >= r->size) break;
        uint32_t c = start + 1 < r->size ? r->text[start + 1] : 0;
        int slash = c == '/';
        if (slash && start + 2 < r->size) c = r->text[start + 2];
        if (!is_letter(c) && (slash ? start + 2 >= r->size : c != '!' && c != '?')) {
            next = start + 1; /* a `<` that begins nothing */
            continue;
        }
        if (start > at) add_text(r, at, start, 0);
        int32_t name_end = start + 1 + slash, end = 0;
        if (is_letter(c)) {
            while (name_end < r->size && !is_markup_space(r->text[name_end]) && r->text[name_end] != '/'
                   && r->text[name_end] != '>')
                name_end++;
            end = tag_end(r, name_end);
        }
        if (end) {
            int32_t name = name_index(r, start + 1 + slash, name_end - start - 1 - slash);
            Tag tag = {start, end, name, name_end};
            if (r->failed) break;
            if (slash)
                end_tag(r, name);
            else
                end = read_start_tag(r, &tag);
        } else {
            end = read_other_markup(r, start, is_letter(c));
        }
        at = next = end;
    }
    if (at < r->size) add_text(r, at, r->size, 0);
    end_block(r);
}

/* -- Python */

static const char CAPSULE[] = "cleaner._native.names";

static void free_names(Names *names)
{
    PyMem_Free(names->facts);
    PyMem_Free(names->names);
    PyMem_Free(names->text);
    PyMem_Free(names->index.slots);
    Py_XDECREF(names->attribute_state);
    Py_XDECREF(names->decode_reference);
    Py_XDECREF(names->emoji_of);
    Py_XDECREF(names->is_html_annotation);
    Py_XDECREF(names->is_shadow_root);
    Py_XDECREF(names->path_step);
    PyMem_Free(names);
}

static void free_capsule(PyObject *capsule) { free_names(PyCapsule_GetPointer(capsule, CAPSULE)); }

/* Fill the facts of a name from a tuple of Python: name, flags in HTML, flags in `svg` and `math`, actions. */
static int fill_name(Names *names, int32_t i, PyObject *item, uint32_t **text)
{
    const char *name;
    unsigned int html_flags, foreign_flags;
    int start_action, end_action;
    if (!PyArg_ParseTuple(item, "sIIii", &name, &html_flags, &foreign_flags, &start_action, &end_action)) return 0;
    if (start_action < 0 || start_action >= N_START_ACTIONS || end_action < 0 || end_action >= N_END_ACTIONS) {
        PyErr_SetString(PyExc_ValueError, "no action of a tag");
        return 0;
    }
    int32_t length = (int32_t)strlen(name);
    uint32_t *chars = *text;
    for (int32_t k = 0; k < length; k++) chars[k] = (unsigned char)name[k];
    *text += length;
    names->facts[i] = (NameFacts){{html_flags, foreign_flags}, start_action, end_action};
    names->names[i] = (Name){chars, length, hash_name(names->seed, chars, length)};
    return 1;
}

static int fill_asked(Names *names, PyObject *asked)
{
    for (int32_t i = 0; i < N_ASKED; i++) {
        PyObject *item = PySequence_GetItem(asked, i);
        long index = item ? PyLong_AsLong(item) : -1;
        Py_XDECREF(item);
        if (index < 0 || index >= names->count) {
            if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "no name at an index");
            return 0;
        }
        names->asked[i] = (int32_t)index;
    }
    return 1;
}

/* page_names(names, asked, max_depth, max_path_steps, max_step_chars, seed, functions): what `read_page` needs to know, as a capsule. */
static PyObject *page_names(PyObject *module, PyObject *args)
{
    PyObject *items, *asked;
    int max_depth;
    unsigned long long seed;
    (void)module;
    Names *names = PyMem_Calloc(1, sizeof *names);
    if (!names) return PyErr_NoMemory();
    if (!PyArg_ParseTuple(args, "OOiiiK(OOOOOO)", &items, &asked, &max_depth, &names->max_path_steps,
                          &names->max_step_chars, &seed, &names->attribute_state,
                          &names->decode_reference, &names->emoji_of, &names->is_html_annotation,
                          &names->is_shadow_root, &names->path_step)) {
        PyMem_Free(names);
        return NULL;
    }
    Py_INCREF(names->attribute_state);
    Py_INCREF(names->decode_reference);
    Py_INCREF(names->emoji_of);
    Py_INCREF(names->is_html_annotation);
    Py_INCREF(names->is_shadow_root);
    Py_INCREF(names->path_step);
    Py_ssize_t count = PySequence_Size(items), n_chars = 0;
    if (count < 0 || PySequence_Size(asked) != N_ASKED || max_depth < 2 || names->max_path_steps < 2
        || names->max_step_chars < 0 || count > 10000) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "names that do not fit");
        goto failed;
    }
    names->count = (int32_t)count;
    names->max_depth = max_depth;
    names->seed = seed;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(items, i);
        PyObject *name = item ? PySequence_GetItem(item, 0) : NULL;
        Py_ssize_t length = name ? PyUnicode_GetLength(name) : -1;
        Py_XDECREF(name);
        Py_XDECREF(item);
        if (length < 0) goto failed;
        n_chars += length;
    }
    names->facts = PyMem_Calloc((size_t)count + 1, sizeof *names->facts);
    names->names = PyMem_Calloc((size_t)count + 1, sizeof *names->names);
    uint32_t *text = names->text = PyMem_Calloc((size_t)n_chars * 4 + 1, sizeof *names->text);
    if (!names->facts || !names->names || !text) {
        PyErr_NoMemory();
        goto failed;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(items, i);
        int filled = item && fill_name(names, (int32_t)i, item, &text);
        Py_XDECREF(item);
        if (!filled) goto failed;
    }
    if (!index_names(&names->index, names->names, (size_t)count)) {
        PyErr_NoMemory();
        goto failed;
    }
    if (!fill_asked(names, asked)) goto failed;
    PyObject *capsule = PyCapsule_New(names, CAPSULE, free_capsule);
    if (capsule) return capsule;
failed:
    free_names(names);
    return NULL;
}

static PyObject *list_bytes(const List *list)
{
    return PyBytes_FromStringAndSize(list->items, (Py_ssize_t)(list->count * list->item_bytes));
}

/* The names that only this page has, as pairs of offsets: start and end. */
static PyObject *new_names(const Reader *r)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(r->names.count * 2 * sizeof(int32_t)));
    if (!bytes) return NULL;
    int32_t *pairs = (int32_t *)(void *)PyBytes_AsString(bytes);
    for (size_t i = 0; i < r->names.count; i++) {
        const Name *name = &ITEM(Name, r->names, i);
        pairs[2 * i] = (int32_t)(name->text - r->text);
        pairs[2 * i + 1] = pairs[2 * i] + name->length;
    }
    return bytes;
}

static int prepare(Reader *r)
{
    const Names *known = r->known;
    const size_t sizes[] = {sizeof(Name),   sizeof(NameFacts),  sizeof(int32_t), sizeof(Element), sizeof(Piece),
                            sizeof(Record), sizeof(EditRecord), sizeof(Part),    sizeof(Piece),   sizeof(Piece)};
    List *lists[] = {&r->names,   &r->facts, &r->open_counts, &r->elements,     &r->pieces,
                     &r->records, &r->edits, &r->parts,       &r->block_pieces, &r->visible_pieces};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) lists[i]->item_bytes = sizes[i];
    r->body = r->open_raw_text = NONE;
    r->form = NO_FORM;
    r->quirks_mode = 1;
    int32_t *counts = list_add(r, &r->open_counts, (size_t)known->count * 2);
    Element *root = list_add(r, &r->elements, 1);
    r->stack = PyMem_Malloc(sizeof *r->stack * ((size_t)known->max_depth + 1));
    r->without_path = PyMem_Malloc(sizeof *r->without_path * ((size_t)known->max_depth + 1));
    r->step_chars = PyMem_Malloc(sizeof *r->step_chars * ((size_t)known->max_step_chars + 1));
    r->paths = PyList_New(0);
    r->steps = PyDict_New();
    if (!r->paths || !r->steps) {
        r->failed = 1;
        return 0;
    }
    if (!counts || !root || !r->stack || !r->without_path || !r->step_chars) {
        if (!r->failed) PyErr_NoMemory();
        r->failed = 1;
        return 0;
    }
    memset(counts, 0, sizeof *counts * (size_t)known->count * 2);
    *root = (Element){html_name(r, HTML), NONE, 0, 0, NONE, -1, 0, 0, 0, 0, NONE};
    r->stack[r->stack_size++] = (OpenElement){0, root->name};
    return 1;
}

static void release(Reader *r)
{
    List *lists[] = {&r->names,   &r->facts, &r->open_counts, &r->elements,     &r->pieces,
                     &r->records, &r->edits, &r->parts,       &r->block_pieces, &r->visible_pieces};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) PyMem_Free(lists[i]->items);
    PyMem_Free(r->index.slots);
    PyMem_Free(r->stack);
    PyMem_Free(r->without_path);
    PyMem_Free(r->step_chars);
    Py_XDECREF(r->paths);
    Py_XDECREF(r->steps);
}

/* read_page(raw, names, scripts): the arrays records, elements, pieces, edits and new names as bytes, the list of paths,
   and the number of characters in `noscript`. */
static PyObject *read_page(PyObject *module, PyObject *args)
{
    PyObject *raw, *capsule, *result = NULL;
    int scripts;
    (void)module;
    if (!PyArg_ParseTuple(args, "UOp", &raw, &capsule, &scripts)) return NULL;
    const Names *known = PyCapsule_GetPointer(capsule, CAPSULE);
    if (!known) return NULL;
    Py_ssize_t size = PyUnicode_GetLength(raw);
    if (size > MAX_CHARS) {
        PyErr_SetString(PyExc_OverflowError, "a page of more characters than the native reader counts");
        return NULL;
    }
    Py_UCS4 *text = PyUnicode_AsUCS4Copy(raw);
    if (!text) return NULL;
    Reader r = {0};
    r.known = known;
    r.raw = raw;
    r.text = (const uint32_t *)text;
    r.size = (int32_t)size;
    r.scripts = scripts;
    if (prepare(&r)) read_tokens(&r);
    if (!r.failed)
        result = Py_BuildValue("NNNNNOn", list_bytes(&r.records), list_bytes(&r.elements), list_bytes(&r.pieces),
                               list_bytes(&r.edits), new_names(&r), r.paths, r.noscript_chars);
    release(&r);
    PyMem_Free(text);
    return result;
}

PyMethodDef reader_methods[] = {{"page_names", page_names, METH_VARARGS, NULL},
                                {"read_page", read_page, METH_VARARGS, NULL},
                                {NULL, NULL, 0, NULL}};
