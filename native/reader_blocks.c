/* The reader of pages: the paths of blocks, as in `cleaner/reading/dom_path.py`, and their text with the edits that
   make it, as in `cleaner/reading/page.py`. */
#include "reader.h"

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

int32_t add_record(Reader *r, Record record)
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
void end_block(Reader *r)
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
