/* Boosted trees for all lines of a document: `cleaner/model/forest.py` is the specification. */
#include "core.h"

#define BLOCK 32 /* lines whose features lie together while all trees are walked: they stay in the cache */

typedef struct {
    const int16_t *feature;
    const float *threshold;
    const float *leaf;
    Py_ssize_t trees, inner;
    int depth;
} Trees;

static void sum_leaves(const Trees *forest, const float *lines, Py_ssize_t n_features, Py_ssize_t count, double *sum)
{
    Py_ssize_t inner = forest->inner;
    for (Py_ssize_t tree = 0; tree < forest->trees; tree++) {
        const int16_t *feature = forest->feature + tree * inner;
        const float *threshold = forest->threshold + tree * inner;
        const float *leaf = forest->leaf + tree * (inner + 1);
        Py_ssize_t line = 0;
        for (; line + 4 <= count; line += 4) { /* four lines at once: their chains of loads overlap */
            const float *a = lines + line * n_features, *b = a + n_features, *c = b + n_features, *d = c + n_features;
            Py_ssize_t p = 0, q = 0, r = 0, s = 0;
            for (int level = 0; level < forest->depth; level++) {
                p = 2 * p + 1 + (a[feature[p]] > threshold[p]);
                q = 2 * q + 1 + (b[feature[q]] > threshold[q]);
                r = 2 * r + 1 + (c[feature[r]] > threshold[r]);
                s = 2 * s + 1 + (d[feature[s]] > threshold[s]);
            }
            sum[line] += leaf[p - inner];
            sum[line + 1] += leaf[q - inner];
            sum[line + 2] += leaf[r - inner];
            sum[line + 3] += leaf[s - inner];
        }
        for (; line < count; line++) {
            const float *row = lines + line * n_features;
            Py_ssize_t node = 0;
            for (int level = 0; level < forest->depth; level++)
                node = 2 * node + 1 + (row[feature[node]] > threshold[node]);
            sum[line] += leaf[node - inner];
        }
    }
}

static int features_exist(const Trees *forest, Py_ssize_t n_features)
{
    Py_ssize_t nodes = forest->trees * forest->inner;
    int wrong = 0;
    for (Py_ssize_t i = 0; i < nodes; i++) wrong |= forest->feature[i] < 0 || forest->feature[i] >= n_features;
    if (wrong) PyErr_SetString(PyExc_IndexError, "a split of the forest reads a feature that is not there");
    return !wrong;
}

static int predict(const Trees *forest, const float *rows, Py_ssize_t n_features, Py_ssize_t n_lines, double base,
                   double *result)
{
    float *lines = PyMem_Malloc(sizeof(float) * (size_t)(n_features ? n_features : 1) * BLOCK);
    if (!lines) {
        PyErr_NoMemory();
        return 0;
    }
    for (Py_ssize_t start = 0; start < n_lines; start += BLOCK) {
        Py_ssize_t count = n_lines - start < BLOCK ? n_lines - start : BLOCK;
        double sum[BLOCK] = {0.0};
        for (Py_ssize_t f = 0; f < n_features; f++)
            for (Py_ssize_t line = 0; line < count; line++)
                lines[line * n_features + f] = rows[f * n_lines + start + line];
        sum_leaves(forest, lines, n_features, count, sum);
        for (Py_ssize_t line = 0; line < count; line++) result[start + line] = sum[line] + base;
    }
    PyMem_Free(lines);
    return 1;
}

static PyObject *forest_log_odds(PyObject *module, PyObject *args)
{
    Py_buffer rows, feature, threshold, leaf, result;
    Py_ssize_t n_features;
    double base;
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*ny*y*y*dw*", &rows, &n_features, &feature, &threshold, &leaf, &base, &result))
        return NULL;
    Py_ssize_t n_lines = result.len / (Py_ssize_t)sizeof(double);
    Py_ssize_t nodes = feature.len / (Py_ssize_t)sizeof(int16_t);
    Py_ssize_t leaves = leaf.len / (Py_ssize_t)sizeof(float);
    /* full trees: one leaf more than inner nodes each */
    Trees forest = {feature.buf, threshold.buf, leaf.buf, leaves - nodes, 0, 0};
    if (n_features < 0 || n_features > INT16_MAX + 1 || forest.trees < 1 || leaves % forest.trees
        || (leaves / forest.trees & (leaves / forest.trees - 1))) {
        PyErr_SetString(PyExc_ValueError, "not a forest of full trees");
    } else if (n_lines > PY_SSIZE_T_MAX / (INT16_MAX + 1)) {
        PyErr_SetString(PyExc_ValueError, "too many lines");
    } else if (holds(&feature, nodes, sizeof(int16_t), "feature") && holds(&threshold, nodes, sizeof(float), "threshold")
               && holds(&leaf, leaves, sizeof(float), "leaf") && holds(&result, n_lines, sizeof(double), "result")
               && holds(&rows, n_features * n_lines, sizeof(float), "rows")) {
        forest.inner = leaves / forest.trees - 1;
        while ((Py_ssize_t)1 << forest.depth <= forest.inner) forest.depth++;
        done = features_exist(&forest, n_features)
               && predict(&forest, rows.buf, n_features, n_lines, base, result.buf);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&feature);
    PyBuffer_Release(&threshold);
    PyBuffer_Release(&leaf);
    PyBuffer_Release(&result);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

/* -- what each group of features contributes */

typedef struct {
    Trees forest; /* without leaves */
    const float *rows, *node_values;
    const int64_t *group;
    Py_ssize_t n_features, n_groups, n_columns, step;
} Explained;

/* Adds up, level by level, how the value changes at each split of the paths; 0 for a feature or group that is not
   there. `node` is where each path stands, `sums` as large as `totals`. */
static int add_contributions(const Explained *e, int32_t *node, double *sums, double *totals)
{
    Py_ssize_t inner = e->forest.inner, nodes = 2 * inner + 1, n = e->n_columns;
    for (int level = 0; level < e->forest.depth; level++) {
        int32_t *at = node;
        memset(sums, 0, sizeof *sums * (size_t)(e->n_groups * n));
        for (Py_ssize_t tree = 0; tree < e->forest.trees; tree += e->step) {
            const float *values = e->node_values + tree * nodes;
            for (Py_ssize_t column = 0; column < n; column++, at++) {
                Py_ssize_t split = tree * inner + *at, feature = e->forest.feature[split];
                if (feature < 0 || feature >= e->n_features) return 0;
                int64_t group = e->group[feature];
                if (group < 0 || group >= e->n_groups) return 0;
                int32_t child = 2 * *at + 1 + (e->rows[feature * n + column] > e->forest.threshold[split]);
                sums[group * n + column] += values[child] - values[*at];
                *at = child;
            }
        }
        for (Py_ssize_t i = 0; i < e->n_groups * n; i++) totals[i] += sums[i];
    }
    return 1;
}

static int explain(const Explained *e, double *totals)
{
    size_t paths = (size_t)((e->forest.trees + e->step - 1) / e->step * e->n_columns);
    size_t count = (size_t)(e->n_groups * e->n_columns);
    int32_t *node = PyMem_Calloc(paths + 1, sizeof *node);
    double *sums = PyMem_Malloc((count + 1) * sizeof *sums);
    int done = 0;
    if (!node || !sums) {
        PyErr_NoMemory();
    } else {
        for (size_t i = 0; i < count; i++) totals[i] = 0;
        done = add_contributions(e, node, sums, totals);
        if (!done) PyErr_SetString(PyExc_IndexError, "a feature or a group that is not there");
    }
    PyMem_Free(node);
    PyMem_Free(sums);
    return done;
}

static PyObject *forest_contributions(PyObject *module, PyObject *args)
{
    Py_buffer rows, feature, threshold, values, group, totals;
    Py_ssize_t trees, n_groups, step;
    int done = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*nnnw*", &rows, &feature, &threshold, &values, &group, &trees, &n_groups,
                          &step, &totals))
        return NULL;
    Py_ssize_t nodes = feature.len / (Py_ssize_t)sizeof(int16_t), n_features = group.len / 8;
    Py_ssize_t columns = n_groups > 0 ? totals.len / 8 / n_groups : -1;
    Py_ssize_t inner = trees > 0 ? nodes / trees : -1;
    if (columns < 0 || step < 1 || inner < 1 || (inner & (inner + 1)) || columns > PY_SSIZE_T_MAX / (INT16_MAX + 1)
        || n_features > INT16_MAX + 1 || nodes > INT32_MAX / 4) {
        PyErr_SetString(PyExc_ValueError, "not a forest of full trees, or no groups");
    } else if (holds(&feature, inner * trees, sizeof(int16_t), "feature")
               && holds(&threshold, inner * trees, sizeof(float), "threshold")
               && holds(&values, (2 * inner + 1) * trees, sizeof(float), "node_values")
               && holds(&group, n_features, 8, "group_of_feature")
               && holds(&rows, n_features * columns, sizeof(float), "rows")
               && holds(&totals, n_groups * columns, 8, "totals")) {
        if (step > trees) step = trees;  /* which is no other step, and overflows no sum */
        Explained e = {{feature.buf, threshold.buf, NULL, trees, inner, 0}, rows.buf, values.buf, group.buf,
                       n_features, n_groups, columns, step};
        while ((Py_ssize_t)1 << e.forest.depth <= inner) e.forest.depth++;
        done = explain(&e, totals.buf);
    }
    PyBuffer_Release(&rows);
    PyBuffer_Release(&feature);
    PyBuffer_Release(&threshold);
    PyBuffer_Release(&values);
    PyBuffer_Release(&group);
    PyBuffer_Release(&totals);
    if (!done) return NULL;
    Py_RETURN_NONE;
}

PyMethodDef forest_methods[] = {{"forest_contributions", forest_contributions, METH_VARARGS, NULL},
                                {"forest_log_odds", forest_log_odds, METH_VARARGS, NULL},
                                {NULL, NULL, 0, NULL}};
