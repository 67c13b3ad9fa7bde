// The review desk: take a paper in hand, look at what is doubtful, mend it, confirm it. Every step works by keyboard.

import { age, attended, fill, get, make, moment, post, say, send, texts, told, worded } from "./api.js";
import { FieldRow } from "./field-row.js";
import { Joiner } from "./joining.js";
import { PaperTable } from "./paper-table.js";
import { Splitter } from "./splitting.js";
import { Viewer } from "./viewer.js";

const LISTED = 200;
const AGAIN_MS = 5000;
const HOLD_MS = 120000;
const SEVERAL = new Set(["several-papers", "separator-sheet"]);
const by = (id) => document.getElementById(id);
const IMAGES = ["master", "original", "reading"];
const viewer = new Viewer(by("stage"), showPage);
const splitter = new Splitter(by("splitting"), split);
const joiner = new Joiner(by("joining"), join);
const laidAside = [];
let types = new Map();
let paper = null;
let rows = [];
let hideable = new Set();
let corrected = [];
let toBeLost = "";
let ownerAsked = false;
let saving = Promise.resolve();
let busy = false;

// --- the queue -------------------------------------------------------------------------------------------------------

const CHOICES = { lane: by("only-lane"), state: by("only-state") };

/** Of which lane and state papers are wanted; what is not chosen is not named. */
const chosen = () => Object.fromEntries(Object.entries(CHOICES).flatMap(([name, { value }]) => (value ? [[name, value]] : [])));

/** Keep what was chosen in the address, where it is found again. */
function rememberChoice() {
  const said = new URLSearchParams(chosen()).toString();
  history.replaceState(null, "", location.pathname + (said && `?${said}`));
}

async function listQueue() {
  if (paper || document.hidden || !attended()) return;
  const queue = await get(`/v1/reviews?${new URLSearchParams({ limit: LISTED, ...chosen() })}`);
  by("ready").textContent = queue.ready;
  by("doubtful").textContent = queue.needs_review;
  const waiting = queue.papers;
  by("waiting").replaceChildren(...waiting.map(queueRow));
  by("empty").hidden = waiting.length > 0;
  by("more").hidden = waiting.length < LISTED;
  const own = queue.papers.find((one) => one.claim?.own);
  if (own && !listQueue.resumed) await take(() => send("PUT", `/v1/papers/${own.id}/claim`));
  listQueue.resumed = true;
}

function queueRow(one) {
  const name = worded(types.get(one.paper_type) ?? { name: texts.type_unknown }, "name");
  const open = make("button", { type: "button", class: "link" }, name);
  open.addEventListener("click", () => take(() => send("PUT", `/v1/papers/${one.id}/claim`)));
  const held = one.claim && !one.claim.own;
  const state = one.doubts ? fill(texts.doubts, { n: one.doubts }) : texts.nothing_doubtful;
  return make("tr", {},
    make("td", {}, held ? name : open), make("td", {}, one.name), make("td", {}, one.dossier ?? ""),
    make("td", { class: "number" }, String(one.pages ?? "")),
    make("td", {}, make("span", { class: one.doubts ? "tag doubt" : "tag good" }, state),
      one.lane === "counter" ? "" : make("span", { class: one.lane === "on-the-spot" ? "tag bad" : "tag" }, texts[`lane_${one.lane}`]),
      one.awaits_other ? make("span", { class: "tag busy" }, texts.awaits_other) : ""),
    make("td", { title: moment(one.created_at) }, age(one.created_at)),
    make("td", {}, one.claim ? one.claim.person : ""));
}

const takeNext = () =>
  take(() => send("POST", "/v1/reviews/next", { json: { ...chosen(), skip: laidAside.slice(-200) } }));

async function take(asked) {
  await once(async () => {
    const taken = await (await asked()).json();
    if (!taken.papers.length) {
      await showQueue();
      return say(texts.none_waits);
    }
    await open(taken.papers[0], taken.corrected);
  });
}

async function showQueue() {
  paper = null;
  by("work").hidden = true;
  by("queue").hidden = false;
  await listQueue();
  by("next").focus();
}

// --- one paper -------------------------------------------------------------------------------------------------------

async function open(taken, barred) {
  paper = taken;
  corrected = barred;
  ownerAsked = false;
  by("owner").reset();
  by("queue").hidden = true;
  by("work").hidden = false;
  by("confirm").disabled = true;
  listFields();
  hideable = new Set();
  by("image").value = "master";
  const hidden = new Set(paper.hidden_pages);
  const first = Array.from({ length: paper.pages ?? 1 }, (_, place) => place + 1).find((page) => !hidden.has(page)) ?? 1;
  const pictured = viewer.open(paper, first).catch(() => say(texts.no_picture, true));
  learnHideable().catch(() => {});
  by("fields").scrollTop = 0;
  await pictured;
  showState();
  const several = paper.checks.some((check) => SEVERAL.has(check.code)) && !by("split").hidden;
  by("split").classList.toggle("primary", several);
  (several ? by("split") : (rows.find((row) => row.isDoubtful)?.input ?? by("confirm"))).focus();
}

function listFields() {
  const kind = types.get(paper.paper_type);
  by("type").value = paper.paper_type ?? "other";
  showAbout();
  by("split").hidden = paper.signed_origin || (paper.pages ?? 1) < 2;
  by("join").hidden = paper.split_from === null;
  const { id } = paper;
  const desk = { viewer, correct: (change) => correct(id, change), told: () => paper?.id === id && showState(), next: following };
  const fields = (kind?.fields ?? []).map((rule) => new FieldRow(rule, paper, desk));
  const tables = (kind?.tables ?? []).map((table) => new PaperTable(table, paper, desk, (cells) => rows.push(...cells)));
  const all = [...fields, ...tables.flatMap((table) => table.cells)];
  const doubtful = all.filter((row) => row.isDoubtful).sort((a, b) => b.weight - a.weight);
  by("doubts").hidden = !doubtful.length;
  by("doubts").lastElementChild.replaceChildren(...doubtful.map((row) => row.element));
  const sure = fields.filter((row) => !row.isDoubtful);
  by("sure").lastElementChild.replaceChildren(...[...sure, ...tables].map((one) => one.element));
  rows = [...doubtful, ...all.filter((row) => !row.isDoubtful)];
}

/** Show which paper it is, and whose. */
function showAbout() {
  const about = [paper.name, paper.dossier, paper.owner && [paper.owner.name, paper.owner.number].filter(Boolean).join(" · ")];
  by("about").textContent = about.filter(Boolean).join("  ·  ");
  by("owner").hidden = paper.owner !== null && !ownerAsked;
  by("owner").className = paper.owner ? "field" : "field doubt error";
  by("change-owner").hidden = paper.owner === null;
}

/** Ask whose the paper is instead, or leave it at that. */
function askOwner(asked) {
  if (!paper.owner) return;
  ownerAsked = asked;
  showState();
  if (!asked) return by("change-owner").focus();
  by("owner-number").value = paper.owner.number;
  by("owner-name").value = paper.owner.name ?? "";
  by("owner-number").select();
}

/** Show the paper's state and what is doubtful about it as a whole, as it stands now. */
function showState() {
  const known = new Set(rows.map((row) => row.rule.key));
  const whole = paper.checks.filter((check) => check.severity !== "info" && !known.has(check.field));
  by("checks").replaceChildren(...whole.map((check) => make("li", { class: check.severity }, worded(check, "text"))));
  const doubts = paper.checks.filter((check) => check.severity !== "info").length;
  by("state").textContent = doubts ? fill(texts.doubts, { n: doubts }) : texts.nothing_doubtful;
  by("state").className = doubts ? "tag doubt" : "tag good";
  showAbout();
  showWhoConfirms();
  listHidden();
  by("confirm").disabled = !viewer.number || ownerAsked || rows.some((row) => row.isWrong) || (paper.owner === null && !corrected.length);
}

/** Who corrected a critical field, or what the paper is or whose, hands it on instead of confirming it. */
function showWhoConfirms() {
  const rules = new Map(rows.map(({ rule }) => [rule.key, rule]));
  const names = corrected.map((key) => (rules.has(key) ? worded(rules.get(key), "name") : texts[`corrected_${key}`]));
  by("statement").hidden = names.length > 0;
  by("second").hidden = !names.length;
  by("second").textContent = fill(texts.second_person, { fields: names.join(", ") });
  by("confirm").firstChild.textContent = names.length ? texts.hand_on : texts.confirm;
  by("confirm").setAttribute("aria-describedby", names.length ? "second" : "statement");
}

// --- its pages --------------------------------------------------------------------------------------------------------

function showPage() {
  if (!paper) return;
  const { number, pages } = viewer;
  const hidden = paper.hidden_pages;
  const place = { page: number, pages, archived: number - hidden.filter((page) => page < number).length, of: pages - hidden.length };
  const isHidden = hidden.includes(number);
  by("page-number").textContent = fill(isHidden ? texts.page_hidden : hidden.length ? texts.page_archived : texts.page_of, place);
  by("page-before").disabled = number <= 1;
  by("page-after").disabled = number >= pages;
  by("hide").hidden = !hideable.has(number);
  by("hide").textContent = isHidden ? texts.restore_page : texts.hide_page;
}

/** Tell which pages are left out, each to be looked at. */
function listHidden() {
  by("left-out").hidden = !paper.hidden_pages.length;
  const pages = paper.hidden_pages.map((page) => {
    const look = make("button", { type: "button" }, fill(texts.page, { page }));
    look.addEventListener("click", () => viewer.show(page));
    return look;
  });
  by("left-out").replaceChildren(texts.pages_left_out, ...pages);
}

async function learnHideable() {
  const { id } = paper;
  if (paper.signed_origin || (paper.pages ?? 1) < 2) return;
  const { may_be_hidden: found } = await get(`/v1/papers/${id}/hidden-pages`);
  if (paper?.id !== id) return;
  hideable = new Set(found);
  if (viewer.number) showPage();
}

/** Leave the page shown out of what is archived, or take it back in. */
async function hideOrRestore() {
  const { number } = viewer;
  if (!hideable.has(number)) return;
  const others = paper.hidden_pages.filter((page) => page !== number);
  const hidden = others.length < paper.hidden_pages.length ? others : [...others, number];
  await once(() => save(paper.id, "hidden-pages", { hidden }));
  if (paper) showPage();
}

function showImage(kind) {
  by("image").value = kind;
  viewer.show(viewer.number, kind).catch(() => {
    by("image").value = viewer.kind;
    say(texts.no_picture, true);
  });
}

const nextImage = () => showImage(IMAGES[(IMAGES.indexOf(by("image").value) + 1) % IMAGES.length]);

/** Move on from a field: to the next doubtful one, else to the button that confirms. */
function following(row, backwards) {
  const place = rows.indexOf(row);
  const rest = backwards ? rows.slice(0, place).reverse() : rows.slice(place + 1);
  const target = rest.find((other) => backwards || other.isDoubtful);
  (target?.input ?? by(backwards ? "stage" : "confirm")).focus();
}

/** Send a correction. */
const correct = (id, change) => save(id, "corrections", { by: told.person, ...change });

/** Send a change; those of one paper follow one another. */
function save(id, what, change) {
  saving = saving.catch(() => {}).then(async () => {
    const answer = await post(`/v1/papers/${id}/${what}`, change);
    if (paper?.id !== id) return;
    [paper] = answer.papers;
    const whole = change.paper_type || change.owner_number;
    if (whole || rows.some((row) => row.rule.critical && row.rule.key in (change.fields ?? {}))) await learnCorrected(id);
    for (const row of rows) row.update(paper);
    showState();
  });
  return saving;
}

/** Ask what of that corrected here another person must confirm. */
async function learnCorrected(id) {
  const taken = await send("PUT", `/v1/papers/${id}/claim`).catch(() => null); // unknown, the service still refuses
  if (taken) ({ corrected } = await taken.json());
}

async function confirm() {
  await once(async () => {
    await settle();
    showState();
    if (by("confirm").disabled) {
      (rows.find((row) => row.isWrong)?.input ?? (ownerAsked ? by("owner-number") : null))?.focus();
      return false;
    }
    if (corrected.length) {
      await send("DELETE", `/v1/papers/${paper.id}/claim`);
      return say(texts.handed_on);
    }
    const [confirmed] = (await post(`/v1/papers/${paper.id}/confirmation`, { by: told.person })).papers;
    if (confirmed.confirmed_by !== told.person) say(fill(texts.confirmed_before, { person: confirmed.confirmed_by }), true);
    else say(fill(texts.confirmed, { person: told.person, at: moment(confirmed.confirmed_at) }));
  }, takeNext);
}

/** Leave the field one is in, and wait until what was typed is kept or refused. */
async function settle() {
  document.activeElement?.blur?.();
  await saving.catch(() => {});
  for (const row of rows) await row.sendAgain();
}

/** Lay the paper back; false where something typed is not kept, unless the person was told of just that before. */
async function leave() {
  await settle();
  const lost = rows.filter((row) => row.isWrong);
  const names = lost.map((row) => worded(row.rule, "name"));
  const number = by("owner-number").value.trim();
  if (!by("owner").hidden && number !== (paper.owner?.number ?? "")) names.push(texts["corrected_paper.owner"]);
  const typed = JSON.stringify([paper.id, number, ...lost.map((row) => [row.rule.key, row.typed])]);
  if (names.length && typed !== toBeLost) {
    toBeLost = typed;
    say(fill(texts.not_kept_leave, { fields: names.join(", ") }), true);
    // What nobody answered to is sent again once it is left alone.
    (lost.length ? lost.find((row) => !row.isUnsent)?.input : by("owner-number"))?.focus();
    return false;
  }
  await send("DELETE", `/v1/papers/${paper.id}/claim`);
  return true;
}

/** Ask where the scan is to be split. */
async function cut() {
  if (!by("split").hidden) await once(() => splitter.open(paper, types));
}

async function split(firstPages) {
  await once(async () => {
    await settle();
    say(texts.splitting);
    const [, ...parts] = (await post(`/v1/papers/${paper.id}/split`, { by: told.person, first_pages: firstPages })).papers;
    say(fill(texts.split, { n: parts.length }));
  }, takeNext);
}

/** Ask which paper of the same scan this one goes with: it was split wrongly. */
async function mend() {
  if (!by("join").hidden) await once(() => joiner.open(paper, types));
}

async function join(other) {
  await once(async () => {
    await settle();
    say(texts.joining);
    await post(`/v1/papers/${paper.id}/join`, { by: told.person, others: [other] });
    say(texts.joined);
  }, takeNext);
}

async function layBack() {
  await once(async () => {
    if (await leave()) await showQueue();
  });
}

async function later() {
  await once(async () => {
    const left = await leave();
    if (left) laidAside.push(paper.id);
    return left;
  }, takeNext);
}

/** Do one thing at a time, `then` another unless `work` says false; tell what was refused, let go of what others have. */
async function once(work, then) {
  if (busy) return;
  busy = true;
  let done = false;
  try {
    done = (await work()) !== false;
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
    if (error.code === "claimed" || error.code === "wrong-state") await showQueue();
  } finally {
    busy = false;
  }
  if (done && then) await then();
}

// --- what starts it --------------------------------------------------------------------------------------------------

by("next").addEventListener("click", takeNext);
for (const choice of Object.values(CHOICES))
  choice.addEventListener("change", () => {
    rememberChoice();
    listQueue();
  });
by("confirm").addEventListener("click", confirm);
by("back").addEventListener("click", layBack);
by("later").addEventListener("click", later);
by("page-before").addEventListener("click", () => viewer.show(viewer.number - 1));
by("page-after").addEventListener("click", () => viewer.show(viewer.number + 1));
by("smaller").addEventListener("click", () => viewer.zoom(1 / 1.25));
by("larger").addEventListener("click", () => viewer.zoom(1.25));
by("fit").addEventListener("click", () => viewer.fit());
by("turn").addEventListener("click", () => viewer.rotate());
by("split").addEventListener("click", cut);
by("join").addEventListener("click", mend);
by("hide").addEventListener("click", hideOrRestore);
by("image").addEventListener("change", ({ target }) => showImage(target.value));
by("type").addEventListener("change", async ({ target }) => {
  try {
    await correct(paper.id, { paper_type: target.value });
    const unkept = rows.filter((row) => row.isWrong);
    listFields();
    showState();
    for (const { rule, typed } of unkept) rows.find((row) => row.rule.key === rule.key)?.retype(typed);
  } catch (error) {
    say(error.message, true);
    target.value = paper.paper_type;
  }
});
by("change-owner").addEventListener("click", () => askOwner(!ownerAsked));
by("owner").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await correct(paper.id, { owner_number: by("owner-number").value, owner_name: by("owner-name").value || null });
    ownerAsked = false;
    showState();
    (rows.find((row) => row.isDoubtful)?.input ?? by("confirm")).focus();
  } catch (error) {
    say(error.message, true);
    by("owner-number").focus();
  }
});

const KEYS = {
  "Ctrl+Enter": confirm,
  Escape: () => (ownerAsked ? askOwner(false) : layBack()),
  PageDown: () => viewer.show(viewer.number + 1),
  PageUp: () => viewer.show(viewer.number - 1),
  "Alt+=": () => viewer.zoom(1.25),
  "Alt+-": () => viewer.zoom(1 / 1.25),
  "Alt+0": () => viewer.fit(),
  "Alt+r": () => viewer.rotate(),
  "Alt+l": later,
  "Alt+t": cut,
  "Alt+g": mend,
  "Alt+c": () => askOwner(true),
  "Alt+h": hideOrRestore,
  "Alt+o": nextImage,
};
document.addEventListener("keydown", (event) => {
  if (!paper || event.isComposing || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = KEYS[`${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`];
  if (!act) return;
  event.preventDefault();
  if (!event.repeat) act();
});
by("confirm").addEventListener("keydown", (event) => event.repeat && event.preventDefault());
window.addEventListener("beforeunload", (event) => paper && rows.some((row) => row.isWrong) && event.preventDefault());
setInterval(() => listQueue().catch(() => {}), AGAIN_MS);
setInterval(() => paper && !document.hidden && attended(HOLD_MS) && send("PUT", `/v1/papers/${paper.id}/claim`).catch(() => {}), HOLD_MS);

const catalogue = (await get("/v1/paper-types")).paper_types;
types = new Map(catalogue.map((type) => [type.code, type]));
by("type").replaceChildren(...catalogue.map((type) => make("option", { value: type.code }, worded(type, "name"))));
by("next").focus();
await listQueue();
