/* The reader of pages: which tags open and close what, as in `cleaner/reading/open_elements.py` and
   `cleaner/reading/tree_builder.py`. */
#include "reader.h"

/* -- the stack of open elements */

int32_t current(const Reader *r) { return r->stack[r->stack_size - 1].element; }

static int32_t current_name(const Reader *r) { return r->stack[r->stack_size - 1].name; }

uint32_t current_state(const Reader *r) { return (uint32_t)ELEMENT(r, current(r)).live_state; }

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

static void end_in_body(Reader *r, int32_t index);

void begin_body(Reader *r)
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

int is_raw_text(const Reader *r, int32_t index)
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

void start_tag(Reader *r, const Tag *tag)
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

void end_tag(Reader *r, int32_t index)
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
