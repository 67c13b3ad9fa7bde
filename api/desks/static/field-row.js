// One field of a paper: what was read, why it is doubtful, its enlarged picture, and what the person makes of it.

import { fill, isPassing, make, texts, worded } from "./api.js";
import { keyboard, shown, spelled } from "./values.js";

const LONG = 46;
const AGAIN_MS = 3000;
const CODES = new Set(["qr", "mrz"]);

/** A field's row; `desk` has the viewer, `correct` to send a correction, `told` to hear what came of it, and `next` to move on from the row. */
export class FieldRow {
  constructor(rule, paper, desk) {
    Object.assign(this, { rule, desk, isSeen: false, isWrong: false, isUnsent: false, isSending: false });
    this.take(paper);
    this.isDoubtful = this.weight > 0;
    this.input = this.makeInput();
    this.why = make("div", { class: "why", id: `why-${rule.key}` });
    this.problem = make("div", { class: "problem", role: "alert", id: `problem-${rule.key}` });
    this.canvas = make("canvas", { hidden: true });
    this.canvas.setAttribute("aria-hidden", "true");
    this.others = make("div", { class: "others", hidden: true });
    this.element = make("div", { class: "field" },
      make("label", { for: this.input.id }, worded(rule, "name")), this.input, this.canvas, this.why, this.others, this.problem);
    this.element.addEventListener("focusin", () => this.enter());
    this.element.addEventListener("focusout", (event) => this.element.contains(event.relatedTarget) || this.leave());
    this.fillIn();
  }

  take(paper) {
    const read = paper.fields.filter((field) => field.key === this.rule.key);
    this.field = read[0] ?? null;
    this.place = read.find((field) => field.box && !CODES.has(field.source)) ?? read.find((field) => field.box) ?? null;
    this.readings = read;
    this.checks = paper.checks.filter((check) => check.field === this.rule.key && check.severity !== "info");
    this.weight = this.checks.some((check) => check.severity === "error") ? 2 : this.checks.length ? 1 : 0;
  }

  makeInput() {
    const { rule } = this;
    const id = `field-${rule.key}`;
    const choices = rule.value === "sex" ? ["male", "female"].map((value) => ({ value, name: shown("sex", value) })) : rule.choices;
    const about = { id, "aria-describedby": `why-${rule.key} problem-${rule.key}`, required: rule.required };
    let input;
    if (choices.length) {
      const options = choices.map((choice) => make("option", { value: choice.value }, choice.name));
      input = make("select", about, make("option", { value: "" }, texts.not_stated), ...options);
    } else if (shown(rule.value, this.field?.value ?? "").length > LONG) {
      input = make("textarea", { ...about, rows: 2, spellcheck: false });
    } else {
      input = make("input", { ...about, inputMode: keyboard(rule.value), autocomplete: "off", spellcheck: false });
    }
    input.addEventListener("keydown", (event) => this.key(event));
    return input;
  }

  get typed() {
    return this.input.value.trim();
  }

  get kept() {
    const value = this.field?.value ?? null;
    return this.input.tagName === "SELECT" ? (value ?? "") : shown(this.rule.value, value);
  }

  fillIn() {
    const value = this.field?.value ?? null;
    this.before = this.kept;
    if (value === null && this.field?.raw && this.field.source !== "handwriting" && this.input.tagName !== "SELECT")
      this.input.placeholder = this.field.raw;
    this.input.value = this.before;
    this.tell();
  }

  tell() {
    const open = this.checks.length > 0 && !this.isSeen;
    this.element.className = ["field", open && "doubt", open && this.weight > 1 && "error", this.isSeen && "seen"].filter(Boolean).join(" ");
    const why = this.checks.map((check) => worded(check, "text").replace(/^[^:]{1,60}: /, ""));
    if (CODES.has(this.field?.source)) why.push(texts[`from_${this.field.source}`]);
    this.why.textContent = why.join(" ");
    this.why.hidden = !why.length;
    const others = new Set();
    for (const reading of this.readings)
      for (const other of [reading.value && shown(this.rule.value, reading.value), reading.second_raw, reading.value === null && reading.raw])
        if (other && other !== this.before && !other.includes("…")) others.add(other);
    this.others.replaceChildren(texts.also_read, ...[...others].map((other, place) => this.suggestion(other, place)));
    this.others.hidden = !others.size || this.input.tagName === "SELECT";
  }

  suggestion(text, place) {
    const button = make("button", { type: "button", tabIndex: -1, title: `Alt+${place + 1}` }, text);
    button.addEventListener("click", () => {
      this.input.value = text;
      this.input.focus();
    });
    return button;
  }

  key(event) {
    if (event.isComposing || event.ctrlKey) return;
    if (event.altKey && /^[1-9]$/.test(event.key)) {
      this.others.querySelectorAll("button")[Number(event.key) - 1]?.click();
      event.preventDefault();
    } else if (event.key === "Enter" && !event.repeat) {
      event.preventDefault();
      this.isSeen = true;
      this.desk.next(this, event.shiftKey);
      this.tell();
    }
  }

  async enter() {
    this.input.select?.();
    this.canvas.hidden = !this.place || CODES.has(this.place.source);
    this.desk.viewer.point(this.place).catch(() => {});
    if (!this.canvas.hidden) await this.desk.viewer.crop(this.place, this.canvas).catch(() => (this.canvas.hidden = true));
    this.element.scrollIntoView({ block: "nearest" });
  }

  async leave() {
    this.canvas.hidden = true;
    if (this.input.tagName !== "SELECT") this.input.value = spelled(this.rule.value, this.input.value);
    if (this.typed === this.before && !this.isWrong) return;
    this.problem.textContent = "";
    this.isWrong = this.isUnsent = false;
    this.isSending = true;
    try {
      await this.desk.correct({ fields: { [this.rule.key]: this.typed } });
      this.isSeen = true;
      this.before = this.kept;
      if (!this.element.contains(document.activeElement)) this.input.value = this.before;
    } catch (error) {
      // Whatever kept it from being kept: what stands here is not what would be confirmed.
      this.isWrong = true;
      this.isUnsent = isPassing(error);
      this.problem.textContent = fill(this.isUnsent ? texts.not_kept_yet : texts.not_kept, { why: error.message });
      if (this.isUnsent) setTimeout(() => this.sendAgain(), AGAIN_MS);
    }
    this.isSending = false;
    this.input.setAttribute("aria-invalid", String(this.isWrong));
    this.tell();
    this.desk.told();
  }

  /** Send what nobody answered to, unless the person is at it again, or at another paper. */
  async sendAgain() {
    const typing = this.element.contains(document.activeElement);
    if (this.isUnsent && this.element.isConnected && !typing) await this.leave();
  }

  /** Send what was typed before the field was read anew. */
  retype(typed) {
    this.input.value = typed;
    return this.leave();
  }

  /** Take over what the service made of the paper, unless the person is typing here, or what was typed is on its way. */
  update(paper) {
    this.take(paper);
    if (this.isWrong || this.isSending || this.element.contains(document.activeElement)) this.tell();
    else this.fillIn();
  }
}
