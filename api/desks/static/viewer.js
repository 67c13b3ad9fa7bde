// The page's picture: zoom, pan, turn, the box of a field, and its enlarged crop.

/** Shows pages of a paper in `stage`, an element that scrolls; `changed` is told when another page is there. */
export class Viewer {
  constructor(stage, changed) {
    this.stage = stage;
    this.changed = changed;
    this.image = new Image();
    this.image.alt = "";
    this.image.draggable = false;
    this.mark = document.createElement("div");
    this.mark.className = "mark";
    this.mark.hidden = true;
    this.turned = document.createElement("div");
    this.turned.className = "turned";
    this.turned.append(this.image, this.mark);
    this.found = [];
    this.sheet = document.createElement("div");
    this.sheet.className = "sheet";
    this.sheet.append(this.turned);
    stage.replaceChildren(this.sheet);
    this.pan();
    new ResizeObserver(() => this.fitted && this.fit()).observe(stage);
  }

  /** Open a paper at a page, as it will be archived; resolves when that is there. */
  open(paper, number = 1) {
    Object.assign(this, { paper: paper.id, pages: paper.pages ?? 1, number: 0, box: null, found: [], turn: 0, kind: "master", kept: new Map() });
    this.image.removeAttribute("src");
    this.mark.hidden = true;
    return this.show(number);
  }

  load(number, kind = "master") {
    const { kept } = this;
    const path = `/v1/papers/${this.paper}/pages/${number}/picture?image=${kind}`;
    if (!kept.has(path)) {
      const image = new Image();
      image.src = path;
      const forget = (error) => {
        kept.delete(path); // asked again, it may come
        throw error;
      };
      kept.set(path, image.decode().then(() => image, forget));
    }
    return kept.get(path);
  }

  /** Show a page: as it will be archived (`master`), as it came (`original`), or as it was read (`reading`). */
  async show(number, kind = this.kind) {
    if (number < 1 || number > this.pages || (number === this.number && kind === this.kind)) return;
    const paper = this.paper;
    const loaded = await this.load(number, kind);
    if (paper !== this.paper) return;
    Object.assign(this, { number, kind });
    this.image.src = loaded.src;
    await this.image.decode();
    this.fit();
    this.stage.scrollTo(0, 0);
    this.changed(this);
    if (number < this.pages && kind === "master") this.load(number + 1).catch(() => {});
  }

  get sizes() {
    const [width, height] = [this.image.naturalWidth, this.image.naturalHeight];
    return this.turn % 180 ? [height, width] : [width, height];
  }

  fit() {
    this.scale = (this.stage.clientWidth - 24) / this.sizes[0];
    this.fitted = true;
    this.lay();
  }

  zoom(factor) {
    const [x, y] = [this.stage.scrollLeft + this.stage.clientWidth / 2, this.stage.scrollTop + this.stage.clientHeight / 2];
    const before = this.scale;
    this.scale = Math.min(4, Math.max(0.1, before * factor));
    this.fitted = false;
    this.lay();
    const grown = this.scale / before;
    this.stage.scrollTo(x * grown - this.stage.clientWidth / 2, y * grown - this.stage.clientHeight / 2);
  }

  rotate() {
    this.turn = (this.turn + 90) % 360;
    this.fit();
  }

  lay() {
    const [width, height] = [this.image.naturalWidth * this.scale, this.image.naturalHeight * this.scale];
    const [across, down] = this.sizes.map((side) => side * this.scale);
    Object.assign(this.sheet.style, { width: `${across}px`, height: `${down}px` });
    const moved = { 0: "", 90: `translateX(${height}px)`, 180: `translate(${width}px, ${height}px)`, 270: `translateY(${width}px)` };
    Object.assign(this.turned.style, { width: `${width}px`, height: `${height}px`, transform: `${moved[this.turn]} rotate(${this.turn}deg)` });
    this.place();
  }

  /** Mark words wherever they stand, each place `{page, boxes}`, and show the first of these pages. */
  async highlight(found) {
    this.found = found;
    const [first] = found;
    if (first) await this.show(first.page);
    this.lay();
    this.turned.querySelector(".found")?.scrollIntoView({ block: "center", inline: "nearest" });
  }

  placeFound() {
    for (const old of this.turned.querySelectorAll(".found")) old.remove();
    for (const box of this.found.filter((one) => one.page === this.number).flatMap((one) => one.boxes)) {
      const mark = document.createElement("div");
      mark.className = "mark found";
      this.set(mark, box);
      this.turned.append(mark);
    }
  }

  set(mark, box) {
    const [x, y, width, height] = box.map((side) => side * this.scale);
    Object.assign(mark.style, { left: `${x - 4}px`, top: `${y - 3}px`, width: `${width + 8}px`, height: `${height + 6}px` });
  }

  place() {
    this.placeFound();
    this.mark.hidden = !this.box || this.kind === "original"; // boxes are in the master's pixels, which reading keeps
    if (!this.mark.hidden) this.set(this.mark, this.box);
  }

  /** Bring the box of a field into view, on its page. */
  async point(field) {
    this.wanted = field;
    this.box = null;
    if (!field?.box || !field.page) return this.place();
    await this.show(field.page);
    if (this.wanted !== field) return; // another field was entered while the page came
    this.box = field.box;
    this.place();
    if (this.mark.hidden) return;
    const [seen, mark] = [this.stage.getBoundingClientRect(), this.mark.getBoundingClientRect()];
    const [down, across] = [mark.top - seen.top, mark.left - seen.left];
    if (down < 30 || down > seen.height - 80) this.stage.scrollTop += down - seen.height / 3;
    if (across < 0 || across + mark.width > seen.width) this.stage.scrollLeft += across - 40;
  }

  /** Draw a field and what stands around it into a canvas as wide as its place. */
  async crop(field, canvas) {
    if (!field?.box || !field.page) return false;
    const image = await this.load(field.page);
    const [x, y, width, height] = field.box;
    const around = Math.max(height * 0.45, 8);
    const [left, top] = [Math.max(0, x - around * 2), Math.max(0, y - around)];
    const across = Math.min(image.naturalWidth, x + width + around * 2) - left;
    const down = Math.min(image.naturalHeight, y + height + around) - top;
    const room = canvas.clientWidth || 480;
    const grown = Math.min(room / across, 84 / down, 2.2);
    const sharp = window.devicePixelRatio || 1;
    canvas.width = room * sharp;
    canvas.height = Math.ceil(down * grown * sharp);
    canvas.getContext("2d").drawImage(image, left, top, across, down, 0, 0, across * grown * sharp, down * grown * sharp);
    return true;
  }

  pan() {
    let from = null;
    this.stage.addEventListener("pointerdown", (event) => {
      from = [event.clientX + this.stage.scrollLeft, event.clientY + this.stage.scrollTop];
      this.stage.setPointerCapture(event.pointerId);
      this.stage.classList.add("panning");
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (from) this.stage.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
    });
    for (const ended of ["pointerup", "pointercancel"])
      this.stage.addEventListener(ended, () => {
        from = null;
        this.stage.classList.remove("panning");
      });
    this.stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    }, { passive: false });
  }
}
