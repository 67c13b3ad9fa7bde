// The review desk: take a paper in hand, look at what is doubtful, mend it, confirm it. Every step works by keyboard.

import { age, attended, fill, get, make, moment, post, say, send, texts, told, worded } from "./api.js";
import { FieldRow } from "./field-row.js";
import { Viewer } from "./viewer.js";

const AGAIN_MS = 5000;
const HOLD_MS = 120000;
const by = (id) => document.getElementById(id);
const viewer = new Viewer(by("stage"), ({ number, pages }) => {
  by("page-number").textContent = fill(texts.page_of, { page: number, pages });
  by("page-before").disabled = number <= 1;
  by("page-after").disabled = number >= pages;
});
const laidAside = [];
let types = new Map();
let paper = null;
let rows = [];
let saving = Promise.resolve();
let busy = false;

// --- the queue -------------------------------------------------------------------------------------------------------

async function listQueue() {
  if (paper || document.hidden || !attended()) return;
  const queue = await get("/v1/reviews?limit=200");
  by("ready").textContent = queue.ready;
  by("doubtful").textContent = queue.needs_review;
  const lane = by("lane").value;
  const waiting = queue.papers.filter((one) => !lane || one.state === lane);
  by("waiting").replaceChildren(...waiting.map(queueRow));
  by("empty").hidden = waiting.length > 0;
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
      one.lane === "counter" ? "" : make("span", { class: one.lane === "on-the-spot" ? "tag bad" : "tag" }, texts[`lane_${one.lane}`])),
    make("td", { title: moment(one.created_at) }, age(one.created_at)),
    make("td", {}, one.claim ? one.claim.person : ""));
}

const takeNext = () =>
  take(() => send("POST", "/v1/reviews/next", { json: { state: by("lane").value || null, skip: laidAside.slice(-200) } }));

async function take(asked) {
  await once(async () => {
    const taken = await (await asked()).json();
    if (!taken.papers.length) {
      await showQueue();
      return say(texts.none_waits);
    }
    await open(taken.papers[0]);
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

async function open(taken) {
  paper = taken;
  by("queue").hidden = true;
  by("work").hidden = false;
  by("confirm").disabled = true;
  listFields();
  const pictured = viewer.open(paper).catch(() => say(texts.no_picture, true));
  by("fields").scrollTop = 0;
  await pictured;
  showState();
  (rows.find((row) => row.isDoubtful)?.input ?? by("confirm")).focus();
}

function listFields() {
  const kind = types.get(paper.paper_type);
  by("type").value = paper.paper_type ?? "other";
  const about = [paper.name, paper.dossier, paper.owner && [paper.owner.name, paper.owner.number].filter(Boolean).join(" · ")];
  by("about").textContent = about.filter(Boolean).join("  ·  ");
  const { id } = paper;
  const desk = { viewer, correct: (change) => correct(id, change), told: () => paper?.id === id && showState(), next: following };
  rows = (kind?.fields ?? []).map((rule) => new FieldRow(rule, paper, desk));
  const doubtful = rows.filter((row) => row.isDoubtful).sort((a, b) => b.weight - a.weight);
  by("doubts").hidden = !doubtful.length;
  by("doubts").lastElementChild.replaceChildren(...doubtful.map((row) => row.element));
  by("sure").lastElementChild.replaceChildren(...rows.filter((row) => !row.isDoubtful).map((row) => row.element));
  rows = [...doubtful, ...rows.filter((row) => !row.isDoubtful)];
}

/** Show the paper's state and what is doubtful about it as a whole, as it stands now. */
function showState() {
  const known = new Set(rows.map((row) => row.rule.key));
  const whole = paper.checks.filter((check) => check.severity !== "info" && !known.has(check.field));
  by("checks").replaceChildren(...whole.map((check) => make("li", { class: check.severity }, worded(check, "text"))));
  const doubts = paper.checks.filter((check) => check.severity !== "info").length;
  by("state").textContent = doubts ? fill(texts.doubts, { n: doubts }) : texts.nothing_doubtful;
  by("state").className = doubts ? "tag doubt" : "tag good";
  by("owner").hidden = paper.owner !== null;
  by("confirm").disabled = !viewer.number || rows.some((row) => row.isWrong) || paper.owner === null;
}

/** Move on from a field: to the next doubtful one, else to the button that confirms. */
function following(row, backwards) {
  const place = rows.indexOf(row);
  const rest = backwards ? rows.slice(0, place).reverse() : rows.slice(place + 1);
  const target = rest.find((other) => backwards || other.isDoubtful);
  (target?.input ?? by(backwards ? "stage" : "confirm")).focus();
}

/** Send a correction; those of one paper follow one another. */
function correct(id, change) {
  saving = saving.catch(() => {}).then(async () => {
    const answer = await post(`/v1/papers/${id}/corrections`, { by: told.person, ...change });
    if (paper?.id !== id) return;
    [paper] = answer.papers;
    for (const row of rows) row.update(paper);
    showState();
  });
  return saving;
}

async function confirm() {
  await once(async () => {
    await settle();
    showState();
    if (by("confirm").disabled) {
      rows.find((row) => row.isWrong)?.input.focus();
      return false;
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

async function layBack() {
  await once(async () => {
    await settle();
    await send("DELETE", `/v1/papers/${paper.id}/claim`);
    await showQueue();
  });
}

async function later() {
  await once(async () => {
    await settle();
    await send("DELETE", `/v1/papers/${paper.id}/claim`);
    laidAside.push(paper.id);
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
by("lane").addEventListener("change", listQueue);
by("confirm").addEventListener("click", confirm);
by("back").addEventListener("click", layBack);
by("later").addEventListener("click", later);
by("page-before").addEventListener("click", () => viewer.show(viewer.number - 1));
by("page-after").addEventListener("click", () => viewer.show(viewer.number + 1));
by("smaller").addEventListener("click", () => viewer.zoom(1 / 1.25));
by("larger").addEventListener("click", () => viewer.zoom(1.25));
by("fit").addEventListener("click", () => viewer.fit());
by("turn").addEventListener("click", () => viewer.rotate());
by("type").addEventListener("change", async ({ target }) => {
  try {
    await correct(paper.id, { paper_type: target.value });
    listFields();
    showState();
  } catch (error) {
    say(error.message, true);
    target.value = paper.paper_type;
  }
});
by("owner").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await correct(paper.id, { owner_number: by("owner-number").value, owner_name: by("owner-name").value || null });
    (rows.find((row) => row.isDoubtful)?.input ?? by("confirm")).focus();
  } catch (error) {
    say(error.message, true);
    by("owner-number").focus();
  }
});

const KEYS = {
  "Ctrl+Enter": confirm,
  Escape: layBack,
  PageDown: () => viewer.show(viewer.number + 1),
  PageUp: () => viewer.show(viewer.number - 1),
  "Alt+=": () => viewer.zoom(1.25),
  "Alt+-": () => viewer.zoom(1 / 1.25),
  "Alt+0": () => viewer.fit(),
  "Alt+r": () => viewer.rotate(),
  "Alt+l": later,
};
document.addEventListener("keydown", (event) => {
  if (!paper || event.isComposing) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = KEYS[`${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${key}`];
  if (!act) return;
  event.preventDefault();
  if (!event.repeat) act();
});
by("confirm").addEventListener("keydown", (event) => event.repeat && event.preventDefault());
window.addEventListener("beforeunload", (event) => paper && rows.some((row) => row.isUnsent) && event.preventDefault());
setInterval(() => listQueue().catch(() => {}), AGAIN_MS);
setInterval(() => paper && !document.hidden && attended(HOLD_MS) && send("PUT", `/v1/papers/${paper.id}/claim`).catch(() => {}), HOLD_MS);

const catalogue = (await get("/v1/paper-types")).paper_types;
types = new Map(catalogue.map((type) => [type.code, type]));
by("type").replaceChildren(...catalogue.map((type) => make("option", { value: type.code }, worded(type, "name"))));
by("next").focus();
await listQueue();
