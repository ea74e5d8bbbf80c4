"use strict";
// Renders what is looked at: the list as far as it is scrolled, the text of one document as far as it is read.
// Whatever comes from documents is put in as text, never as markup.
const $ = (id) => document.getElementById(id);
const data = (id) => JSON.parse($(id).textContent);
const INDEX = data("index"), PAGES = data("pages");
const VERSION = document.querySelector("meta[name=generator]").content.split(" ").pop();
const [NAME, TITLE, VERDICT, SHARE, CHARACTERS, CUTS, REPAIRS, SPUN, CODES, CONFIDENCE, NOTE, LARGEST, ID, SHA256] = [...Array(14).keys()];
// Of a line: its number, whether a blank one is before it, its rank as a heading, whether it is gone (2: and
// nobody saw it), its segments, and its place in the raw document. Of a segment: what happened to it, before,
// after, which reason, what spun words stand for; of a cut also its place.
const [AT, BLANK, HEADING, GONE, RUNS, START, END] = [...Array(7).keys()];
const [CHANGE, OLD, NEW, REASON, INSTEAD, CUT_START, CUT_END] = [...Array(7).keys()];
const WITHHELD = new Set(["empty", "language"]); // nothing of them is handed out
const CHUNK = 200; // rows of the list, and of the text, that are added at a time
const MIN_FOLD = 4; // so many lines that are cut one after the other are shown as one
const LARGE = 200; // characters of a cut that is worth a look: about a paragraph
const PREVIEW = 140; // characters
const STORE = "cleaner-review";
let order = [], shown = 0, listing = 0, words = [];
let current = -1, lines = [], reasons = [], items = [], drawn = 0, targets = [], chosen = null, only = new Set(), here = new Map();

function make(tag, named = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(named)) {
    if (name === "text") element.textContent = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
const many = (n, thing) => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
const percent = (share) => `${(share * 100).toFixed(share > 0.9995 || share === 0 ? 0 : 1)}%`;
const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);
// The folders that all names begin with say nothing in the list.
const PREFIX = INDEX.length > 1 ? INDEX.reduce((n, one) => sharedFolders(INDEX[0][NAME], one[NAME], n), Infinity) : 0;
function sharedFolders(name, other, most) {
  let shared = 0;
  for (let k = 0; k < most && k < name.length && name[k] === other[k]; k++) if (name[k] === "/") shared = k + 1;
  return shared;
}
const isNarrow = () => window.matchMedia("(max-width: 760px)").matches;
let telling = 0;
function tell(message) {
  $("told").textContent = message;
  clearTimeout(telling);
  telling = setTimeout(() => { $("told").textContent = ""; }, 4000);
}

// -- what this browser remembers: marks, and what was looked at, by document
let isKept = true; // whether this browser keeps them
const store = recall();
const keyOf = (k) => `${INDEX[k][SHA256]} ${INDEX[k][ID]}`;
const marksOf = (k) => (Object.hasOwn(store.marks, keyOf(k)) ? store.marks[keyOf(k)] : []);
const isSeen = (k) => Object.hasOwn(store.seen, keyOf(k));
function recall() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE)) || {};
    return { marks: found.marks || {}, seen: found.seen || {} };
  } catch {
    isKept = false;
    return { marks: {}, seen: {} };
  }
}
// Writes what is known of these documents. Of all others what is kept stands: another tab may have written it.
function remember(...documents) {
  const now = isKept ? recall() : store;
  for (const [name, kept] of Object.entries(now)) {
    for (const key of documents.map(keyOf)) {
      if (Object.hasOwn(store[name], key)) kept[key] = store[name][key];
      else delete kept[key];
    }
  }
  if (isKept) Object.assign(store, now);
  try {
    localStorage.setItem(STORE, JSON.stringify(store));
    isKept = true;
  } catch {
    isKept = false;
    tell("This browser keeps no marks: save them before you close the page.");
  }
}
function hear(event) {
  if (event.key !== STORE || !isKept) return;
  Object.assign(store, recall());
  if (current >= 0) takeMarks();
  count();
}
function takeMarks() {
  here = new Map();
  for (const mark of marksOf(current)) note(mark);
}

// -- the list
const SORTS = {
  order: () => 0,
  name: (a, b) => INDEX[a][NAME].localeCompare(INDEX[b][NAME]),
  title: (a, b) => (INDEX[a][TITLE] || "\uffff").localeCompare(INDEX[b][TITLE] || "\uffff"),
  // what nobody has an opinion of comes first, then what is doubtful; failures last
  doubtful: (a, b) => doubt(a) - doubt(b),
  confident: (a, b) => (INDEX[b][CONFIDENCE] ?? -1) - (INDEX[a][CONFIDENCE] ?? -1),
  least: (a, b) => INDEX[a][SHARE] - INDEX[b][SHARE],
  most: (a, b) => INDEX[b][SHARE] - INDEX[a][SHARE],
  cuts: (a, b) => INDEX[b][CUTS] - INDEX[a][CUTS],
  largest: (a, b) => INDEX[b][LARGEST] - INDEX[a][LARGEST],
  repairs: (a, b) => INDEX[b][REPAIRS] - INDEX[a][REPAIRS],
  longest: (a, b) => INDEX[b][CHARACTERS] - INDEX[a][CHARACTERS],
};
const doubt = (k) => (INDEX[k][VERDICT] === "failed" ? 2 : INDEX[k][CONFIDENCE] ?? -1);
const confidence = (one) => (one[CONFIDENCE] === null || one[CONFIDENCE] === undefined ? "" : `confidence ${one[CONFIDENCE].toFixed(2)}`);
const SHOWN = { "": () => true, unseen: (k) => !isSeen(k), seen: isSeen, marked: (k) => marksOf(k).length > 0 };
const FOLDED = []; // by document: its words as a search looks for them, made when the first search does
const runText = (one) => (typeof one === "string" ? one : `${one[OLD]} ${one[NEW]}`);
const lineText = (line) => line[RUNS].map(runText).join("");
function folded(k) {
  const doc = FOLDED[k] === undefined ? data(`d${k}`) : null;
  if (doc) FOLDED[k] = `${doc.error} ${doc.lines.map(lineText).join("\n")}`.toLowerCase();
  return FOLDED[k];
}
function isFound(k, facts, inText) {
  return words.every((word) => facts.includes(word) || (inText && folded(k).includes(word)));
}
async function list() {
  const mine = ++listing;
  words = [...$("search").value.toLowerCase().matchAll(/"([^"]+)"|[^\s"]+/g)].map((match) => match[1] ?? match[0]);
  const verdict = $("verdict").value, code = $("code").value, isShown = SHOWN[$("shown").value];
  const found = [];
  let pause = performance.now() + 40;
  for (let k = 0; k < INDEX.length; k++) {
    const one = INDEX[k];
    if ((verdict && one[VERDICT] !== verdict) || (code && !Object.hasOwn(one[CODES], code)) || !isShown(k)) continue;
    const facts = `${one[NAME]} ${one[TITLE] || ""} ${one[NOTE]}`.toLowerCase();
    if (!isFound(k, facts, false)) {
      if (performance.now() > pause) { // the page answers while it searches
        $("count").textContent = `searching: ${k.toLocaleString("en")} of ${many(INDEX.length, "document")}`;
        await new Promise((go) => setTimeout(go));
        if (mine !== listing) return;
        pause = performance.now() + 30;
      }
      if (!isFound(k, facts, true)) continue;
    }
    found.push(k);
  }
  const by = SORTS[$("sort").value];
  order = found.sort((a, b) => by(a, b) || a - b);
  shown = 0;
  $("docs").replaceChildren();
  more();
  $("docs").scrollTop = 0;
  $("count").textContent = order.length === INDEX.length ? many(order.length, "document") : `${order.length.toLocaleString("en")} of ${many(INDEX.length, "document")}`;
  highlight();
}
function more() {
  const rows = order.slice(shown, shown + CHUNK).map((k) => make("li", {}, entry(k)));
  shown += rows.length;
  $("docs").append(...rows);
}
function entry(k) {
  const one = INDEX[k], marks = marksOf(k).length;
  const fill = make("span");
  fill.style.width = percent(one[SHARE]);
  const facts = make("span", { class: "facts" },
    make("span", { class: `chip v-${one[VERDICT]}`, text: one[VERDICT] }));
  if (one[VERDICT] !== "failed") {
    facts.append(make("span", { class: "bar", "aria-hidden": "true" }, fill),
      make("span", { class: "number", text: `${percent(one[SHARE])} kept` }),
      make("span", { class: "number", text: confidence(one) }),
      one[NOTE] ? make("span", { class: "chip", text: one[NOTE] }) : "",
      make("span", { class: "soft number", text: WITHHELD.has(one[VERDICT]) ? "" : numbers(one) }));
    if (one[LARGEST]) facts.append(make("span", { class: "soft number", text: `largest ${one[LARGEST].toLocaleString("en")}` }));
  }
  if (marks) facts.append(make("span", { class: "chip mark", text: many(marks, "mark") }));
  if (isSeen(k)) facts.append(make("span", { class: "soft", text: "✓ seen" }));
  return make("button", { class: "doc", type: "button", "data-k": k, "aria-current": String(k === current) },
    one[TITLE] ? make("span", { class: "title", dir: "auto", text: one[TITLE] }) : null,
    make("span", { class: "name", dir: "auto", text: one[NAME].slice(PREFIX) }), facts);
}
function numbers(one) {
  const told = [[CUTS, "cut"], [REPAIRS, "repair"], [SPUN, "spun phrase"]].filter(([n]) => one[n]);
  return told.map(([n, thing]) => many(one[n], thing)).join(", ") || "nothing cut";
}
const entryOf = (k) => $("docs").querySelector(`[data-k="${k}"]`);
function refreshEntry(k) {
  const button = entryOf(k), isFocused = button && document.activeElement === button;
  if (!button) return;
  const fresh = entry(k);
  button.replaceWith(fresh);
  if (isFocused) fresh.focus();
}

// -- one document
function open(k, { focus = true, at = null } = {}) {
  if (!(k >= 0 && k < INDEX.length)) return;
  const before = current, doc = data(`d${k}`), one = INDEX[k];
  current = k;
  ({ reasons, lines } = doc);
  only = new Set(Object.hasOwn(one[CODES], $("code").value) ? [$("code").value] : []);
  chosen = null;
  takeMarks();
  $("name").textContent = one[NAME];
  $("facts").replaceChildren(...facts(doc, one));
  items = fold(lines);
  codes(doc.taken);
  redraw();
  if (doc.error) $("text").append(make("p", { class: "note", text: doc.error }));
  else if (!lines.length) $("text").append(make("p", { class: "note soft", text: "The document holds no text." }));
  $("text").scrollTop = 0;
  collect();
  why(null);
  if (!isSeen(k)) { store.seen[keyOf(k)] = 1; remember(k); }
  for (const other of [before, k]) if (other >= 0) refreshEntry(other);
  travel(k);
  document.body.dataset.pane = "text";
  document.title = `${one[TITLE] || one[NAME]} – cleaner diff`;
  if (focus) $("name").focus({ preventScroll: true });
  if (at !== null) choose(placeOf(at));
  else if (words.length) hit(1, focus, true);
}
function facts(doc, one) {
  const told = [make("span", { class: `chip v-${one[VERDICT]}`, text: one[VERDICT] })];
  if (doc.error) return told;
  const parts = [`${percent(one[SHARE])} of the visible text kept`, many(one[CHARACTERS], "character"), doc.note || numbers(one)];
  if (confidence(one)) parts.push(confidence(one));
  if (doc.told) parts.push(doc.told);
  if (doc.score !== null) parts.push(`garbled score ${doc.score.toFixed(1)}`);
  if (doc.language) parts.push(doc.language);
  told.push(` ${parts.join(" · ")}`);
  if (one[TITLE]) told.push(make("br"), make("span", { class: "soft", dir: "auto", text: one[TITLE] }));
  return told;
}

// -- its lines: as far as they are scrolled to; runs of cuts folded
function fold(all) {
  const found = [];
  for (let k = 0; k < all.length;) {
    let end = k;
    while (end < all.length && all[end][GONE]) end++;
    if (end - k >= MIN_FOLD) found.push({ from: k, to: end - 1, isFold: true, isOpen: false });
    else end = k + 1, found.push({ from: k, to: k, isFold: false, isOpen: true });
    k = end;
  }
  return found;
}
const isSide = () => $("text").dataset.mode === "side";
function redraw() {
  drawn = 0;
  $("text").replaceChildren();
  draw(CHUNK);
}
function draw(number) {
  const fresh = items.slice(drawn, drawn + number);
  drawn += fresh.length;
  $("text").append(...fresh.map(drawItem));
  highlight();
}
function drawItem(item) {
  if (!item.isFold) return (item.node = row(item.from));
  const head = foldHead(item);
  item.node = make("div", { class: `folded${item.isOpen ? " open" : ""}` }, head);
  if (item.isOpen) for (let k = item.from; k <= item.to; k++) item.node.append(row(k));
  return item.node;
}
function foldHead(item) {
  const { counts, characters, longest, marked } = foldFacts(item);
  const some = [...counts].slice(0, 3), rest = counts.length - some.length;
  return make("button", { type: "button", class: "fold", tabindex: "-1", "data-at": `f${item.from}`, "aria-expanded": String(item.isOpen) },
    make("span", { class: "caret", "aria-hidden": "true", text: item.isOpen ? "▾" : "▸" }),
    make("strong", { text: `${many(item.to - item.from + 1, "line")} cut` }),
    make("span", { class: "soft number", text: many(characters, "character") }),
    ...some.map(([code, label, n]) => make("span", { class: `chip l-${label}`, text: `${code || "no reason known"} ${n.toLocaleString("en")}` })),
    rest > 0 ? make("span", { class: "soft", text: `and ${many(rest, "other code")}` }) : null,
    marked ? make("span", { class: "chip mark", text: many(marked, "mark") }) : null,
    longest ? make("span", { class: "preview", dir: "auto", text: clip(longest, PREVIEW) }) : null);
}
function foldFacts(item) {
  const by = new Map();
  let characters = 0, longest = "", marked = 0;
  for (const [one] of cutsOf(item)) {
    const [code, label] = reasons[one[REASON]] || ["", ""], entry = by.get(code) || [code, label, 0, 0];
    entry[2]++, entry[3] += one[OLD].length;
    by.set(code, entry);
    characters += one[OLD].length;
    if (one[OLD].trim().length > longest.length) longest = one[OLD].trim();
    marked += here.has(placeKey("wrong-cut", one[CUT_START], one[CUT_END]));
  }
  return { counts: [...by.values()].sort((a, b) => b[2] - a[2]), characters, longest, marked };
}
function* cutsOf(item) {
  for (let line = item.from; line <= item.to; line++)
    for (const [seg, one] of lines[line][RUNS].entries()) if (one[CHANGE] === "cut" && typeof one !== "string") yield [one, line, seg];
}
function row(k) {
  const line = lines[k];
  const kind = ["row", line[BLANK] ? "blank" : "", line[HEADING] ? "heading" : "", line[GONE] ? "gone" : "", isLeft(line) ? "leftover" : ""].filter(Boolean).join(" ");
  const side = (name, isLive) => make("p", { class: `${kind} ${name}`.trim(), dir: "auto", "data-line": isLive ? k : null },
    make("span", { class: "at", "aria-hidden": "true", text: line[AT] }), ...line[RUNS].map((one, seg) => run(one, isLive ? `${k}.${seg}` : null)));
  return isSide() ? make("div", { class: "pair" }, side("left", true), side("right", false)) : side("", true);
}
function run(one, at) {
  if (typeof one === "string") return document.createTextNode(one);
  const [kind, old, now, k, instead, start, end] = one;
  const [code, label] = k >= 0 ? reasons[k] : ["", ""];
  const text = old.trim() || old, from = old.indexOf(text);
  const isWrong = kind === "cut" && here.has(placeKey("wrong-cut", start, end));
  const spot = make("span", { class: `spot ${kind} l-${label}${only.size && !only.has(code) ? " off" : ""}${isWrong ? " wrong" : ""}`, "data-code": code });
  if (at !== null) {
    for (const [name, value] of [["role", "button"], ["tabindex", "-1"], ["data-at", at], ["aria-label", spoken(kind, code, text, now, instead, isWrong)]]) spot.setAttribute(name, value);
  }
  if (kind === "spun") spot.append(text, make("span", { class: "instead", text: instead }));
  if (kind !== "spun" && text) spot.append(make("del", { text }));
  if (kind !== "spun" && now) spot.append(make("ins", { text: now }));
  if (kind === "cut") spot.append(make("span", { class: "tag", text: code || "no reason known" }));
  const space = (part) => (part ? (kind === "spun" ? part : make("del", { class: "space", text: part })) : "");
  const around = document.createDocumentFragment();
  // spaces that go with a cut stand outside its box
  around.append(space(old.slice(0, from)), spot, space(old.slice(from + text.length)));
  return around;
}
// What a screen reader says of it.
function spoken(kind, code, text, now, instead, isWrong) {
  if (kind === "spun") return `spun: ${text}${instead ? `, for ${instead}` : ""}`;
  if (kind === "cut") return `cut${isWrong ? ", marked as wrong" : ""}, ${code || "no reason known"}: ${text}`;
  return `${text ? "mended" : "added"}${code ? `, ${code}` : ""}: ${text && now ? `${text} becomes ${now}` : text || now}`;
}
function codes(taken) {
  const buttons = Object.entries(taken).map(([code, [label, times, characters]]) => {
    const button = make("button", { type: "button", class: `l-${label}`, "data-code": code, "aria-pressed": String(only.has(code)),
      title: `${label}: ${many(times, "time")}, ${many(characters, "character")}` }, `${code || "no reason known"} ${times.toLocaleString("en")}`);
    return button;
  });
  $("codes").replaceChildren(...buttons);
}
function filter(code) {
  if (!only.delete(code)) only.add(code);
  refilter();
}
function refilter() {
  for (const button of $("codes").children) button.setAttribute("aria-pressed", String(only.has(button.dataset.code)));
  for (const one of $("text").querySelectorAll(".spot")) one.classList.toggle("off", only.size > 0 && !only.has(one.dataset.code));
  select(null);
  collect();
}

// -- places in it. A target is a change {line, seg}, a kept line {line, seg: -1}, or a closed fold {item}
const codeOf = (one) => (one[REASON] >= 0 ? reasons[one[REASON]][0] : "");
const isWanted = (one) => typeof one !== "string" && (!only.size || only.has(codeOf(one)));
const lineOf = (target) => (target.item ? target.item.from : target.line);
const positionOf = (target) => lineOf(target) * 1e6 + (target.item ? 0 : target.seg);
const nameOf = (target) => (target.item ? `f${target.item.from}` : `${target.line}.${target.seg}`);
const segmentOf = (target) => lines[target.line][RUNS][target.seg];
const itemAt = (line) => items.find((item) => item.to >= line);
function collect() {
  targets = [];
  for (const item of items) {
    if (item.isFold && !item.isOpen) {
      for (const [one] of cutsOf(item)) if (isWanted(one)) { targets.push({ item }); break; }
      continue;
    }
    for (let line = item.from; line <= item.to; line++)
      for (const [seg, one] of lines[line][RUNS].entries()) if (isWanted(one)) targets.push({ line, seg });
  }
  const first = !chosen && targets.length ? elementOf(targets[0]) : null;
  for (const one of $("text").querySelectorAll('[tabindex="0"]')) if (!chosen || one !== elementOf(chosen)) one.tabIndex = -1;
  if (first) first.tabIndex = 0;
  place();
}
function place() {
  const k = chosen ? targets.findIndex((one) => nameOf(one) === nameOf(chosen)) : -1;
  $("place").textContent = targets.length ? `${k + 1 || "–"} of ${targets.length.toLocaleString("en")}` : "none";
  $("before").disabled = $("after").disabled = !targets.length;
}
function elementOf(target) {
  const node = (target.item || itemAt(target.line)).node;
  if (!node) return null;
  if (target.item) return node.firstElementChild;
  const isRow = target.seg < 0, selector = isRow ? `[data-line="${target.line}"]` : `[data-at="${nameOf(target)}"]`;
  return node.matches(selector) ? node : node.querySelector(selector);
}
function targetOf(element) {
  const spot = element.closest("[data-at]");
  if (spot && !spot.classList.contains("off")) {
    if (spot.dataset.at[0] === "f") return { item: itemAt(Number(spot.dataset.at.slice(1))) };
    const [line, seg] = spot.dataset.at.split(".").map(Number);
    return { line, seg };
  }
  const kept = spot ? null : element.closest("[data-line]");
  return kept && !lines[kept.dataset.line][GONE] ? { line: Number(kept.dataset.line), seg: -1 } : null;
}
function placeOf(offset) {
  let best = Math.max(lines.findLastIndex((line) => line[START] <= offset), 0);
  const seg = lines[best][RUNS].findIndex((one) => one[CUT_START] <= offset && offset < one[CUT_END] && typeof one !== "string");
  return seg >= 0 ? { line: best, seg } : lineTarget(best);
}
function lineTarget(line) {
  if (!lines[line][GONE]) return { line, seg: -1 };
  return { line, seg: Math.max(lines[line][RUNS].findIndex((one) => typeof one !== "string"), 0) };
}
function unfold(item, isOpen) {
  if (!item.isFold || item.isOpen === isOpen) return;
  item.isOpen = isOpen;
  if (item.node) { const before = item.node; before.replaceWith(drawItem(item)); highlight(); }
  collect();
}
// Makes a target the chosen one: drawn, in view, with the focus.
function choose(target, { focus = true, panel = true } = {}) {
  if (!target) return;
  const item = target.item || itemAt(target.line);
  if (!target.item && item.isFold) unfold(item, true);
  if (items.indexOf(item) >= drawn) draw(items.indexOf(item) - drawn + CHUNK);
  if ($("text").dataset.mode === "clean" && (target.item || (target.seg >= 0 && segmentOf(target)[CHANGE] === "cut"))) mode("both");
  select(target);
  place();
  if (panel) why(target);
  const element = elementOf(target);
  if (focus) element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
  // lines that come into view are laid out with the next frame, and may move it out again
  requestAnimationFrame(() => { if (chosen === target) elementOf(target)?.scrollIntoView({ block: "nearest" }); });
}
function select(target) {
  for (const one of $("text").querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
  for (const one of $("text").querySelectorAll("[aria-current]")) one.removeAttribute("aria-current");
  chosen = target;
  const element = target && elementOf(target);
  if (element) { element.setAttribute("aria-current", "true"); element.tabIndex = 0; }
}
function next(among, step) {
  if (!chosen) return step > 0 ? among[0] : among.at(-1);
  const from = positionOf(chosen);
  return step > 0 ? among.find((one) => positionOf(one) > from) : among.findLast((one) => positionOf(one) < from);
}
function jump(step) {
  if (targets.length) choose(next(targets, step) || targets.at(step > 0 ? 0 : -1));
}
function* largeCuts() {
  for (const item of items)
    for (const [one, line, seg] of cutsOf(item))
      if (lines[line][GONE] < 2 && one[OLD].trim().length >= LARGE && isWanted(one)) yield { line, seg };
}
function large(step) {
  const target = current >= 0 && next([...largeCuts()], step);
  if (target) return choose(target);
  const at = order.indexOf(current);
  const others = step > 0 ? order.slice(at + 1) : order.slice(0, Math.max(at, 0)).reverse();
  for (const k of others.filter((k) => INDEX[k][LARGEST] >= LARGE)) {
    reveal(k);
    open(k, { focus: false });
    select(null);
    const inside = next([...largeCuts()], step);
    if (inside) return choose(inside);
  }
  tell(`No cut of ${LARGE} characters or more ${step > 0 ? "after" : "before"} this in the list.`);
}
function stepLine(step) {
  if (!lines.length) return;
  const from = !chosen ? (step > 0 ? -1 : lines.length) : chosen.item && step > 0 ? chosen.item.to : lineOf(chosen);
  const line = from + step;
  if (line < 0 || line >= lines.length) return;
  const item = itemAt(line);
  choose(item.isFold && !item.isOpen ? { item } : lineTarget(line));
}

// -- what a search finds in it
function highlight() {
  if (!window.CSS || !CSS.highlights) return;
  CSS.highlights.delete("found");
  if (!words.length) return;
  const ranges = [], walker = document.createTreeWalker($("text"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ranges.length < 5000; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    if (text.length !== node.data.length) continue; // some letters are longer in lower case
    for (const word of words)
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = document.createRange();
        range.setStart(node, at), range.setEnd(node, at + word.length);
        ranges.push(range);
      }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}
function hit(step, focus = false, isFirst = false) {
  const found = [];
  for (const [k, line] of lines.entries()) {
    const text = lineText(line).toLowerCase();
    if (words.some((word) => text.includes(word))) found.push(lineTarget(k));
  }
  if (!found.length) return;
  const target = isFirst ? found[0] : next(found, step) || found.at(step > 0 ? 0 : -1);
  choose(target, { focus, panel: false });
  why(null);
}

// -- why
function why(target) {
  $("why").hidden = !target;
  $("app").classList.toggle("why", Boolean(target));
  $("unfold").hidden = $("remark").hidden = $("mark").hidden = true;
  if (!target) return;
  if (target.item) return whyFold(target.item);
  if (target.seg < 0) return whyKept(target);
  const one = segmentOf(target), [code, label, score, opinions] = reasons[one[REASON]] || ["", "", null, []];
  heading(code || "no reason known", label || one[CHANGE], label);
  if (itemAt(target.line).isFold) showUnfold(itemAt(target.line));
  showMark(target);
  $("evidence").replaceChildren(...evidence(opinions, score), ...manual(PAGES[code]));
}
function heading(name, chip, label) {
  $("code-name").textContent = name;
  $("code-label").textContent = chip;
  $("code-label").className = `chip l-${label}`;
}
function whyFold(item) {
  const { counts, longest } = foldFacts(item);
  heading(`${many(item.to - item.from + 1, "line")} cut`, "folded", "");
  showUnfold(item);
  showMark({ item });
  const cells = ([code, label, n, size]) => make("tr", {}, make("td", {}, make("code", { text: code || "no reason known" })), make("td", { text: label }),
    make("td", { class: "number", text: n.toLocaleString("en") }), make("td", { class: "number", text: size.toLocaleString("en") }));
  const head = make("tr", {}, ...["code", "label"].map((text) => make("th", { scope: "col", text })),
    ...["lines", "characters"].map((text) => make("th", { scope: "col", class: "number", text })));
  $("evidence").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...counts.map(cells))),
    make("h3", { text: "The longest of them" }), make("p", { dir: "auto", text: clip(longest, 600) }));
}
function whyKept(target) {
  heading("kept", "body", "body");
  showMark(target);
  const part = selectedIn(target);
  $("evidence").replaceChildren(make("p", { class: "soft", text: part
    ? `Selected: “${clip(part, PREVIEW)}”. “Leftover” marks that part.`
    : "This line stays. Is it no part of the article? Mark it as a leftover; select some of its words first to mark only those." }));
}
function showUnfold(item) {
  $("unfold").hidden = false;
  $("unfold").textContent = item.isOpen ? "Fold the run" : "Unfold";
}
function evidence(opinions, score) {
  if (!opinions.length) return [];
  const rows = opinions.map(([code, label, strength, weight, why]) => make("tr", {},
    make("td", {}, make("code", { text: code }), make("br"), make("span", { dir: "auto", text: why })),
    make("td", { class: "number", text: strength.toFixed(2) }),
    make("td", { class: "number", text: (weight > 0 ? "+" : "") + weight.toFixed(1) })));
  const head = make("tr", {}, make("th", { scope: "col", text: "evidence" }),
    make("th", { scope: "col", class: "number", text: "strength" }), make("th", { scope: "col", class: "number", text: "nats" }));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  const told = score === null ? null : make("p", { class: "soft", text:
    `Log-odds that this is no part of the text: ${score > 0 ? "+" : ""}${score.toFixed(1)} nats, the prior included; above 0 it goes.` });
  return [table, told].filter(Boolean);
}
function manual(page) {
  if (!page) return [];
  const told = [make("h3", { text: "What this code means" }), ...page.text.map((part) => make("p", {}, ...quoted(part)))];
  for (const [title, example] of [["Taken", page.drop], ["Kept", page.keep]]) {
    if (!example) continue;
    const lines = example.lines.map((line) => make("div", {}, ...line.map(([kind, text]) =>
      make("span", { class: kind === "-" ? "gone-line" : kind === "+" ? "come-line" : "" },
        kind === "-" ? make("del", { text }) : text))));
    told.push(make("h3", { text: `${title}: ${example.title}` }), make("pre", {}, ...lines));
  }
  return told;
}

// `code` between backticks, as the manual pages write it
const quoted = (text) => text.split("`").map((part, k) => (k % 2 ? make("code", { text: part }) : part));

// -- marks: cuts that are wrong, and text that should have been cut; docs/marks.md says what is saved
const placeKey = (kind, start, end) => `${kind} ${start} ${end}`;
const isLeft = (line) => here.has(placeKey("leftover", line[START], line[END]));
function note(mark) {
  const key = placeKey(mark.mark, mark.start, mark.end);
  here.set(key, [...(here.get(key) || []), mark]);
}
function selectedIn(target) {
  const selection = window.getSelection(), row = elementOf(target);
  if (!selection.rangeCount || selection.isCollapsed || !row || !row.contains(selection.anchorNode) || !row.contains(selection.focusNode)) return "";
  return selection.toString().trim();
}
// What a mark of this target would say: of a fold one for each cut in it.
function candidates(target) {
  const shared = { id: INDEX[current][ID], source: data(`d${current}`).source, sha256: INDEX[current][SHA256], remark: "", version: VERSION };
  const wrong = (one) => ({ mark: "wrong-cut", ...shared, start: one[CUT_START], end: one[CUT_END], text: one[OLD].trim(), code: codeOf(one) || null });
  if (target.item) return [...cutsOf(target.item)].map(([one]) => wrong(one));
  const line = lines[target.line];
  if (target.seg >= 0) return segmentOf(target)[CHANGE] === "cut" ? [wrong(segmentOf(target))] : [];
  const kept = line[RUNS].filter((one) => one[CHANGE] !== "cut" || typeof one === "string").map((one) => (typeof one === "string" ? one : one[OLD])).join("").trim();
  return [{ mark: "leftover", ...shared, start: line[START], end: line[END], text: selectedIn(target) || kept, code: null }];
}
const noted = (mark) => here.get(placeKey(mark.mark, mark.start, mark.end)) || [];
function showMark(target) {
  const all = candidates(target), done = all.filter((mark) => noted(mark).length);
  if (!all.length || !INDEX[current][SHA256]) return;
  const isMarked = done.length === all.length, isLeftover = all[0].mark === "leftover";
  $("mark").hidden = false;
  $("mark").setAttribute("aria-pressed", String(isMarked));
  $("mark").setAttribute("aria-keyshortcuts", isLeftover ? "l" : "w");
  $("mark").textContent = (isLeftover ? "Leftover" : target.item ? "Wrong cut, all of it" : "Wrong cut") + (isMarked ? ": marked" : "");
  $("remark").hidden = !isMarked;
  $("remark").value = isMarked ? noted(all[0])[0].remark : "";
}
function toggleMark(kind = null) {
  if (!chosen) return tell("Choose a cut (n) or a line (.) first.");
  const target = chosen, all = candidates(target);
  if (!all.length || !INDEX[current][SHA256]) return tell("There is no cut here to mark.");
  if (kind && all[0].mark !== kind) return tell(kind === "leftover" ? "This is cut already; w marks a wrong cut." : "This is kept; l marks a leftover.");
  const fresh = all.filter((mark) => !noted(mark).length), isMarked = !fresh.length;
  if (isMarked) for (const mark of all) here.delete(placeKey(mark.mark, mark.start, mark.end));
  else for (const mark of fresh) note(mark);
  keep();
  show(target);
  why(target);
  tell(`${many(all.length, "mark")} ${isMarked ? "taken away" : "set"}`);
}
function keep() {
  const all = [...here.values()].flat().sort((a, b) => a.start - b.start || a.end - b.end);
  if (all.length) store.marks[keyOf(current)] = all;
  else delete store.marks[keyOf(current)];
  remember(current);
  refreshEntry(current);
  count();
}
// The marks of a target, drawn again.
function show(target) {
  const item = target.item || itemAt(target.line);
  if (item.isFold) item.node.firstElementChild.replaceWith(foldHead(item));
  if (!target.item) {
    const element = elementOf(target), [mark] = candidates(target);
    element.classList.toggle(target.seg < 0 ? "leftover" : "wrong", noted(mark).length > 0);
    if (target.seg >= 0) {
      const [kind, old, now, , instead] = segmentOf(target);
      element.setAttribute("aria-label", spoken(kind, codeOf(segmentOf(target)), old.trim() || old, now, instead, noted(mark).length > 0));
    }
  }
  select(target);
  elementOf(target).focus({ preventScroll: true });
}
const allMarks = () => INDEX.flatMap((_, k) => marksOf(k).map((mark) => [k, mark]));
function count() {
  const n = allMarks().length;
  $("marks").replaceChildren(n ? `Marks ${n.toLocaleString("en")}` : "Marks", " ", make("kbd", { text: "m" }));
}
function showMarks() {
  const all = allMarks(), wrong = all.filter(([, mark]) => mark.mark === "wrong-cut").length;
  $("marked-told").textContent = all.length ? `${many(wrong, "wrong cut")}, ${many(all.length - wrong, "leftover")}` : "None yet. w marks the chosen cut as wrong, l the chosen line as a leftover.";
  $("marked-list").replaceChildren(...all.slice(0, CHUNK).map(([k, mark]) => make("li", {}, make("button", { type: "button", "data-k": k, "data-start": mark.start },
    make("span", { class: "chip mark", text: mark.mark }), make("span", { class: "soft", dir: "auto", text: ` ${INDEX[k][NAME]}: ` }),
    make("span", { dir: "auto", text: clip(mark.text, PREVIEW) }), mark.remark ? make("em", { dir: "auto", text: ` ${mark.remark}` }) : null))));
  $("save").disabled = !all.length;
  $("marked").showModal();
}
function save() {
  const rows = allMarks().map(([, mark]) => `${JSON.stringify(mark)}\n`);
  const link = make("a", { download: "marks.jsonl", href: URL.createObjectURL(new Blob(rows, { type: "application/jsonl" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
function isMark(mark) {
  return mark && ["wrong-cut", "leftover"].includes(mark.mark) && Number.isInteger(mark.start) && Number.isInteger(mark.end) && typeof mark.text === "string";
}
async function load(file) {
  const known = new Map(INDEX.map((one, k) => [`${one[SHA256]} ${one[ID]}`, k]));
  const loaded = new Set();
  let left = 0, taken = 0;
  for (const line of (await file.text()).split("\n").filter((line) => line.trim())) {
    let mark = null;
    try { mark = JSON.parse(line); } catch { /* counted below */ }
    const k = isMark(mark) ? known.get(`${mark.sha256} ${mark.id}`) : undefined;
    if (k === undefined) { left++; continue; }
    const before = marksOf(k).filter((one) => one.mark !== mark.mark || one.start !== mark.start || one.end !== mark.end || one.text !== mark.text);
    store.marks[keyOf(k)] = [...before, { ...mark, remark: String(mark.remark || "") }].sort((a, b) => a.start - b.start || a.end - b.end);
    loaded.add(k);
    taken++;
  }
  remember(...loaded);
  count();
  list();
  if (current >= 0) open(current, { focus: false });
  if ($("marked").open) $("marked").close();
  showMarks();
  $("marked-told").textContent += `; ${many(taken, "mark")} loaded${left ? `, ${left.toLocaleString("en")} of other documents left` : ""}`;
}

// -- everything a person can do
function mode(name) {
  const before = $("text").dataset.mode;
  $("text").dataset.mode = name;
  for (const button of $("modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === name));
  if ((before === "side") !== (name === "side") && current >= 0) {
    const target = chosen, hadPanel = !$("why").hidden;
    redraw();
    collect();
    if (target) choose(target, { focus: $("text").contains(document.activeElement), panel: hadPanel });
  }
}
function theme() {
  const next = { "": "dark", dark: "light", light: "" }[document.documentElement.dataset.theme || ""];
  document.documentElement.dataset.theme = next;
  $("theme").textContent = `Theme: ${next || "auto"}`;
}
function reveal(k) {
  const at = order.indexOf(k);
  while (shown < order.length && shown <= at) more();
  entryOf(k)?.scrollIntoView({ block: "nearest" });
}
function neighbour(step) {
  const at = order.indexOf(current), k = order[at < 0 ? 0 : at + step];
  if (k === undefined) return tell(`This is the ${step > 0 ? "last" : "first"} document of the list.`);
  reveal(k);
  open(k, { focus: false });
}
function toggleFold() {
  if (!chosen) return;
  const item = chosen.item || itemAt(chosen.line);
  if (!item.isFold) return;
  const isOpen = !item.isOpen;
  unfold(item, isOpen);
  choose(isOpen ? lineTarget(item.from) : { item });
}
function foldAll() {
  const isOpen = items.some((item) => item.isFold && !item.isOpen), line = chosen ? lineOf(chosen) : -1;
  for (const item of items) if (item.isFold) item.isOpen = isOpen;
  chosen = null;
  redraw();
  collect();
  why(null);
  if (line >= 0) choose(isOpen || !itemAt(line).isFold ? lineTarget(line) : { item: itemAt(line) });
}
// On a phone list and text take turns, and Back goes from the text to the list.
function travel(k) {
  const isOverList = isNarrow() && document.body.dataset.pane === "list";
  const state = { k, isOverList: isOverList || Boolean(history.state && history.state.isOverList) };
  history[isOverList ? "pushState" : "replaceState"](state, "", `#${k + 1}`);
}
function showList() {
  document.body.dataset.pane = "list";
  why(null);
  (entryOf(current) || $("search")).focus();
}
function back() {
  if (history.state && history.state.isOverList) history.back();
  else showList();
}
// `#5` is the fifth document, `#id=page.html&at=120` the place at that offset of the raw document.
function openAddress() {
  const named = new URLSearchParams(location.hash.slice(1)), number = Number(location.hash.slice(1)) - 1;
  const k = named.has("id") ? INDEX.findIndex((one) => one[ID] === named.get("id")) : number;
  if (!(k >= 0 && k < INDEX.length)) {
    if (named.has("id")) tell("That document is not on this page.");
    return false;
  }
  open(k, { focus: false, at: named.has("at") && INDEX[k][SHA256] ? Number(named.get("at")) || 0 : null });
  if (order.indexOf(k) < CHUNK) reveal(k); // else its entry is far down a list that nobody has scrolled
  return true;
}
window.addEventListener("popstate", (event) => {
  if (event.state && event.state.k >= 0) open(event.state.k, { focus: false });
  else if (event.state || !openAddress()) showList();
});
const KEYS = {
  n: () => jump(1), j: () => jump(1), p: () => jump(-1), k: () => jump(-1),
  g: () => large(1), G: () => large(-1), ".": () => stepLine(1), ",": () => stepLine(-1),
  "]": () => neighbour(1), "[": () => neighbour(-1),
  w: () => toggleMark("wrong-cut"), l: () => toggleMark("leftover"), m: showMarks, o: toggleFold, f: foldAll,
  b: () => mode("both"), r: () => mode("raw"), c: () => mode("clean"), s: () => mode(isNarrow() ? "both" : "side"),
  "/": () => { document.body.dataset.pane = "list"; $("search").focus(); },
  "?": () => $("help").showModal(),
  Escape: () => { if (!$("why").hidden) shut(); },
};
function shut() {
  why(null);
  if (chosen) elementOf(chosen).focus({ preventScroll: true });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key !== "Escape" && event.target.closest("input, select, textarea")) return;
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});
$("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !order.length) return;
  event.preventDefault();
  if (order.includes(current) && words.length) hit(event.shiftKey ? -1 : 1);
  else open(order[0], { focus: false });
});
$("docs").addEventListener("click", (event) => {
  const button = event.target.closest(".doc");
  if (button) open(Number(button.dataset.k));
});
$("docs").addEventListener("scroll", () => {
  if ($("docs").scrollTop + 2 * $("docs").clientHeight > $("docs").scrollHeight && shown < order.length) more();
});
$("docs").addEventListener("focusin", () => { if (document.activeElement.closest("li") === $("docs").lastElementChild && shown < order.length) more(); });
$("text").addEventListener("scroll", () => {
  if ($("text").scrollTop + 2 * $("text").clientHeight > $("text").scrollHeight && drawn < items.length) draw(CHUNK);
});
const pointed = (event) => {
  const target = targetOf(event.target);
  if (target && target.item) { unfold(target.item, !target.item.isOpen); choose(target.item.isOpen ? lineTarget(target.item.from) : target, { panel: !$("why").hidden }); }
  else if (target) choose(target);
};
$("text").addEventListener("click", pointed);
$("text").addEventListener("keydown", (event) => {
  const isButton = event.target.closest(".spot, .fold, .row");
  if ((event.key === "Enter" || event.key === " ") && isButton) { event.preventDefault(); pointed(event); }
});
$("codes").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) filter(button.dataset.code);
});
$("code").addEventListener("input", () => {
  if (current < 0) return;
  only = new Set(Object.hasOwn(INDEX[current][CODES], $("code").value) ? [$("code").value] : []);
  why(null);
  refilter();
});
$("modes").addEventListener("click", (event) => { if (event.target.dataset.mode) mode(event.target.dataset.mode); });
$("before").addEventListener("click", () => jump(-1));
$("after").addEventListener("click", () => jump(1));
$("large").addEventListener("click", () => large(1));
$("unfold").addEventListener("click", toggleFold);
$("mark").addEventListener("click", () => toggleMark());
$("remark").addEventListener("input", () => {
  for (const mark of candidates(chosen).flatMap(noted)) mark.remark = $("remark").value;
  keep();
});
window.addEventListener("storage", hear);
$("marks").addEventListener("click", showMarks);
$("save").addEventListener("click", save);
$("load").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => { if ($("file").files.length) load($("file").files[0]).then(() => { $("file").value = ""; }); });
$("marked-list").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  $("marked").close();
  open(Number(button.dataset.k), { focus: false, at: Number(button.dataset.start) });
});
$("close").addEventListener("click", shut);
$("back").addEventListener("click", back);
$("theme").addEventListener("click", theme);
$("keys").addEventListener("click", () => $("help").showModal());
for (const id of ["search", "verdict", "code", "shown", "sort"]) $(id).addEventListener("input", list);

for (const [id, values] of [["verdict", INDEX.map((one) => [one[VERDICT]])], ["code", INDEX.map((one) => Object.keys(one[CODES]))]]) {
  for (const value of [...new Set(values.flat())].filter(Boolean).sort()) $(id).append(make("option", { value, text: value }));
}
list();
count();
document.body.dataset.pane = "list";
const asked = location.hash;
history.replaceState({ k: -1 }, "", asked || location.pathname + location.search);
if (INDEX.length && !openAddress() && (!isNarrow() || INDEX.length === 1)) open(0, { focus: false });
