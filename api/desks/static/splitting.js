// A scan of several papers: its pages side by side, and the person says on which ones a paper begins.

import { fill, get, make, texts, worded } from "./api.js";

/** Asks in `dialog` where a scan is to be split; `split` gets the first pages once the person has decided. */
export class Splitter {
  constructor(dialog, split) {
    this.dialog = dialog;
    this.pages = dialog.querySelector(".tiles");
    this.told = dialog.querySelector(".told");
    this.button = dialog.querySelector(".primary");
    this.button.addEventListener("click", () => this.decide(split));
    dialog.querySelector(".not").addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (event) => this.key(event));
  }

  /** Show the pages of a paper in hand with what is proposed; `types` are the catalogue's, by code. */
  async open(paper, types) {
    const { proposed } = await get(`/v1/papers/${paper.id}/split`);
    const named = new Map(proposed.map((part) => [part.first_page, worded(types.get(part.paper_type) ?? { name: "" }, "name")]));
    const belong = new Set(proposed.flatMap((part) => part.pages));
    this.tiles = Array.from({ length: paper.pages }, (_, place) => place + 1).map((page) => ({
      page, name: named.get(page) ?? "", begins: page === 1 || named.has(page), isLeftOut: belong.size > 0 && !belong.has(page),
    }));
    for (const tile of this.tiles) this.make(tile, paper);
    this.pages.replaceChildren(...this.tiles.map(({ element }) => element));
    this.show();
    this.dialog.showModal();
    (this.button.disabled ? this.pages.firstElementChild : this.button).focus();
  }

  make(tile, paper) {
    const picture = make("img", { alt: "", loading: "lazy", src: `/v1/papers/${paper.id}/pages/${tile.page}/picture` });
    tile.part = make("span", { class: "part" });
    const number = make("span", {}, fill(texts.page, { page: tile.page }));
    tile.element = make("button", { type: "button", class: "tile" }, picture, number, tile.part);
    tile.element.addEventListener("click", () => {
      tile.begins = tile.page === 1 || !tile.begins;
      this.show();
    });
  }

  /** The papers that would be made: the tiles of each. */
  get parts() {
    const parts = [];
    for (const tile of this.tiles) {
      if (tile.begins || !parts.length) parts.push([]);
      if (!tile.isLeftOut) parts.at(-1).push(tile);
    }
    return parts.filter((part) => part.length);
  }

  show() {
    const { parts } = this;
    for (const { element, part, begins, isLeftOut } of this.tiles) {
      element.setAttribute("aria-pressed", String(begins && !isLeftOut));
      element.disabled = isLeftOut;
      element.classList.remove("odd");
      part.textContent = isLeftOut ? texts.left_out : "";
    }
    parts.forEach((tiles, place) => {
      const [{ part, name }] = tiles;
      part.textContent = fill(texts.part, { n: place + 1 }) + (name && `: ${name}`);
      for (const { element } of tiles) element.classList.toggle("odd", place % 2 === 1);
    });
    this.told.textContent = fill(texts.split_into, { n: parts.length });
    this.button.disabled = parts.length < 2 && !this.tiles.some((tile) => tile.isLeftOut);
  }

  key(event) {
    if (event.isComposing) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.across, ArrowUp: -this.across };
    if (steps[event.key]) {
      const open = this.tiles.filter((tile) => !tile.isLeftOut).map(({ element }) => element);
      const place = open.indexOf(document.activeElement) + steps[event.key];
      open[Math.min(open.length - 1, Math.max(0, place))]?.focus();
    } else if (event.key === "Enter" && event.ctrlKey) this.button.click();
    else return;
    event.preventDefault();
  }

  /** How many tiles stand in a row. */
  get across() {
    const [first, ...rest] = this.tiles.map(({ element }) => element.offsetTop);
    return rest.findIndex((top) => top > first) + 1 || this.tiles.length;
  }

  decide(split) {
    this.dialog.close();
    split(this.parts.map(([tile]) => tile.page));
  }
}
