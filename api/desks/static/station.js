// The station desk: files are looked at, announced, sent, and followed until each is read; then there is a receipt.

import { attended, fill, get, insist, isPassing, make, moment, pause, post, say, send, texts, told, worded } from "./api.js";
import { Bell } from "./bell.js";
import { Camera } from "./camera.js";
import { cardOf, readCard } from "./card.js";
import { clock, ownerIsThere } from "./counter.js";
import { chosenFiles, droppedFiles } from "./dropped.js";
import { sha256, upload } from "./upload.js";
import { shown } from "./values.js";

const AWAY_MS = 1000;
const TICK_MS = 10000;
const GOES_ON = new Set(["received", "ready", "needs_review", "confirmed"]);
const MOST_LOOKS = 4;
const MOST_NAMED = 4;
const TAGS = { ready: "good", stored: "good", confirmed: "good", needs_review: "doubt", rejected: "bad", quarantined: "bad", failed: "bad", received: "busy" };
const ADVICE = { accept: "good", unknown: "doubt", rescan: "bad" };
const by = (id) => document.getElementById(id);
const files = new Map();
let announcing = false;
let batch = null;
let bell = null;
let looking = Promise.resolve();

// --- choosing --------------------------------------------------------------------------------------------------------

/** Take scans into the list, each as its `path` and `file`; what is none, or cannot be read, is told. */
function add(found) {
  if (batch || announcing) return;
  for (const { path, file } of found.filter(isScan)) {
    if (files.has(path)) continue;
    const one = { key: path, name: path.normalize("NFC"), sent: null, file, row: null, state: null, progress: null };
    files.set(path, one);
    list(one);
    looking = looking.then(() => look(one));
  }
  const left = found.filter((one) => !isScan(one)).map(({ path }) => path.normalize("NFC"));
  if (left.length) say(fill(texts.not_scans, { n: left.length, names: left.slice(0, MOST_NAMED).join(", ") + (left.length > MOST_NAMED ? ", …" : "") }), true);
  tell();
}

const isScan = ({ path, file }) => file !== null && /\.(pdf|tiff?|jpe?g|png)$/i.test(path);

/** Ask how good a scan is while the paper still lies at the scanner; one file after the other. */
async function look(one) {
  if (!files.has(one.key)) return;
  try {
    const verdict = await insist(async () => (await send("POST", "/v1/quality-checks", { body: one.file })).json(), { most: MOST_LOOKS });
    const reasons = verdict.pages.flatMap((page) => page.reasons.map((reason) => ({ ...reason, page: page.page })));
    one.reasons = reasons.filter((reason) => reason.severity !== "info");
    one.advice = verdict.advice;
  } catch (error) {
    // A line that broke says nothing of the scan: it may be sent, and is judged when it has arrived.
    one.reasons = [{ severity: isPassing(error) ? "warning" : "error", text: error.message, text_en: error.message }];
    one.advice = isPassing(error) ? "unknown" : "rescan";
  }
  list(one);
}

function list(one) {
  const quality = one.advice
    ? make("span", { class: `tag ${ADVICE[one.advice]}` }, texts[`advice_${one.advice}`])
    : make("span", { class: "tag busy" }, texts.looking);
  const reasons = make("ul", { class: "findings" }, ...(one.reasons ?? []).map((reason) =>
    make("li", { class: reason.severity }, (reason.page ? fill(texts.on_page, reason) : "") + worded(reason, "text"))));
  const sent = one.progress === null ? "" : make("progress", { max: one.file.size || 1, value: one.progress, "aria-label": one.name });
  const drop = make("button", { type: "button", hidden: batch !== null, "aria-label": `${texts.remove} ${one.name}` }, "×");
  drop.addEventListener("click", () => {
    if (announcing || batch) return;
    files.delete(one.key);
    one.row.remove();
    tell();
  });
  const row = make("tr", {}, make("td", {}, one.name), make("td", { class: "number" }, size(one.file.size)),
    make("td", {}, quality, reasons), make("td", {}, sent), make("td", {}, ...state(one)), make("td", {}, drop));
  if (one.row) one.row.replaceWith(row);
  else by("list").append(row);
  one.row = row;
}

function state(one) {
  const shown = [];
  if (one.twins?.length) shown.push(...twins(one));
  if (one.problem) {
    const again = make("button", { type: "button", hidden: Boolean(one.known) }, texts.send_again);
    again.addEventListener("click", () => {
      one.problem = null;
      transfer(one);
    });
    shown.push(make("span", { class: "tag bad" }, texts.refused), make("div", { class: "findings error" }, one.problem), again);
  }
  else if (one.state) {
    shown.push(make("span", { class: `tag ${TAGS[one.state] ?? ""}` }, texts[`state_${one.state}`]), " ", ...waits(one));
    if (one.duplicate) shown.push(make("div", { class: "findings" }, texts.duplicate));
    const checks = (one.paper?.checks ?? []).filter((check) => check.severity !== "info");
    shown.push(make("ul", { class: "findings" }, ...checks.map((check) => make("li", { class: check.severity }, worded(check, "text")))));
  }
  return shown;
}

/** Since when somebody waits for a paper at the counter, as long as it goes on; once it is stored, how long it took. */
function waits({ state, paper }) {
  if (batch.lane !== "on-the-spot" || !paper || !(GOES_ON.has(state) || paper.stored_at)) return [];
  return [clock(paper.created_at, paper.stored_at)];
}

function tick() {
  for (const one of files.values()) one.row.querySelector(".clock")?.replaceWith(...waits(one));
}

function twins(one) {
  const found = one.twins.map((twin) => make("li", {}, fill(texts.twin, { date: shown("date", twin.issued_on) || "?" })));
  const parts = [make("ul", { class: "findings" }, ...found)];
  if (one.held) {
    const go = make("button", { type: "button" }, texts.send_anyway);
    go.addEventListener("click", () => {
      one.held = false;
      transfer(one);
    });
    parts.push(go);
  }
  return parts;
}

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1).replace(".", told.language === "vi" ? "," : ".")} MB`);

function tell() {
  by("empty").hidden = files.size > 0;
  by("send").disabled = files.size === 0 || announcing || batch !== null;
}

// --- sending ---------------------------------------------------------------------------------------------------------

async function announce() {
  by("problem").textContent = "";
  if (announcing || batch) return;
  announcing = true;
  tell();
  const value = (id) => by(id).value.trim() || null;
  try {
    const papers = [];
    for (const one of files.values()) {
      // Files go under numbers: a name may tell whose paper it is, and addresses end up in logs.
      one.sent = `${String(papers.length + 1).padStart(3, "0")}.${one.name.split(".").pop().toLowerCase()}`;
      const bytes = { size: one.file.size, sha256: await insist(() => sha256(one.file)) };
      papers.push({ name: one.sent, owner_number: value("owner-number"), owner_name: value("owner-name"), ...bytes });
    }
    const content = { operator: told.person, dossier: value("dossier"), procedure: value("procedure"), on_the_spot: by("on-the-spot").checked, papers };
    // The same files for the same dossier are the same batch: chosen again after a break, they go on where they stopped.
    const name = await sha256(new Blob([JSON.stringify(content), new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" })]));
    batch = await insist(() => post("/v1/batches", { ...content, batch: `desk-${name.slice(0, 16)}` }));
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice ?? ""}`;
    announcing = false;
    tell();
    return;
  }
  announcing = false;
  for (const field of by("about").elements) field.disabled = true;
  by("drop").hidden = by("send").hidden = true;
  by("close").hidden = by("fresh").hidden = false;
  by("batch").textContent = batch.id;
  for (const one of files.values()) {
    one.twins = batch.files.find((file) => file.name === one.sent)?.twins ?? [];
    one.held = one.twins.length > 0;
    list(one);
  }
  follow(batch.id);
  for (const one of files.values()) if (!one.held) await transfer(one);
}

async function transfer(one) {
  const { id } = batch;
  one.progress = 0;
  list(one);
  try {
    await upload(id, one.sent, one.file, (offset) => {
      one.progress = offset;
      one.row.querySelector("progress").value = offset;
    });
    one.progress = one.file.size;
  } catch (error) {
    one.problem = `${error.message} ${error.advice ?? ""}`;
  }
  list(one);
  bell.ring(); // a file that is refused, or known already, is no event of the batch
}

/** Show where the papers stand whenever that changes, until nothing does any more, or another batch is begun. */
async function follow(id) {
  bell = new Bell(`/v1/batches/${id}/events`);
  while (batch?.id === id) {
    if (!attended()) {
      bell.rest();
      await pause(AWAY_MS);
      continue;
    }
    const last = bell.ended;
    const shown = await refresh(id).then(() => true, (error) => void (error.status === 0 || say(error.message, true)));
    if (last && shown) return;
    await bell.next();
  }
}

async function refresh(id) {
  const [now, read] = await Promise.all([get(`/v1/batches/${id}`), get(`/v1/papers?batch=${id}&limit=200`)]);
  const papers = new Map(read.papers.map((paper) => [paper.id, paper]));
  for (const told of now.files) {
    const one = sentAs(told.name);
    const before = JSON.stringify([one.state, one.paper?.checks]);
    Object.assign(one, { state: told.state, known: told.problem, duplicate: told.duplicate, paper: papers.get(told.paper) });
    if (before !== JSON.stringify([one.state, one.paper?.checks])) list(one);
  }
  by("close").disabled = now.files.some((file) => !file.paper && !file.problem && !isAbsent(sentAs(file.name)));
}

/** Whether a file is not to arrive: it was held back, or could not be sent. */
const isAbsent = (one) => Boolean(one.held || one.problem);
const sentAs = (name) => [...files.values()].find((one) => one.sent === name);

async function close() {
  try {
    const leave_out = [...files.values()].filter((one) => isAbsent(one) && !one.state && !one.known).map((one) => one.sent);
    showReceipt(await insist(() => post(`/v1/batches/${batch.id}/receipt`, { leave_out })));
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
  }
}

function showReceipt(receipt) {
  const facts = [[texts.batch, receipt.batch], [texts.dossier, receipt.dossier], [texts.agency, receipt.agency],
    [texts.operator, told.person], [texts.closed_at, moment(receipt.closed_at)]];
  by("facts").replaceChildren(...facts.filter(([, fact]) => fact).flatMap(([name, fact]) => [make("dt", {}, name), make("dd", {}, fact)]));
  by("lines").replaceChildren(...receipt.files.map((line) => make("tr", {}, make("td", {}, `${line.name} · ${sentAs(line.name).name}`),
    make("td", {}, texts[`outcome_${line.outcome}`]), make("td", { class: "number" }, line.size === null ? "" : size(line.size)),
    make("td", { class: "hash" }, line.sha256 ?? ""))));
  by("signed").href = `/v1/batches/${receipt.batch}/receipt`;
  by("receipt").hidden = false;
  by("close").hidden = true;
  by("print").focus();
}

// --- what starts it --------------------------------------------------------------------------------------------------

function fillInOwner({ number, name }) {
  by("owner-number").value = number;
  by("owner-name").value = name;
}

/** A hand scanner types what the identity card's code says, and Enter. */
by("owner-number").addEventListener("change", ({ target }) => {
  const card = cardOf(target.value);
  if (card) fillInOwner(card);
});
/** Read whose card it is, from a camera or a picture, and fill it in; nothing where the person gave up. */
async function learnOwner(asked) {
  by("card").disabled = true;
  try {
    const card = await asked;
    if (card) {
      fillInOwner(card);
      say(texts.card_read);
      ownerIsThere();
    }
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
  }
  by("card").disabled = batch !== null;
}

const camera = new Camera(by("camera"));
const choosePicture = () => by("card-picture").click();
by("card").addEventListener("click", () => {
  if (!Camera.isThere) return choosePicture();
  learnOwner(camera.card().catch((error) => (error instanceof DOMException ? choosePicture() : Promise.reject(error))));
});
by("card-chosen").addEventListener("click", () => {
  by("camera").close();
  choosePicture();
});
by("card-picture").addEventListener("change", async ({ target }) => {
  const [picture] = target.files;
  if (picture) await learnOwner(readCard(picture));
  target.value = "";
});
by("choose").addEventListener("click", () => by("files").click());
by("folder").addEventListener("click", () => by("tree").click());
for (const id of ["files", "tree"]) by(id).addEventListener("change", ({ target }) => {
  add(chosenFiles(target.files));
  target.value = ""; // a scan made anew under the same name may be chosen again
});
for (const kind of ["dragover", "dragleave", "drop"])
  by("drop").addEventListener(kind, async (event) => {
    event.preventDefault();
    by("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") add(await droppedFiles(event.dataTransfer.items));
  });
by("send").addEventListener("click", announce);
by("close").addEventListener("click", close);
by("fresh").addEventListener("click", () => location.reload());
by("print").addEventListener("click", () => print());
window.addEventListener("beforeunload", (event) => {
  if ([...files.values()].some((one) => one.progress !== null && one.progress < one.file.size && !one.problem)) event.preventDefault();
});
setInterval(tick, TICK_MS);
by("dossier").focus();
