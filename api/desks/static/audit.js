// The auditor's desk: any PDF, or a stored paper, and what is found of it, line by line.

import { fill, get, listen, make, moment, post, send, texts, worded } from "./api.js";

const by = (id) => document.getElementById(id);
const TAGS = { valid: "good", undetermined: "doubt", invalid: "bad" };

const fact = (name, value) => (value ? [make("dt", {}, name), make("dd", {}, value)] : []);
const verdictOf = (one) => make("span", { class: `tag ${TAGS[one.verdict]}` }, texts[`verdict_${one.verdict}`]);
const findings = (found) => found.map((finding) => make("li", { class: finding.severity }, worded(finding, "text"), " ", make("code", {}, finding.code)));

function show(name, report) {
  by("verdict").replaceChildren(verdictOf(report), ` ${report.indication}${report.sub_indication ? ` · ${report.sub_indication}` : ""}`);
  by("file-name").textContent = name;
  const status = report.status && texts[`status_${report.status.state}`];
  by("facts").replaceChildren(...fact("SHA-256", make("span", { class: "hash" }, report.sha256 ?? "")), ...fact(texts.checked_at, moment(report.checked_at)),
    ...fact(texts.in_force, status), ...fact(texts.signatures, String(report.signatures.length)));
  by("findings").replaceChildren(...findings(report.findings));
  by("signatures").replaceChildren(...report.signatures.map(signature));
  by("report").hidden = false;
  by("report").focus();
}

function signature(one, place) {
  const stamps = one.timestamps.map((stamp) => `${moment(stamp.moment)}, ${stamp.authority}`).join("; ");
  const revocation = [...new Set(one.revocation.map((evidence) => `${evidence.kind} ${moment(evidence.this_update)}`))].join("; ");
  const changes = one.changes.map((change) => make("li", {}, worded(change, "text")));
  return make("section", { class: "signature", "aria-label": `${texts.signature} ${place + 1}` },
    make("h3", {}, verdictOf(one), ` ${place + 1}. ${one.signer}`),
    make("dl", { class: "facts" }, ...fact(texts.unit, one.unit), ...fact(texts.issuer, one.issuer), ...fact(texts.signed_at, moment(one.signing_time)),
      ...fact(texts.proven_at, moment(one.proven_time)), ...fact(texts.profile, `${one.profile} · ${one.algorithm}`),
      ...fact(texts.stamps, stamps), ...fact(texts.revocation, revocation), ...fact(texts.stamp_text, one.stamp_text),
      ...fact(texts.certificate, one.certificate && `${one.certificate.serial} · ${moment(one.certificate.valid_from)} – ${moment(one.certificate.valid_until)}`)),
    make("ul", { class: "checks" }, ...findings(one.findings)),
    changes.length ? make("details", {}, make("summary", {}, texts.changes), make("ul", {}, ...changes)) : null);
}

/** Show how a file came about, which `history` asks for: who signed each revision stands in the report, under the same field. */
async function follow(history, report) {
  if (!report.signatures.length) return;
  by("history").hidden = false;
  by("revisions").replaceChildren();
  by("history-hint").textContent = texts.looking;
  const asked = (follow.last = {});
  try {
    const told = await history();
    if (asked !== follow.last) return; // another file was chosen meanwhile
    const signed = Object.fromEntries(report.signatures.map((one) => [one.field, one]));
    by("revisions").append(...told.revisions.map((one) => revision(one, signed)));
    by("history-hint").textContent = [told.cut && texts.history_cut, told.unseen && fill(texts.history_unseen, { why: worded(told.unseen, "text") })].filter(Boolean).join(" ");
  } catch (error) {
    if (asked === follow.last) by("history-hint").textContent = `${error.message} ${error.advice ?? ""}`;
  }
}

function revision(one, signed) {
  const who = one.fields.map((field) => signed[field]).filter(Boolean).map((signature) =>
    make("span", {}, verdictOf(signature), ` ${signature.signer}, ${moment(signature.proven_time ?? signature.signing_time) || texts.history_undated}`));
  const changes = one.changes.map((change) => make("li", {}, worded(change, "text")));
  return make("li", {}, make("h3", {}, fill(texts.history_revision, { n: one.number }), " "), ...(who.length ? who : [make("span", { class: "tag doubt" }, texts.history_unsigned)]),
    changes.length ? make("ul", {}, ...changes) : null, make("div", { class: "pages" }, ...one.pages.map((page) => pictured(page, one.number))));
}

function pictured({ page, boxes, picture }, number) {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
  const source = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  const words = fill(boxes.length ? texts.history_page : texts.history_same, { page, n: boxes.length });
  const image = make("img", { src: source, alt: `${fill(texts.history_revision, { n: number })}: ${words}` });
  image.addEventListener("load", () => URL.revokeObjectURL(source));
  return make("figure", {}, image, make("figcaption", {}, words));
}

async function attempt(name, asked) {
  by("problem").textContent = "";
  by("report").hidden = by("evidence").hidden = by("history").hidden = true;
  follow.last = null;
  try {
    show(name, await asked());
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice ?? ""}`;
  }
}

const verify = ([file]) =>
  file && attempt(file.name, async () => {
    const [report] = (await (await send("POST", "/v1/verifications", { body: file })).json()).files;
    follow(async () => (await send("POST", "/v1/file-histories", { body: file })).json(), report);
    return report;
  });

by("choose").addEventListener("click", () => by("files").click());
by("files").addEventListener("change", ({ target }) => {
  verify([...target.files]);
  target.value = ""; // the same file may be chosen again
});
for (const kind of ["dragover", "dragleave", "drop"])
  by("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    by("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") verify(event.dataTransfer.files);
  });
by("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = by("paper").value;
  attempt(id, async () => {
    const answer = await post(`/v1/papers/${id}/verifications`, undefined);
    by("evidence").href = `/v1/papers/${id}/evidence`;
    by("evidence").hidden = false;
    const { report } = answer.verifications[0];
    follow(() => get(`/v1/papers/${id}/history`), report);
    return report;
  });
});

/** Ask something and show what came of it under a heading of its own; the button rests meanwhile. */
async function told(button, name, asked) {
  by(`${name}-problem`).textContent = "";
  by(`${name}-report`).hidden = true;
  const words = button.textContent;
  button.disabled = true;
  button.textContent = texts.looking;
  try {
    await asked();
    by(`${name}-report`).hidden = false;
  } catch (error) {
    by(`${name}-problem`).textContent = `${error.message} ${error.advice ?? ""}`;
  } finally {
    button.textContent = words;
    button.disabled = false;
  }
}

/** Show how many entries of the log were gone over, then how many time stamps were judged. */
function showProgress({ entries, of, stamps }) {
  by("log-bar").max = of || 1;
  by("log-bar").value = entries;
  const grouped = (count) => count.toLocaleString(document.documentElement.lang);
  by("log-far").textContent = of ? fill(stamps ? texts.log_stamps : texts.log_far, { entries: grouped(entries), of: grouped(of), stamps }) : "";
}

by("check-log").addEventListener("click", ({ currentTarget }) =>
  told(currentTarget, "log", async () => {
    showProgress({ entries: 0, of: 0, stamps: 0 });
    by("log-progress").hidden = false;
    const asked = listen("/v1/audit-checks", { segments: by("segments").checked }, showProgress);
    const { checked_at: at, whole, broken } = await asked.finally(() => (by("log-progress").hidden = true));
    by("log-verdict").replaceChildren(make("span", { class: `tag ${whole ? "good" : "bad"}` }, whole ? texts.log_whole : texts.log_broken), ` ${moment(at)}`);
    const anchors = broken?.seq ? fill(texts.log_between, { after: broken.after || "–", before: broken.before || "–" }) : null;
    by("log-facts").replaceChildren(...(whole
      ? [...fact(texts.log_entries, String(whole.entries)), ...fact(texts.log_anchored, String(whole.anchored)), ...fact(texts.log_segmented, whole.segmented && String(whole.segmented)),
        ...fact(texts.log_stamped, whole.proven_at && `${whole.stamped} · ${moment(whole.proven_at)}`), ...fact(texts.log_head, make("span", { class: "hash" }, whole.head))]
      : [...fact(texts.log_where, broken.seq && String(broken.seq)), ...fact(texts.log_around, anchors), ...fact(texts.log_what, worded(broken, "text"))]));
    by("log-open").replaceChildren(...(whole?.open ?? []).map((one) => make("li", { class: "warning" }, fill(texts.log_open, { n: one.entry }), " ", make("code", {}, one.findings))));
  }));

by("look").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = by("listed").value;
  told(event.submitter ?? by("look").querySelector("button"), "list", async () => {
    const list = await get(`/v1/status-list/check${id ? `?paper=${id}` : ""}`);
    by("list-verdict").replaceChildren(verdictOf(list), ` ${list.number ?? ""}`);
    by("list-facts").replaceChildren(...fact(texts.list_made, moment(list.made_at)), ...fact(texts.list_next, moment(list.next_at)), ...fact(texts.list_signer, list.signer),
      ...Object.entries(list.entries).flatMap(([state, count]) => fact(texts[`state_${state}`], String(count))));
    by("list-findings").replaceChildren(...findings(list.findings));
    by("list-files").replaceChildren(...(list.files ?? []).map((file) => make("li", { class: file.state ? "error" : "info" },
      file.state ? `${texts[`state_${file.state}`]}, ${moment(file.since)}: ${texts[`reason_${file.reason}`]} ` : `${texts.list_not_in} `, make("span", { class: "hash" }, file.sha256))));
    if (list.files?.length === 0) by("list-files").replaceChildren(make("li", { class: "info" }, texts.list_no_file));
  });
});
by("choose").focus();
