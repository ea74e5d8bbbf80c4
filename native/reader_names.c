/* The reader of pages: the characters of a page, names of elements, attributes of tags; `cleaner/reading/tokenizer.py`
   is the specification. */
#include "reader.h"

int all_space(const Reader *r, int32_t start, int32_t end)
{
    if (start == end) return 0; /* as `str.isspace` */
    while (start < end && is_space(r->text[start])) start++;
    return start == end;
}

/* Whether the page has a word in ASCII at an offset. */
int has(const Reader *r, int32_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= r->size || r->text[at] != (unsigned char)*word) return 0;
    return 1;
}

/* The same, in any case. */
int has_any_case(const Reader *r, int32_t at, int32_t end, const char *word)
{
    for (; *word; word++, at++)
        if (at >= end || lower(r->text[at]) != (unsigned char)*word) return 0;
    return 1;
}

int32_t find(const Reader *r, uint32_t c, int32_t at)
{
    const uint32_t *text = r->text;
    int32_t size = r->size;
    while (at < size && text[at] != c) at++;
    return at;
}

/* -- lists */

void *list_add(Reader *r, List *list, size_t count)
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

/* -- names */

/* Mixed anew at each character, from a seed of the process: a page cannot choose names that collide. */
uint64_t hash_name(uint64_t seed, const uint32_t *text, int32_t length)
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
int index_names(Index *index, const Name *names, size_t count)
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
int32_t name_index(Reader *r, int32_t start, int32_t length)
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

const NameFacts *facts_of(const Reader *r, int32_t index)
{
    return index < r->known->count ? &r->known->facts[index] : &ITEM(NameFacts, r->facts, index - r->known->count);
}

/* The flags of an open element's name, none for a nameless one. */
uint32_t open_flags(const Reader *r, int32_t name)
{
    return name == NAMELESS ? 0 : facts_of(r, name >> 1)->flags[name & 1];
}

/* The name of an element in HTML, as in Element. */
int32_t html_name(const Reader *r, int asked) { return r->known->asked[asked] * 2; }

int is_named(const Reader *r, int32_t index, int asked) { return index == r->known->asked[asked]; }

/* -- attributes */

/* The attribute at or after `at`, before `end`; 0 for none. */
int next_attribute(const Reader *r, int32_t at, int32_t end, Attribute *found)
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

/* Whether a start tag has an attribute of this name in ASCII. */
int has_attribute(const Reader *r, const Tag *tag, const char *name)
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

int is_self_closing(const Reader *r, const Tag *tag)
{
    if (r->text[tag->end - 2] != '/' || tag->end - 2 < tag->name_end) return 0;
    Attribute attribute;
    int32_t at = tag->name_end;
    while (next_attribute(r, at, tag->end - 1, &attribute)) at = attribute.end;
    return at != tag->end - 1;
}

int contains(const Reader *r, int32_t start, int32_t end, const char *word)
{
    int32_t length = (int32_t)strlen(word);
    for (; start + length <= end; start++)
        if (r->text[start] == (unsigned char)*word && has(r, start, word)) return 1;
    return 0;
}

int contains_any_case(const Reader *r, int32_t start, int32_t end, const char *word)
{
    for (; start < end; start++)
        if (lower(r->text[start]) == (unsigned char)*word && has_any_case(r, start, end, word)) return 1;
    return 0;
}

/* The answer of a function of the Python form about a stretch of the page; NULL when it raised. */
PyObject *ask(Reader *r, PyObject *function, int32_t start, int32_t end)
{
    PyObject *text = r->failed ? NULL : PyUnicode_Substring(r->raw, start, end);
    PyObject *answer = text ? PyObject_CallFunctionObjArgs(function, text, NULL) : NULL;
    Py_XDECREF(text);
    if (!answer) r->failed = 1;
    return answer;
}

int ask_yes(Reader *r, PyObject *function, int32_t start, int32_t end)
{
    PyObject *answer = ask(r, function, start, end);
    int yes = answer ? PyObject_IsTrue(answer) : 0;
    Py_XDECREF(answer);
    if (yes < 0) r->failed = 1;
    return yes > 0;
}

/* Whether a tag may say that its element is hidden, a dialog or a heading: only then Python reads its attributes. */
int may_have_state(const Reader *r, int32_t start, int32_t end)
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
