/* The module: gathers the methods of the other files. */
#include "core.h"

/* Raised by one with every change of a function's arguments or results: Python does not use another interface. */
#define INTERFACE 4

static PyMethodDef *const TABLES[] = {features_methods, forest_methods,    language_methods, phrases_methods,
                                      reader_methods,   signature_methods, words_methods};

int holds(const Py_buffer *buffer, Py_ssize_t count, size_t item_bytes, const char *name)
{
    if (count >= 0 && buffer->len % (Py_ssize_t)item_bytes == 0 && buffer->len / (Py_ssize_t)item_bytes == count
        && (uintptr_t)buffer->buf % item_bytes == 0)
        return 1;
    PyErr_Format(PyExc_ValueError, "%s: %zd bytes, not %zd items of %zd", name, buffer->len, count,
                 (Py_ssize_t)item_bytes);
    return 0;
}

static int fill_module(PyObject *module)
{
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        if (PyModule_AddFunctions(module, TABLES[i]) < 0) return -1;
    return PyModule_AddIntConstant(module, "INTERFACE", INTERFACE);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)fill_module}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "cleaner._native", "Kernels over whole documents; see cleaner.native.", 0, NULL, slots,
    NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
