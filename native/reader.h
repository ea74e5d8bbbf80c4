/* The reader of pages, in four files: reader.c takes the tokens and hands the arrays to Python, reader_tree.c keeps
   what is open, reader_blocks.c makes blocks, reader_names.c knows names and attributes. */
#ifndef CLEANER_READER_H
#define CLEANER_READER_H

#include "core.h"

#define NAMELESS (-1) /* name of an element that was closed out of order */
#define NONE (-1)
#define MAX_CHARS 500000000 /* MAX_NATIVE_CHARS of native_page.py: no number of things on a page overflows */

/* What is known of a name: the sets of elements.py, by the order of `_FLAGS` in native_page.py. */
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

/* What start and end tags do, by the order of `_START_ACTIONS` and `_END_ACTIONS` in native_page.py. */
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

/* Names that the code below asks for, by the order of `_ASKED_NAMES` in native_page.py. */
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

/* Visible text between two tags: TextPiece of inline_text.py. */
typedef struct {
    int32_t start, end, element, in_link, no_references;
} Piece;

/* One thing found on the page; what the fields hold by kind says native_page.py. */
typedef struct {
    int32_t kind, start, end, element, path, state, table_row, first, count;
    int32_t unused; /* so that there is no gap before the next */
    double link_density;
} Record;

/* Part of a block: BlockPart of page.py. */
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
    int32_t n_block_records; /* records of blocks so far, those for Python included */
    Py_ssize_t noscript_chars;
} Reader;

enum { NO_FORM = -1, EMPTY_FORM = -2 }; /* a form between the rows of a table holds nothing */

typedef struct {
    int32_t name_start, name_end, value_start, value_end; /* the value without its quotes */
    int32_t end;
} Attribute;

typedef struct {
    int32_t start, end, name; /* the tag, and the index of its name */
    int32_t name_end;
} Tag;

/* The items of lists move when one is added: no pointer to one is kept over that. */
#define ITEM(type, list, i) (((type *)(list).items)[i])
#define ELEMENT(r, i) ITEM(Element, (r)->elements, i)
#define OPEN_COUNT(r, name) ITEM(int32_t, (r)->open_counts, name)
#define NO_NAME (-2) /* no element has it */

/* -- characters */

static inline int is_markup_space(uint32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

static inline uint32_t lower(uint32_t c) { return c - 'A' < 26 ? c + 32 : c; }

static inline int is_letter(uint32_t c) { return (c | 32) - 'a' < 26; }

static inline int is_digit(uint32_t c) { return c - '0' < 10; }

static inline int is_hex_digit(uint32_t c) { return is_digit(c) || (c | 32) - 'a' < 6; }

/* `str.isspace` */
static inline int is_space(uint32_t c)
{
    if (c < 0x80) return c == ' ' || c - 9 < 5 || c - 0x1c < 4;
    return c == 0x85 || c == 0xa0 || c == 0x1680 || c - 0x2000 < 11 || c == 0x2028 || c == 0x2029 || c == 0x202f
           || c == 0x205f || c == 0x3000;
}

/* LINE_END_CHARS of page.py */
static inline int is_line_end(uint32_t c)
{
    return c - 10 < 4 || c - 0x1c < 3 || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* COLLAPSIBLE_SPACE of page.py */
static inline int is_collapsible(uint32_t c) { return c == ' ' || c == '\t' || c == 0x1f || is_line_end(c); }

/* INVISIBLE_AT_EDGE of page.py */
static inline int is_invisible(uint32_t c)
{
    return is_space(c) || c == 0x200b || c == 0xfeff || c == 0x200e || c == 0x200f || c == 0x2060;
}

/* -- reader_names.c: lists, names, attributes */

int all_space(const Reader *r, int32_t start, int32_t end);
int has(const Reader *r, int32_t at, const char *word);
int has_any_case(const Reader *r, int32_t at, int32_t end, const char *word);
int32_t find(const Reader *r, uint32_t c, int32_t at);
void *list_add(Reader *r, List *list, size_t count);
uint64_t hash_name(uint64_t seed, const uint32_t *text, int32_t length);
int index_names(Index *index, const Name *names, size_t count);
int32_t name_index(Reader *r, int32_t start, int32_t length);
const NameFacts *facts_of(const Reader *r, int32_t index);
uint32_t open_flags(const Reader *r, int32_t name);
int32_t html_name(const Reader *r, int asked);
int is_named(const Reader *r, int32_t index, int asked);
int next_attribute(const Reader *r, int32_t at, int32_t end, Attribute *found);
int has_attribute(const Reader *r, const Tag *tag, const char *name);
int is_self_closing(const Reader *r, const Tag *tag);
int contains(const Reader *r, int32_t start, int32_t end, const char *word);
int contains_any_case(const Reader *r, int32_t start, int32_t end, const char *word);
PyObject *ask(Reader *r, PyObject *function, int32_t start, int32_t end);
int ask_yes(Reader *r, PyObject *function, int32_t start, int32_t end);
int may_have_state(const Reader *r, int32_t start, int32_t end);

/* -- reader_blocks.c: paths, and the text of blocks */

int32_t add_record(Reader *r, Record record);
void end_block(Reader *r);

/* -- reader_tree.c: what is open */

int32_t current(const Reader *r);
uint32_t current_state(const Reader *r);
void begin_body(Reader *r);
int is_raw_text(const Reader *r, int32_t index);
void start_tag(Reader *r, const Tag *tag);
void end_tag(Reader *r, int32_t index);

#endif
