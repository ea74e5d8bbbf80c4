/* A page's tokens, tree and blocks in one pass: `cleaner/reading/tokenizer.py`, `open_elements.py`,
   `tree_builder.py` and `page.py` are the specification, and name the rules of the HTML standard that each step
   follows. Functions are called as there.

   What Python gets are arrays of 32-bit numbers (`cleaner/reading/native_page.py` reads them): elements, blocks with
   their edits, and for the few blocks whose inline markup means something, the pieces of text they consist of.
   Offsets are code points.

   Time and memory are in proportion to the page: each character is read a bounded number of times, at most
   `max_depth` elements are open, and nothing is stored that no character of the page stands for. */
#include "reader.h"

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

/* page_names(names, asked, max_depth, max_path_steps, max_step_chars, seed, functions): what `read_page` needs to know,
   as a capsule. */
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

/* read_page(raw, names, scripts): the arrays records, elements, pieces, edits and new names as bytes, the list of
   paths, and the number of characters in `noscript`. */
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
