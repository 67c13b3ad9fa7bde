// The owner's store: by a number typed into a form, which never stands in an address.

import { fill, get, make, moment, post, say, texts, told, worded } from "./api.js";
import { shown } from "./values.js";
import { Viewer } from "./viewer.js";

const by = (id) => document.getElementById(id);
const TAGS = { stored: "good", expired: "doubt", superseded: "doubt" };
const VERDICTS = { valid: "good", undetermined: "doubt", invalid: "bad" };
const superseding = new Set([...by("reason").lastElementChild.children].map((option) => option.value));
const types = new Map((await get("/v1/paper-types")).paper_types.map((type) => [type.code, type]));
const MOST_READS = 500;
const MOST_ROWS = 50;
const viewer = new Viewer(by("stage"), ({ number, pages }) => {
  by("page-number").textContent = fill(texts.page_of, { page: number, pages });
  by("page-before").disabled = number <= 1;
  by("page-after").disabled = number >= pages;
});
let papers = [];
let reads = [];
let chosen = null;
let asked = null; // what is looked for
let following = null; // where its list goes on

const day = (iso) => (iso ? shown("date", iso) : "");
const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" });
const stands = (paper) => (paper.state === "stored" && paper.valid_until && paper.valid_until < today ? "expired" : paper.state);
const named = (paper) => worded(types.get(paper.paper_type) ?? { name: texts.type_unknown }, "name");
const tag = (kinds, kind, text) => make("span", { class: `tag ${kinds[kind] ?? ""}` }, text);

async function ask() {
  by("problem").textContent = "";
  for (const part of ["papers", "read", "none", "none-yet", "more", "detail"]) by(part).hidden = true; // what was asked before
  const number = by("number").value.trim();
  const query = by("words").value.trim();
  if (!number && !query) return by("number").focus();
  try {
    const states = ["stored", "expired", "superseded"];
    asked = { owner_number: number || null, query, states, limit: 100 };
    const [found, read] = await Promise.all([
      post("/v1/search", asked),
      number ? post("/v1/owners/reads", { number, limit: MOST_READS }) : { reads: [] },
    ]);
    papers = [];
    ({ reads } = read);
    add(found);
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice ?? ""}`;
  }
}

/** Show what was found behind what is shown already; an owner's papers are in order of their days. */
function add(found) {
  papers = [...papers, ...found.papers];
  following = found.next;
  if (asked.owner_number) papers.sort((a, b) => (b.issued_on ?? b.stored_at ?? "").localeCompare(a.issued_on ?? a.stored_at ?? ""));
  list();
}

async function goOn() {
  by("problem").textContent = "";
  try {
    add(await post("/v1/search", { ...asked, after: following }));
    if (!following) by("list").querySelector("tr:last-child button")?.focus(); // the button that had it is gone
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice ?? ""}`;
  }
}

function list() {
  by("none").hidden = papers.length > 0 || following !== null;
  by("none-yet").hidden = papers.length > 0 || following === null;
  by("more").hidden = following === null;
  by("papers").hidden = papers.length === 0;
  by("detail").hidden = true;
  by("list").replaceChildren(...papers.map((paper) => {
    const open = make("button", { type: "button", class: "link" }, named(paper));
    open.addEventListener("click", () => show(paper.id));
    const about = [paper.title === named(paper) ? "" : paper.title, by("number").value ? "" : paper.owner?.name].filter(Boolean).join(" · ");
    return make("tr", {}, make("td", {}, day(paper.issued_on)),
      make("td", {}, open, make("div", { class: "hint" }, about), ...paper.snippets.map((snippet) => place(paper, snippet))),
      make("td", {}, paper.valid_until ? day(paper.valid_until) : texts.unlimited),
      make("td", {}, tag(TAGS, stands(paper), texts[`stands_${stands(paper)}`])),
      make("td", {}, paper.verdict ? tag(VERDICTS, paper.verdict, texts[`verdict_${paper.verdict}`]) : "",
        make("div", { class: "hint" }, paper.grade ? texts[`grade_${paper.grade}`] : "")));
  }));
  by("read").hidden = reads.length === 0;
  by("reads-cut").hidden = reads.length < MOST_READS;
  by("reads").replaceChildren(...gathered(reads).map((one) => make("tr", {}, when(one), who(one.last), make("td", {}, what(one)), why(one.last), times(one))));
}

/** Readings of one day by the same reader for the same purpose and dossier as one, with all of them; the newest first. */
function gathered(list) {
  const found = new Map();
  for (const read of list) {
    const key = JSON.stringify([read.at.slice(0, 10), read.consumer, read.purpose, read.dossier]);
    if (!found.has(key)) found.set(key, { last: read, all: [] });
    found.get(key).all.push(read);
  }
  return [...found.values()].slice(0, MOST_ROWS);
}

const time = (read) => read.at.slice(11, 16);
const when = ({ last, all }) => make("td", {}, day(last.at.slice(0, 10)), make("div", { class: "hint" }, [...new Set([time(all.at(-1)), time(last)])].join("–")));
const what = ({ all }) => [...new Set(all.map((read) => (read.paper_type ? worded(types.get(read.paper_type) ?? { name: "" }, "name") : texts.owner_itself)))].join(", ");
const times = ({ all }) => make("td", { class: "number" }, String(all.length));
const who = (read) => make("td", {}, read.person ?? read.consumer, make("div", { class: "hint" }, read.role ? texts[`role_${read.role}`] : ""));
const why = (read) => make("td", {}, [texts[`purpose_${read.purpose}`] ?? read.purpose, read.dossier].filter(Boolean).join(" · "));

/** A place where words were found, as printed; it opens the page with the words marked. */
function place(paper, snippet) {
  const shown = [];
  let end = 0;
  for (const [first, behind] of snippet.marks) {
    shown.push(snippet.text.slice(end, first), make("mark", {}, snippet.text.slice(first, behind)));
    end = behind;
  }
  const button = make("button", { type: "button", class: "link snippet" }, fill(texts.on_page, snippet), ...shown, snippet.text.slice(end));
  button.addEventListener("click", () => see(paper, [snippet, ...paper.snippets.filter((other) => other !== snippet)]));
  return make("div", {}, button);
}

/** Show a paper's pages, with the places where the words were found. */
async function see(paper, found) {
  by("pages-heading").textContent = named(paper);
  by("pages").showModal();
  by("stage").focus();
  try {
    await viewer.open(paper);
    await viewer.highlight(found);
  } catch (error) {
    by("pages").close();
    say(texts.no_picture, true);
  }
}

async function show(id) {
  try {
    [chosen] = (await get(`/v1/papers/${id}`)).papers;
  } catch (error) {
    return say(error.message, true);
  }
  by("detail-heading").textContent = named(chosen);
  const standing = chosen.standing && [texts[`reason_${chosen.standing.reason}`] ?? chosen.standing.reason, chosen.standing.authority].filter(Boolean).join(" · ");
  const facts = [[texts.paper_id, chosen.id], [texts.grade, chosen.grade && texts[`grade_${chosen.grade}`]], [texts.standing, standing],
    [texts.dossier, chosen.dossier], [texts.confirmed_by, chosen.confirmed_by && `${chosen.confirmed_by}, ${moment(chosen.confirmed_at)}`],
    [texts.stored_at, moment(chosen.stored_at)], [texts.protected_until, moment(chosen.protected_until)],
    [texts.handed_over_at, moment(chosen.handed_over_at)]];
  const rules = new Map((types.get(chosen.paper_type)?.fields ?? []).map((rule) => [rule.key, rule]));
  for (const field of chosen.fields) {
    const rule = rules.get(field.key);
    if (rule && field.value !== null) facts.push([worded(rule, "name"), shown(rule.value, field.value)]);
  }
  by("facts").replaceChildren(...facts.filter(([, fact]) => fact).flatMap(([name, fact]) => [make("dt", {}, name), make("dd", {}, fact)]));
  by("file").href = `/v1/papers/${chosen.id}/file`;
  by("evidence").href = `/v1/papers/${chosen.id}/evidence`;
  const seen = reads.filter((read) => read.paper === chosen.id);
  by("paper-read").hidden = seen.length === 0;
  by("paper-reads").replaceChildren(...gathered(seen).map((one) => make("tr", {}, when(one), who(one.last), why(one.last), times(one))));
  by("see").hidden = chosen.signed_origin;
  by("reuse").hidden = chosen.state !== "stored";
  by("reused").textContent = "";
  by("hand-over").hidden = chosen.kind !== "result" || chosen.handed_over_at !== null;
  by("end").hidden = !["stored", "expired", "superseded"].includes(chosen.state);
  const others = papers.filter((paper) => paper.id !== chosen.id && paper.state === "stored");
  by("successor").replaceChildren(...others.map((paper) => make("option", { value: paper.id }, `${named(paper)} ${day(paper.issued_on)}`)));
  by("reason").value = "";
  wanted();
  by("detail").hidden = false;
  by("detail").focus();
}

function wanted() {
  const reason = by("reason").value;
  by("by-what").hidden = !superseding.has(reason);
  by("by-whom").hidden = !reason || superseding.has(reason);
  by("authority").required = !by("by-whom").hidden;
}

async function act(path, body) {
  try {
    await post(`/v1/papers/${chosen.id}/${path}`, body);
    say(texts.done);
    await ask();
    by("number").focus();
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
  }
}

async function accept() {
  const value = (id) => by(id).value.trim();
  const wanted = { paper: chosen.id, dossier: value("dossier"), procedure: value("procedure"), purpose: value("purpose"), by: told.person };
  by("reused").textContent = "";
  try {
    const reuse = await post("/v1/reuse", wanted);
    by("reused").textContent = fill(texts.reused, { dossier: reuse.dossier, reference: reuse.reference });
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
  }
}

by("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
by("more").addEventListener("click", goOn);
by("reason").addEventListener("change", wanted);
by("hand-over").addEventListener("click", () => act("hand-over", undefined));
by("end").addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = by("reason").value;
  if (superseding.has(reason)) act("supersession", { successor: by("successor").value, reason, by: told.person });
  else act("revocation", { reason, authority: by("authority").value, by: told.person });
});
by("reuse").addEventListener("submit", (event) => {
  event.preventDefault();
  accept();
});
by("see").addEventListener("click", () => see(chosen, papers.find((paper) => paper.id === chosen.id)?.snippets ?? []));
by("shut").addEventListener("click", () => by("pages").close());
const turnTo = (number) => viewer.show(number).catch(() => say(texts.no_picture, true));
by("page-before").addEventListener("click", () => turnTo(viewer.number - 1));
by("page-after").addEventListener("click", () => turnTo(viewer.number + 1));
by("smaller").addEventListener("click", () => viewer.zoom(1 / 1.25));
by("larger").addEventListener("click", () => viewer.zoom(1.25));
by("fit").addEventListener("click", () => viewer.fit());
by("purpose").value = texts["purpose_settle-dossier"];
by("number").focus();
