"""Builds `cleaner/data/garble-*`: counts, swaps, and what every form says about a document.

    python -m training.garble.build --data DATA [--out cleaner/data]

Every figure that judges a page comes from pages of other sites: the counts of four models, each made
without a quarter of the sites, weigh that quarter; the weights of a quarter are fitted on the other three.
`valid.txt` is never read for anything but to leave its pages out.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import lzma
import math
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from cleaner.document import Document
from cleaner.garble import document_score as detect
from cleaner.garble.candidate_table import REGISTER, Options
from cleaner.garble.candidates import apart, evidence, gains, places
from cleaner.garble.lexicon import Lexicon, Swap
from cleaner.garble.lexicon import build as lexicon_of
from cleaner.garble.lexicon import read as read_lexicon
from cleaner.garble.ngram_model import Model
from cleaner.garble.prefilter import SCALE, SILENT, Telling, present, telling
from cleaner.garble.tokenize import split
from cleaner.reading.page import read
from training.garble import lexicon as sources
from training.garble import ngrams
from training.garble import signs as sign
from training.garble.spin import spin

FOLDS = 4
SPUN_CHARACTERS = 6000  # of a page, for speed: longer ones say nothing new
SHRINK = 4.0  # pseudo-count for a form's own ratio against its channel's; not tuned
RIDGE = 3.0
LENIENT = 0.7  # how far a form never met is believed to be like its channel
CLEAN_WEIGHT = 3.0
LONG, SAMPLES = 1200, 250  # characters of a page that signs are fitted on; pages a fold
SENTENCE = 10  # words from which a block of a page is taken for running text
# Of the spun training pages that reading would flag, most thinly spun, the glance may lose this share.
GLANCE_MISSES = 0.03
GLANCE_RIDGE = 300.0  # of 3, 30, 300 the one that lets most clean pages go
LM_LICENCE = (
    "counts of the sentences of WCXB v1.0 (Murrough Foley, CC-BY-4.0), Moz dragnet_data (text AGPL-3.0;"
    " its owners publish models trained on it under MIT) and mozilla/readability test pages (Apache-2.0);"
    " no page of valid.txt"
)
LEXICON_LICENCE = (
    "written for the project (Apache-2.0); kind p: Problematic Paper Screener (Cabanac, Labbe and Magazinov,"
    " CC BY 4.0)"
)


class Page(NamedTuple):
    """A gold text, and the sentences of the page beside it; `site` keeps its pages in one fold."""

    id: str
    site: str
    text: str
    beside: str


class Seen(NamedTuple):
    """What reading found in one page: forms with their best evidence, how often they stand there, channel."""

    fold: int
    spun: bool
    share: float
    words: int
    forms: dict[tuple[str, ...], tuple[float, int, str]]
    glance: frozenset[str]
    length: int


def pages(data: Path) -> list[Page]:
    """The training pages: all but those of valid.txt."""
    left_out = set((data / "valid.txt").read_text().split())
    found = []
    for path in sorted(data.glob("train-*.jsonl.xz")):
        with lzma.open(path, "rt") as lines:
            rows = map(json.loads, lines)
            found += [_page(row) for row in rows if row["id"] not in left_out]
    return found


def _page(row: dict[str, str]) -> Page:
    text = row["text"] or ""
    return Page(row["id"], row["domain"] or row["id"], text, beside(row["html"] or "", text))


def beside(html: str, text: str) -> str:
    """The sentences of a page that are not in its gold text: comments, other stories."""
    blocks = dict.fromkeys(block.text for block in read(Document("", html, "html")).blocks)
    return "\n".join(b for b in blocks if len(b.split()) >= SENTENCE and b[:60] not in text)


def folds(all_pages: Sequence[Page]) -> dict[str, int]:
    """A fold a site."""
    sites = sorted({page.site for page in all_pages})
    random.Random(1).shuffle(sites)
    return {site: k % FOLDS for k, site in enumerate(sites)}


def swaps(data: Path) -> list[Swap]:
    """The expanded lexicon with the tortured phrases it lacks."""
    own = sources.expand()
    tortured = sources.tortured(data / "tortured-phrases.json")
    pairs = [*own.values(), *(p for p in tortured if (p.spun, p.original) not in own)]
    return [Swap(tuple(p.spun.split()), tuple(p.original.split()), p.prior, p.channel) for p in pairs]


def vocabulary(all_swaps: Iterable[Swap]) -> set[str]:
    """Words the model must know by number, seen or not."""
    words = {word for swap in all_swaps if swap.channel != "p" for word in (*swap.spun, *swap.original)}
    return words | {word.lower() for name in sources.names() for word in name.split()}


def table(all_swaps: Iterable[Swap], channel: str, most: int) -> dict[tuple[str, ...], list[str]]:
    """Original to its usual spun forms: a spinner's dictionary."""
    by: dict[tuple[str, ...], list[tuple[float, str]]] = {}
    for swap in all_swaps:
        if swap.channel == channel:
            by.setdefault(swap.original, []).append((swap.prior, " ".join(swap.spun)))
    return {key: [form for _, form in sorted(forms, reverse=True)[:most]] for key, forms in by.items()}


def spun_versions(
    page: Page, tables: dict[str, dict[tuple[str, ...], list[str]]]
) -> Iterable[tuple[float, str]]:
    """The page by two spinners with a part of the dictionary each: (share swapped, text)."""
    rng = random.Random(page.id)
    for name in ("n", rng.choice(["t", "both"])):
        density, part = rng.choice([0.3, 0.5, 0.75, 1.0]), rng.choice([0.3, 0.6, 1.0])
        some = {key: forms for key, forms in tables[name].items() if rng.random() < part}
        text, _ = spin(page.text[:SPUN_CHARACTERS], some, density, rng, fixed=name == "n")
        yield density * part, text


def see(text: str, fold: int, share: float, options: Options, model: Model, wanted: Telling) -> Seen:
    """Reads one page as the detector does."""
    words = split(text)
    found = places(words, options, model)
    strength = evidence(found, gains(found, words.tokens, model))
    chosen = apart(found, strength)
    heard = chosen[strength[chosen] > detect.LEAST]
    forms = {}
    for form, best, times in zip(*detect.by_form(found.form[heard], strength[heard]), strict=True):
        swap = found.options.swaps[found.options.first[form]]
        forms[swap.spun] = (float(best), int(times), swap.channel)
    told, phrases, length = present(text, wanted)
    glance = {word.decode() for word in told} | {wanted.phrases[k].decode().strip() for k in phrases}
    return Seen(fold, share > 0, share, detect.narration(words), forms, frozenset(glance), length)


def models(all_pages: Sequence[Page], all_swaps: Sequence[Swap]) -> list[Model]:
    """For each fold the counts of the other ones' sites."""
    fold_of, extra = folds(all_pages), vocabulary(all_swaps)
    return [
        ngrams.build(texts(p for p in all_pages if fold_of[p.site] != fold), extra) for fold in range(FOLDS)
    ]


def look(
    all_pages: Sequence[Page], all_swaps: Sequence[Swap], lexicon: Lexicon, counts: Sequence[Model]
) -> list[Seen]:
    """Every page and its spun versions, read with counts from other sites."""
    fold_of = folds(all_pages)
    both = table(all_swaps, "t", 3)
    tables = {"n": table(all_swaps, "n", 2), "t": both, "both": {**both, **table(all_swaps, "n", 2)}}
    wanted = telling(dict.fromkeys(glance_forms(lexicon), 1.0), 0.0)
    seen: list[Seen] = []
    for fold, model in enumerate(counts):
        options = Options.of(lexicon, model)
        for page in all_pages:
            if fold_of[page.site] != fold or len(page.text) < 200:
                continue
            seen.append(see(page.text, fold, 0.0, options, model, wanted))
            for share, text in spun_versions(page, tables):
                seen.append(see(text, fold, share, options, model, wanted))
    return seen


def texts(some: Iterable[Page]) -> list[str]:
    """What the model counts: gold texts and what stands beside them."""
    return [text for page in some for text in (page.text, page.beside) if text]


def glance_forms(lexicon: Lexicon) -> frozenset[str]:
    """What the glance may look for: single spun words, and the first two words of spun phrases."""
    return frozenset(lexicon.single) | {f"{a} {b}" for a, b in lexicon.phrases}


Place = tuple[tuple[str, ...], int]


def ratios(seen: Sequence[Seen]) -> tuple[dict[Place, float], dict[tuple[str, int], float]]:
    """Log-ratio of spun to clean pages that hold a form at a strength, shrunk to its channel's."""
    counts: dict[bool, Counter[Place]] = {True: Counter(), False: Counter()}
    channels: dict[bool, Counter[tuple[str, int]]] = {True: Counter(), False: Counter()}
    of: dict[tuple[str, ...], str] = {}
    total = Counter(page.spun for page in seen)
    for page in seen:
        for form, (best, _, of[form]) in page.forms.items():
            counts[page.spun][form, bucket(best)] += 1
            channels[page.spun][of[form], bucket(best)] += 1
    base = {
        key: math.log(
            (channels[True][key] / total[True] + 1e-3) / (channels[False][key] / total[False] + 1e-3)
        )
        for key in {*channels[True], *channels[False]}
    }
    own: dict[Place, float] = {}
    for form, place in {*counts[True], *counts[False]}:
        half = math.exp(base[of[form], place] / 2)
        spun = 1000 * counts[True][form, place] / total[True] + SHRINK * half
        clean = 1000 * counts[False][form, place] / total[False] + SHRINK / half
        own[form, place] = math.log(spun / clean)
    return own, base


def share_of(form: tuple[str, ...], lexicon: Lexicon) -> float:
    """What a form keeps of its weight: little, where some register writes it of its own accord."""
    return REGISTER if form in lexicon.registers else 1.0


def bucket(evidence: float) -> int:
    """As `detect.bucket`, of one number."""
    return sum(evidence >= edge for edge in detect.EDGES)


def repeated(times: int) -> float:
    """As `detect.repeated`, of one number."""
    return 1 + detect.REPEAT_WEIGHT * math.log(min(times, detect.REPEATS))


Features = dict[object, float]


def features(
    page: Seen, lexicon: Lexicon, own: dict[Place, float], base: dict[tuple[str, int], float]
) -> Features:
    """One number a form and strength, one a channel and strength, and their sum."""
    out: Features = {}
    for form, (best, times, channel) in page.forms.items():
        place = bucket(best)
        said = own.get((form, place), LENIENT * base.get((channel, place), 0.0))
        value = clip(said) * share_of(form, lexicon) * repeated(times) * SCALE / (page.words + SILENT)
        out[form, place] = value
        out[channel, place] = out.get((channel, place), 0.0) + value
        out["all"] = out.get("all", 0.0) + value
    return out


def clip(value: float) -> float:
    """A form's ratio within what one form may say."""
    return max(min(value, detect.HIGHEST), detect.LOWEST)


def matrix(rows: Sequence[Features], index: dict[object, int], *, grow: bool) -> csr_matrix:
    """Rows as a sparse matrix; `grow` gives new features a column, else they are left out."""
    cells: list[tuple[int, int, float]] = []
    for at, row in enumerate(rows):
        for key, value in row.items():
            if grow:
                index.setdefault(key, len(index))
            if key in index:
                cells.append((at, index[key], value))
    where, columns, values = zip(*cells, strict=True)
    return csr_matrix((values, (where, columns)), shape=(len(rows), len(index)))


class Fitted(NamedTuple):
    """The detector's weights: ratios times what the regression makes of them."""

    own: dict[Place, float]
    base: dict[tuple[str, int], float]
    coefficient: dict[object, float]
    bias: float

    def weight(self, form: tuple[str, ...], channel: str, place: int, share: float) -> float:
        """What a form adds at a strength, with the share its register leaves it."""
        said = clip(self.own.get((form, place), LENIENT * self.base.get((channel, place), 0.0)))
        get = self.coefficient.get
        return said * share * (get((form, place), 0.0) + get((channel, place), 0.0) + get("all", 0.0))


def fit(seen: Sequence[Seen], lexicon: Lexicon) -> Fitted:
    """A ridge regression on the ratios."""
    used = [page for page in seen if page.words > 60 and (not page.spun or page.share > 0.15)]
    own, base = ratios(used)
    index: dict[object, int] = {}
    x = matrix([features(page, lexicon, own, base) for page in used], index, grow=True)
    y = np.array([page.spun for page in used])
    line = LogisticRegression(C=RIDGE, class_weight={False: CLEAN_WEIGHT, True: 1.0}, solver="liblinear").fit(
        x, y
    )
    return Fitted(own, base, dict(zip(index, line.coef_[0].tolist(), strict=True)), float(line.intercept_[0]))


def score(page: Seen, lexicon: Lexicon, fitted: Fitted) -> float:
    """As `detect.score`, over what was seen."""
    total = 0.0
    for form, (best, times, channel) in page.forms.items():
        total += fitted.weight(form, channel, bucket(best), share_of(form, lexicon)) * repeated(times)
    return fitted.bias + SCALE * total / (page.words + SILENT)


def fit_glance(seen: Sequence[Seen], flagged: Sequence[bool]) -> tuple[dict[str, float], float]:
    """Weights for presence, and the value below which hardly any flagged page lies."""
    used = [(page, hit) for page, hit in zip(seen, flagged, strict=True) if hit or not page.spun]
    index: dict[object, int] = {}
    rows: list[Features] = [dict.fromkeys(page.glance, SCALE / (page.length + SILENT)) for page, _ in used]
    x = matrix(rows, index, grow=True)
    y = np.array([hit for _, hit in used])
    line = LogisticRegression(C=GLANCE_RIDGE, solver="liblinear").fit(x, y)
    weights = {str(form): float(line.coef_[0][at]) for form, at in index.items()}
    held_out: list[float] = []
    clean: list[float] = []
    for fold in range(FOLDS):  # the value is set on sites the weights have not seen
        mine = np.array([page.fold == fold for page, _ in used])
        other = LogisticRegression(C=GLANCE_RIDGE, solver="liblinear").fit(x[~mine], y[~mine])
        values = x[mine] @ other.coef_[0]
        held_out += values[y[mine]].tolist()
        clean += values[~y[mine]].tolist()
    at = float(np.quantile(held_out, GLANCE_MISSES))
    print(f"glance: passes {np.mean(np.array(clean) > at):.3%} of clean pages on to reading")
    return {form: round(w, 2) for form, w in weights.items() if abs(w) >= 0.05}, at


def report(seen: Sequence[Seen], lexicon: Lexicon) -> list[float]:
    """Scores by weights from other sites, printed; what the threshold is chosen on."""
    scores = [0.0] * len(seen)
    for fold in range(FOLDS):
        fitted = fit([page for page in seen if page.fold != fold], lexicon)
        for at, page in enumerate(seen):
            if page.fold == fold:
                scores[at] = score(page, lexicon, fitted)
    clean = sorted(s for s, page in zip(scores, seen, strict=True) if not page.spun)
    print(f"clean pages {len(clean)}, highest scores", [round(s, 2) for s in clean[-8:]])
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.7), (0.7, 1.0)):
        caught = [
            s > detect.THRESHOLD
            for s, page in zip(scores, seen, strict=True)
            if page.spun and low < page.share <= high and page.words > 150
        ]
        print(f"spun, dictionary share x density {low}-{high}: caught {np.mean(caught):.3f} of {len(caught)}")
    return scores


def write_lexicon(
    path: Path,
    all_swaps: Sequence[Swap],
    lexicon: Lexicon,
    fitted: Fitted,
) -> None:
    """The table `cleaner.garble.lexicon.read` reads."""
    channel = {swap.spun: swap.channel for swap in all_swaps}
    body = [f"{s.channel}\t{' '.join(s.spun)}\t{' '.join(s.original)}\t{s.prior}" for s in all_swaps]
    body += [f"name\t{name}" for name in sources.names()]
    body += [f"word\t{spun}\t{word}" for spun, word in sources.name_words()]
    body += [f"register\t{' '.join(form)}" for form in sorted(lexicon.registers & set(channel))]
    for form in sorted({form for form, _ in fitted.own}):
        kind = channel.get(form, "name")
        said = [fitted.weight(form, kind, place, share_of(form, lexicon)) for place in range(4)]
        body.append(f"weight\t{' '.join(form)}\t{' '.join(f'{value:.2f}' for value in said)}")
    for kind in ("n", "t", "p", "name"):
        said = [fitted.weight(("",), kind, place, 1.0) for place in range(4)]
        body.append(f"base\t{kind}\t{' '.join(f'{value:.2f}' for value in said)}")
    body.append(f"bias\t{fitted.bias:.3f}")
    path.write_bytes(gzip.compress(with_header("garble-lexicon 1", body), mtime=0))


def with_header(form: str, rows: Sequence[str]) -> bytes:
    """A table's rows under what it is and where it is from."""
    text = "\n".join(rows) + "\n"
    header = (
        f"# format: {form}\n# version: 1\n# source: training/garble; licence: {LEXICON_LICENCE}\n"
        f"# sha256 of the rest: {hashlib.sha256(text.encode()).hexdigest()}\n"
    )
    return (header + text).encode()


def main() -> None:
    """Everything, in about ten minutes on one core."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of train-*.jsonl.xz and valid.txt")
    parser.add_argument("--out", type=Path, default=Path("cleaner/data"))
    parser.add_argument("--signs", action="store_true", help="only fit the signs again, on --out as it is")
    args = parser.parse_args()
    started = time.time()
    all_pages, all_swaps = pages(args.data), swaps(args.data)
    lexicon = lexicon_of(
        all_swaps, sources.names(), [tuple(r.split()) for r in sources.registers()], sources.name_words()
    )
    header = f"format: garble-ngrams 1\nversion: 1\nsource and licence: {LM_LICENCE}"
    if not args.signs:
        ngrams.write(args.out / "garble-ngrams.npz", texts(all_pages), vocabulary(all_swaps), header)
    print(f"counts written, {time.time() - started:.0f} s", flush=True)
    counts = models(all_pages, all_swaps)
    if args.signs:
        weighed = read_lexicon(args.out / "garble-lexicon.tsv.gz")
        sign.fit([*samples(all_pages, weighed, counts)], args.out / "garble-signs.npz")
        return
    seen = look(all_pages, all_swaps, lexicon, counts)
    print(f"{len(seen)} pages read, {time.time() - started:.0f} s", flush=True)
    scores = report(seen, lexicon)
    glance, bar = fit_glance(
        seen, [page.spun and s > detect.THRESHOLD for page, s in zip(seen, scores, strict=True)]
    )
    write_lexicon(args.out / "garble-lexicon.tsv.gz", all_swaps, lexicon, fit(seen, lexicon))
    rows = [f"<bar>\t{bar:.3f}", *(f"{form}\t{weight}" for form, weight in sorted(glance.items()))]
    (args.out / "garble-glance.tsv").write_bytes(with_header("garble-glance 1", rows))
    print(f"lexicon written, {time.time() - started:.0f} s", flush=True)
    weighed = read_lexicon(args.out / "garble-lexicon.tsv.gz")
    sign.fit([*samples(all_pages, weighed, counts)], args.out / "garble-signs.npz")
    print(f"done, {time.time() - started:.0f} s")


def samples(all_pages: Sequence[Page], lexicon: Lexicon, counts: Sequence[Model]) -> Iterator[sign.Sample]:
    """Spun pages for the signs, as many of each fold."""
    fold_of = folds(all_pages)
    known = sign.dictionaries([swap for group in lexicon.groups for swap in group])
    for fold, model in enumerate(counts):
        mine = [p for p in all_pages if fold_of[p.site] == fold and len(p.text) > LONG]
        options = Options.of(lexicon, model)
        for page in random.Random(2).sample(mine, min(SAMPLES, len(mine))):
            sample = sign.sample(page.text, page.id, known, options, model)
            if sample:
                yield sample


if __name__ == "__main__":
    main()
