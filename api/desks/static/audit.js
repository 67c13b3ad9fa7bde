// The auditor's desk: any PDF, or a stored paper, and what is found of it, line by line.

import { make, moment, post, send, texts, worded } from "./api.js";

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

async function attempt(name, asked) {
  by("problem").textContent = "";
  by("report").hidden = by("evidence").hidden = true;
  try {
    show(name, await asked());
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice ?? ""}`;
  }
}

const verify = ([file]) =>
  file && attempt(file.name, async () => (await (await send("POST", "/v1/verifications", { body: file })).json()).files[0]);

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
    return answer.verifications[0].report;
  });
});
by("choose").focus();
