/* The minima of a near-duplicate signature: `cleaner/corpus/minhash.py` is the specification. */
#include "core.h"

#define WORDS_PER_SHINGLE 5
#define MINIMA_PER_BAND 8
#define GOLDEN 0x9E3779B97F4A7C15u

/* Where the compiler can, the loop is compiled for wider registers as well, and picked when the library is loaded;
   whole numbers give the same bits either way. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDER __attribute__((target_clones("avx2", "default")))
#else
#define WIDER
#endif

/* The finalizer of MurmurHash3. */
static inline uint64_t mix_bits(uint64_t number)
{
    number = (number ^ number >> 33) * 0xFF51AFD7ED558CCDu;
    number = (number ^ number >> 33) * 0xC4CEB9FE1A85EC53u;
    return number ^ number >> 33;
}

static uint32_t crc_table[256]; /* CRC-32 of zlib, by byte */

static void fill_crc_table(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        crc_table[byte] = crc;
    }
}

/* The CRC-32 of each word, words apart by one space; returns their number. */
static Py_ssize_t hash_words(const uint8_t *text, Py_ssize_t size, uint32_t *hashes)
{
    Py_ssize_t count = 0;
    uint32_t crc = 0xFFFFFFFFu;
    for (Py_ssize_t at = 0; at < size; at++) {
        if (text[at] == ' ') {
            hashes[count++] = ~crc;
            crc = 0xFFFFFFFFu;
        } else {
            crc = crc >> 8 ^ crc_table[(crc ^ text[at]) & 0xFF];
        }
    }
    hashes[count++] = ~crc;
    return count;
}

WIDER static void lower_minima(uint32_t hash, const uint32_t *factors, const uint32_t *summands, uint32_t *minima,
                               Py_ssize_t n_minima)
{
    for (Py_ssize_t i = 0; i < n_minima; i++) {
        uint32_t value = hash * factors[i] + summands[i];
        minima[i] = value < minima[i] ? value : minima[i];
    }
}

static void find_minima(const uint32_t *words, Py_ssize_t n_words, const uint32_t *factors, const uint32_t *summands,
                        uint32_t *minima, Py_ssize_t n_minima)
{
    Py_ssize_t width = n_words < WORDS_PER_SHINGLE ? n_words : WORDS_PER_SHINGLE;
    memset(minima, 0xFF, (size_t)n_minima * sizeof *minima);
    for (Py_ssize_t first = 0; first + width <= n_words; first++) {
        uint64_t mixed = 0;
        for (Py_ssize_t at = 0; at < width; at++) mixed = mix_bits(mixed * GOLDEN + words[first + at]);
        lower_minima((uint32_t)mixed, factors, summands, minima, n_minima);
    }
}

/* 16 bits of each minimum, then 64 of each band; whole numbers with the lowest byte first. */
static PyObject *as_bytes(const uint32_t *minima, Py_ssize_t n_minima)
{
    Py_ssize_t n_bands = n_minima / MINIMA_PER_BAND;
    PyObject *result = PyBytes_FromStringAndSize(NULL, 2 * n_minima + 8 * n_bands);
    if (!result) return NULL;
    uint8_t *out = (uint8_t *)PyBytes_AsString(result);
    uint8_t *bands = out + 2 * n_minima;
    for (Py_ssize_t band = 0; band < n_bands; band++) {
        uint64_t mixed = (uint64_t)band + 1;
        for (Py_ssize_t i = band * MINIMA_PER_BAND; i < (band + 1) * MINIMA_PER_BAND; i++) {
            uint64_t short_minimum = mix_bits(minima[i]) >> 48;
            out[2 * i] = (uint8_t)short_minimum;
            out[2 * i + 1] = (uint8_t)(short_minimum >> 8);
            mixed = mix_bits(mixed * GOLDEN + short_minimum);
        }
        for (int byte = 0; byte < 8; byte++) bands[8 * band + byte] = (uint8_t)(mixed >> 8 * byte);
    }
    return result;
}

static PyObject *minhash(PyObject *module, PyObject *args)
{
    Py_buffer words, factors, summands;
    PyObject *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*y*", &words, &factors, &summands)) return NULL;
    Py_ssize_t n_minima = factors.len / 4;
    if (n_minima % MINIMA_PER_BAND) {
        PyErr_SetString(PyExc_ValueError, "factors: not a whole number of bands");
    } else if (holds(&factors, n_minima, 4, "factors") && holds(&summands, n_minima, 4, "summands")) {
        /* a word takes two bytes at least, but for the last one */
        uint32_t *hashes = PyMem_Malloc(((size_t)words.len + 1) * sizeof *hashes);
        uint32_t *minima = PyMem_Malloc(((size_t)n_minima + 1) * sizeof *minima);
        if (!hashes || !minima) {
            PyErr_NoMemory();
        } else {
            if (!crc_table[1]) fill_crc_table();
            Py_ssize_t count = hash_words(words.buf, words.len, hashes);
            find_minima(hashes, count, factors.buf, summands.buf, minima, n_minima);
            result = as_bytes(minima, n_minima);
        }
        PyMem_Free(hashes);
        PyMem_Free(minima);
    }
    PyBuffer_Release(&words);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&summands);
    return result;
}

PyMethodDef signature_methods[] = {{"minhash", minhash, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
