// What a counter has beside the files: what the store has already, separator sheets, and who waits on the spot.

import { age, attended, fill, get, make, post, say, send, texts, worded } from "./api.js";
import { shown } from "./values.js";

const LONGEST_MIN = 15; // of a visit's waiting from 2025 on: decision 468/QĐ-TTg, as in Quảng Bình's 1107/QĐ-UBND of 2021
const AGAIN_MS = 20000;
const MINUTE_MS = 60000;
const STATUS = { usable: "good", not_usable: "doubt", not_granted: "doubt" };
const by = (id) => document.getElementById(id);
let asked = "";

/** How long somebody waits since `since`, a warning when it is too long; where it is over, how long it was. */
export function clock(since, until = null) {
  const minutes = Math.max(0, Math.floor(((until ? new Date(until) : Date.now()) - new Date(since)) / MINUTE_MS));
  const late = minutes > LONGEST_MIN;
  const said = until ? fill(texts.took, { n: minutes }) : late ? fill(texts.waits_long, { n: minutes, limit: LONGEST_MIN }) : age(since);
  return make("span", { class: `tag clock ${late ? "bad" : ""}` }, said);
}

// --- what the store has already --------------------------------------------------------------------------------------

/** What a lookup, an officer's, finds for each component. */
async function lookedUp(need) {
  const found = await post("/v1/reuse/lookup", { ...need, purpose: "settle-dossier", procedure_components: true });
  const papers = new Map(found.paper_types.flatMap((type) => type.papers).map((paper) => [paper.id, paper]));
  return found.components.map((one) => ({ ...one, issued_on: papers.get(one.paper)?.issued_on }));
}

/** What a station is told of each component: whether it is there, and of which day. */
async function twins(need) {
  const { components } = await post("/v1/twins", need);
  return components.map((one) => ({ ...one, status: one.in_store ? "usable" : "not_there" }));
}

/** Ask once for each owner, dossier and procedure, since each telling is recorded. */
async function lookUp() {
  const value = (id) => by(id).value.trim();
  const need = { owner_number: value("owner-number"), dossier: value("dossier"), procedure: value("procedure") };
  const wanted = JSON.stringify(need);
  if (wanted === asked || !Object.values(need).every(Boolean)) return;
  asked = wanted;
  by("in-store").hidden = true;
  let lines;
  try {
    const found = await (by("in-store").dataset.asks === "lookup" ? lookedUp(need) : twins(need));
    const first = found.filter((one) => one.status === "usable");
    lines = [...first, ...found.filter((one) => !first.includes(one))].map(component);
  } catch (error) {
    lines = [make("li", { class: "problem" }, error.message)];
    if (error.status === 0) asked = ""; // nobody answered: the next change asks again
  }
  if (wanted !== asked && asked) return; // another question was asked meanwhile
  by("components").replaceChildren(...lines);
  by("in-store").hidden = false;
}

function component(one) {
  const issued = one.issued_on ? ` · ${shown("date", one.issued_on)}` : "";
  return make("li", {}, make("span", { class: `tag ${STATUS[one.status] ?? ""}` }, texts[`component_${one.status}`]), ` ${worded(one, "name")}${issued}`);
}

/** The owner was filled in by other hands than the keyboard's. */
export const ownerIsThere = () => lookUp();

for (const id of ["dossier", "procedure", "owner-number"]) by(id).addEventListener("change", () => setTimeout(lookUp));

// --- separator sheets ------------------------------------------------------------------------------------------------

by("sheets").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const wanted = { blank: Number(by("sheets-blank").value), dossier: (by("sheets-dossier").checked && by("dossier").value.trim()) || null };
    const sheets = await (await send("POST", "/v1/separators", { json: wanted })).blob();
    const address = URL.createObjectURL(sheets);
    make("a", { href: address, download: "to-phan-cach.pdf" }).click();
    setTimeout(() => URL.revokeObjectURL(address), MINUTE_MS);
  } catch (error) {
    say(`${error.message} ${error.advice ?? ""}`, true);
  }
});

// --- who waits on the spot -------------------------------------------------------------------------------------------

async function listWaiting() {
  if (document.hidden || !attended()) return;
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Ho_Chi_Minh" });
  const { batches } = await get(`/v1/batches?lane=on-the-spot&going_on_since=${today}&limit=20`);
  by("waiting-here").hidden = !batches.length;
  by("waiting").replaceChildren(...batches.map((one) =>
    make("tr", {}, make("td", {}, one.dossier ?? texts.no_dossier), make("td", {}, one.operator ?? one.station), make("td", {}, clock(one.created_at)))));
}

setInterval(() => listWaiting().catch(() => {}), AGAIN_MS);
listWaiting().catch(() => {});
