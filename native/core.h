/* What the native core's files share. One extension, `cleaner._native`, against CPython's limited API: one build
   serves every Python from 3.11 on. Python passes whole arrays through the buffer protocol and makes the arrays that
   results are written into; `cleaner/native.py` states each function's arguments, and the Python form beside each
   caller states what comes out, bit for bit. */
#ifndef CLEANER_CORE_H
#define CLEANER_CORE_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>
#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Sums in more digits than numpy has would give other bits (x87 on 32-bit x86): such a machine takes the Python form. */
#if FLT_EVAL_METHOD != 0
#error "doubles are computed in more digits than they have"
#endif

/* The methods that each file adds to the module, ended by an entry of zeros. A new file: declare its table here, and
   name it in TABLES of module.c and in SOURCES of hook.py. */
extern PyMethodDef features_methods[];
extern PyMethodDef forest_methods[];
extern PyMethodDef language_methods[];
extern PyMethodDef phrases_methods[];
extern PyMethodDef reader_methods[];
extern PyMethodDef signature_methods[];
extern PyMethodDef words_methods[];

/* Set ValueError and return 0 unless a buffer holds `count` items of `item_bytes` each, aligned for them. */
int holds(const Py_buffer *buffer, Py_ssize_t count, size_t item_bytes, const char *name);

#endif
