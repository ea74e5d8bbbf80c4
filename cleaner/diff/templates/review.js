"use strict";
// Renders what is looked at: the list as far as it is scrolled, the text of one document. Whatever comes from
// documents is put in as text, never as markup.
const $ = (id) => document.getElementById(id);
const data = (id) => JSON.parse($(id).textContent);
const INDEX = data("index"), PAGES = data("pages");
const [NAME, TITLE, VERDICT, SHARE, CHARACTERS, CUTS, REPAIRS, SPUN, CODES, CONFIDENCE, NOTE] = [...Array(11).keys()];
const WITHHELD = new Set(["empty", "language"]); // nothing of them is handed out
const CHUNK = 200; // rows of the list that are added at a time
let order = [], shown = 0, current = -1, spots = [], spot = -1, only = new Set(), reasons = [];

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

// -- the list
const SORTS = {
  order: () => 0,
  name: (a, b) => INDEX[a][NAME].localeCompare(INDEX[b][NAME]),
  // what nobody has an opinion of comes first, then what is doubtful; failures last
  doubtful: (a, b) => doubt(a) - doubt(b),
  least: (a, b) => INDEX[a][SHARE] - INDEX[b][SHARE],
  most: (a, b) => INDEX[b][SHARE] - INDEX[a][SHARE],
  cuts: (a, b) => INDEX[b][CUTS] - INDEX[a][CUTS],
  repairs: (a, b) => INDEX[b][REPAIRS] - INDEX[a][REPAIRS],
  longest: (a, b) => INDEX[b][CHARACTERS] - INDEX[a][CHARACTERS],
};
const doubt = (k) => (INDEX[k][VERDICT] === "failed" ? 2 : INDEX[k][CONFIDENCE] ?? -1);
const confidence = (one) => (one[CONFIDENCE] === null || one[CONFIDENCE] === undefined ? "" : `confidence ${one[CONFIDENCE].toFixed(2)}`);
function fits(k, words, verdict, code) {
  const one = INDEX[k];
  const text = `${one[NAME]} ${one[TITLE] || ""} ${one[NOTE]}`.toLowerCase();
  return words.every((word) => text.includes(word)) && (!verdict || one[VERDICT] === verdict) && (!code || code in one[CODES]);
}
function list() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdict = $("verdict").value, code = $("code").value, by = SORTS[$("sort").value];
  order = INDEX.map((_, k) => k).filter((k) => fits(k, words, verdict, code));
  order.sort((a, b) => by(a, b) || a - b);
  shown = 0;
  $("docs").replaceChildren();
  more();
  $("docs").scrollTop = 0;
  $("count").textContent = order.length === INDEX.length ? many(order.length, "document") : `${order.length.toLocaleString("en")} of ${many(INDEX.length, "document")}`;
}
function more() {
  const rows = order.slice(shown, shown + CHUNK).map((k) => make("li", {}, entry(k)));
  shown += rows.length;
  $("docs").append(...rows);
}
function entry(k) {
  const one = INDEX[k];
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
  }
  return make("button", { class: "doc", type: "button", "data-k": k, "aria-current": String(k === current) },
    make("span", { class: "name", dir: "auto", text: one[NAME] }), facts);
}
function numbers(one) {
  const told = [[CUTS, "cut"], [REPAIRS, "repair"], [SPUN, "spun phrase"]].filter(([n]) => one[n]);
  return told.map(([n, thing]) => many(one[n], thing)).join(", ") || "nothing cut";
}

// -- one document
function open(k, focus = true) {
  if (!(k >= 0 && k < INDEX.length)) return;
  current = k;
  only = new Set();
  const doc = data(`d${k}`), one = INDEX[k];
  reasons = doc.reasons;
  $("name").textContent = one[NAME];
  $("facts").replaceChildren(...facts(doc, one));
  $("text").replaceChildren(...(doc.error ? [make("p", { class: "note", text: doc.error })] : doc.lines.map(row)));
  if (!doc.error && !doc.lines.length) $("text").append(make("p", { class: "note soft", text: "The document holds no text." }));
  $("text").scrollTop = 0;
  codes(doc.taken);
  collect();
  reason(-1);
  for (const button of $("docs").querySelectorAll(".doc")) button.setAttribute("aria-current", String(Number(button.dataset.k) === k));
  document.body.dataset.pane = "text";
  document.title = `${one[NAME]} – cleaner diff`;
  history.replaceState(null, "", `#${k + 1}`);
  if (focus) $("name").focus({ preventScroll: true });
}
function facts(doc, one) {
  const told = [make("span", { class: `chip v-${one[VERDICT]}`, text: one[VERDICT] })];
  if (doc.error) return told;
  const parts = [`${percent(one[SHARE])} of ${many(one[CHARACTERS], "character")} kept`, doc.note || numbers(one)];
  if (confidence(one)) parts.push(confidence(one));
  if (doc.told) parts.push(doc.told);
  if (doc.score !== null) parts.push(`garbled score ${doc.score.toFixed(1)}`);
  if (doc.language) parts.push(doc.language);
  told.push(` ${parts.join(" · ")}`);
  if (one[TITLE]) told.push(make("br"), make("span", { class: "soft", dir: "auto", text: one[TITLE] }));
  return told;
}
function row([at, blank, heading, gone, runs]) {
  const kind = ["row", blank ? "blank" : "", heading ? "heading" : "", gone ? "gone" : ""].filter(Boolean).join(" ");
  return make("p", { class: kind, dir: "auto" }, make("span", { class: "at", "aria-hidden": "true", text: at }), ...runs.map(run));
}
function run(one) {
  if (typeof one === "string") return document.createTextNode(one);
  const [kind, old, now, k, instead] = one;
  const [code, label] = k >= 0 ? reasons[k] : ["", ""];
  const text = old.trim() || old, at = old.indexOf(text);
  const spot = make("span", { class: `spot ${kind} l-${label}`, role: "button", tabindex: "-1", "data-code": code,
    "data-reason": k, "aria-label": spoken(kind, code, text, now, instead) });
  if (kind === "spun") spot.append(text, make("span", { class: "instead", text: instead }));
  if (kind !== "spun" && text) spot.append(make("del", { text }));
  if (kind !== "spun" && now) spot.append(make("ins", { text: now }));
  if (kind === "cut") spot.append(make("span", { class: "tag", text: code || "no reason known" }));
  const space = (part) => (part ? (kind === "spun" ? part : make("del", { class: "space", text: part })) : "");
  const around = document.createDocumentFragment();
  // spaces that go with a cut stand outside its box
  around.append(space(old.slice(0, at)), spot, space(old.slice(at + text.length)));
  return around;
}
// What a screen reader says of it.
function spoken(kind, code, text, now, instead) {
  if (kind === "spun") return `spun: ${text}${instead ? `, for ${instead}` : ""}`;
  if (kind === "cut") return `cut, ${code || "no reason known"}: ${text}`;
  return `${text ? "mended" : "added"}${code ? `, ${code}` : ""}: ${text && now ? `${text} becomes ${now}` : text || now}`;
}
function codes(taken) {
  const buttons = Object.entries(taken).map(([code, [label, times, characters]]) => {
    const button = make("button", { type: "button", class: `l-${label}`, "data-code": code, "aria-pressed": "false",
      title: `${label}: ${many(times, "time")}, ${many(characters, "character")}` }, `${code || "no reason known"} ${times.toLocaleString("en")}`);
    return button;
  });
  $("codes").replaceChildren(...buttons);
}
function filter(code) {
  if (!only.delete(code)) only.add(code);
  for (const button of $("codes").children) button.setAttribute("aria-pressed", String(only.has(button.dataset.code)));
  collect();
}
function collect() {
  const all = [...$("text").querySelectorAll(".spot")];
  for (const one of all) one.classList.toggle("off", only.size > 0 && !only.has(one.dataset.code));
  spots = all.filter((one) => !one.classList.contains("off"));
  for (const one of all) { one.tabIndex = -1; one.removeAttribute("aria-current"); }
  spot = -1;
  if (spots.length) spots[0].tabIndex = 0;
  place();
}
function place() {
  $("place").textContent = spots.length ? `${spot + 1 || "–"} of ${spots.length}` : "none";
  $("before").disabled = $("after").disabled = !spots.length;
}
function visible(one) { return one.getClientRects().length > 0; }
function jump(step) {
  if (!spots.length) return;
  let k = spot < 0 ? (step > 0 ? 0 : spots.length - 1) : spot + step;
  for (let tried = 0; tried < spots.length; tried++, k += step) {
    k = (k + spots.length) % spots.length;
    if (visible(spots[k])) return choose(k);
  }
}
function choose(k) {
  if (spot >= 0) { spots[spot].tabIndex = -1; spots[spot].removeAttribute("aria-current"); }
  else if (spots.length) spots[0].tabIndex = -1;
  spot = k;
  spots[k].tabIndex = 0;
  spots[k].setAttribute("aria-current", "true");
  reason(Number(spots[k].dataset.reason));
  spots[k].focus({ preventScroll: true });
  spots[k].scrollIntoView({ block: "nearest" });
  place();
}

// -- why
function reason(k) {
  const open = k >= 0;
  $("why").hidden = !open;
  $("app").classList.toggle("why", open);
  if (!open) return;
  const [code, label, score, opinions] = reasons[k], page = PAGES[code];
  $("code-name").textContent = code;
  $("code-label").textContent = label;
  $("code-label").className = `chip l-${label}`;
  $("evidence").replaceChildren(...evidence(opinions, score), ...manual(page));
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

// -- everything a person can do
function mode(name) {
  $("text").dataset.mode = name;
  for (const button of $("modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === name));
}
function theme() {
  const next = { "": "dark", dark: "light", light: "" }[document.documentElement.dataset.theme || ""];
  document.documentElement.dataset.theme = next;
  $("theme").textContent = `Theme: ${next || "auto"}`;
}
function neighbour(step) {
  const at = order.indexOf(current);
  const k = order[at < 0 ? 0 : at + step];
  if (k === undefined) return;
  while (shown < order.length && shown <= at + step) more();
  open(k, false);
  $("docs").querySelector(`[data-k="${k}"]`)?.scrollIntoView({ block: "nearest" });
}
function back() {
  document.body.dataset.pane = "list";
  reason(-1);
  ($("docs").querySelector(`[data-k="${current}"]`) || $("search")).focus();
}
const KEYS = {
  n: () => jump(1), j: () => jump(1), p: () => jump(-1), k: () => jump(-1),
  "]": () => neighbour(1), "[": () => neighbour(-1),
  b: () => mode("both"), r: () => mode("raw"), c: () => mode("clean"),
  "/": () => { document.body.dataset.pane = "list"; $("search").focus(); },
  "?": () => $("help").showModal(),
  Escape: () => { if (!$("why").hidden) reason(-1); },
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (event.key !== "Escape" && event.target.closest("input, select, textarea")) return;
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});
$("docs").addEventListener("click", (event) => {
  const button = event.target.closest(".doc");
  if (button) open(Number(button.dataset.k));
});
$("docs").addEventListener("scroll", () => {
  if ($("docs").scrollTop + 2 * $("docs").clientHeight > $("docs").scrollHeight && shown < order.length) more();
});
$("docs").addEventListener("focusin", () => { if (document.activeElement.closest("li") === $("docs").lastElementChild && shown < order.length) more(); });
const chosen = (event) => {
  const k = spots.indexOf(event.target.closest(".spot"));
  if (k >= 0) choose(k);
};
$("text").addEventListener("click", chosen);
$("text").addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.closest(".spot")) { event.preventDefault(); chosen(event); }
});
$("codes").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) filter(button.dataset.code);
});
$("modes").addEventListener("click", (event) => { if (event.target.dataset.mode) mode(event.target.dataset.mode); });
$("before").addEventListener("click", () => jump(-1));
$("after").addEventListener("click", () => jump(1));
$("close").addEventListener("click", () => { reason(-1); if (spot >= 0) spots[spot].focus({ preventScroll: true }); });
$("back").addEventListener("click", back);
$("theme").addEventListener("click", theme);
$("keys").addEventListener("click", () => $("help").showModal());
for (const id of ["search", "verdict", "code", "sort"]) $(id).addEventListener("input", list);

for (const [id, values] of [["verdict", INDEX.map((one) => [one[VERDICT]])], ["code", INDEX.map((one) => Object.keys(one[CODES]))]]) {
  for (const value of [...new Set(values.flat())].filter(Boolean).sort()) $(id).append(make("option", { value, text: value }));
}
list();
document.body.dataset.pane = "list";
const asked = Number(location.hash.slice(1)) - 1;
if (INDEX.length) {
  const wide = window.matchMedia("(min-width: 761px)").matches;
  if (asked >= 0 && asked < INDEX.length) open(asked, false);
  else if (wide || INDEX.length === 1) open(0, false);
}
