// A scan that was split wrongly: the paper in hand and the one before or behind it become one again.

import { get, make, texts, worded } from "./api.js";

const WAITS = new Set(["ready", "needs_review"]);

/** Asks in `dialog` which paper the one in hand goes with; `join` gets its identifier once the person has decided. */
export class Joiner {
  constructor(dialog, join) {
    Object.assign(this, { dialog, join });
    this.tiles = dialog.querySelector(".tiles");
    this.told = dialog.querySelector(".told");
    dialog.querySelector(".not").addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (event) => this.key(event));
  }

  /** Show a part of a scan between the papers before and behind it; `types` are the catalogue's, by code. */
  async open(paper, types) {
    const one = async (id) => (await get(`/v1/papers/${id}`)).papers[0];
    const { parts } = await one(paper.split_from);
    const place = parts.indexOf(paper.id);
    const [before, behind] = await Promise.all([parts[place - 1], parts[place + 1]].map((id) => id && one(id)));
    const tiles = [before && this.choice(before, types, texts.paper_before, before.pages), this.shown(paper, types, texts.paper_in_hand, 1),
      behind && this.choice(behind, types, texts.paper_behind, 1)];
    this.tiles.replaceChildren(...tiles.filter(Boolean));
    const [first] = this.choices;
    this.told.textContent = first ? "" : texts.none_to_join;
    this.dialog.showModal();
    (first ?? this.dialog.querySelector(".not")).focus();
  }

  /** A paper by the page of it that meets its neighbour. */
  shown(paper, types, where, page, tag = "div", more = {}) {
    const waits = WAITS.has(paper.state);
    const picture = waits ? make("img", { alt: "", src: `/v1/papers/${paper.id}/pages/${page}/picture` }) : null;
    const name = worded(types.get(paper.paper_type) ?? { name: texts.type_unknown }, "name");
    return make(tag, { class: "tile", ...more }, picture, make("span", {}, where), make("span", { class: "part" }, name),
      make("span", {}, paper.name), waits ? null : make("span", { class: "tag bad" }, texts[`state_${paper.state}`]));
  }

  choice(paper, types, where, page) {
    const button = this.shown(paper, types, where, page, "button", { type: "button", disabled: !WAITS.has(paper.state) });
    button.addEventListener("click", () => {
      this.dialog.close();
      this.join(paper.id);
    });
    return button;
  }

  get choices() {
    return [...this.tiles.querySelectorAll("button:enabled")];
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const { choices } = this;
    choices[choices.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  }
}
