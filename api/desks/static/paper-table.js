// A table of a paper: what each row has under each head is a field of its own; a row that was not seen can be added.

import { fill, make, texts, worded } from "./api.js";
import { FieldRow } from "./field-row.js";

/** A table, folded away; `cells` are its fields' rows, and `grown` hears of those that are added. */
export class PaperTable {
  constructor(table, paper, desk, grown) {
    Object.assign(this, { table, desk, cells: [], count: 0 });
    this.summary = make("summary", {});
    this.more = make("button", { type: "button" }, texts.table_row_more);
    this.more.addEventListener("click", () => {
      const cells = this.addRow(paper);
      grown(cells);
      cells[0].input.focus();
    });
    // The field that is left folds its picture away, and what is pressed would move from under the pointer.
    for (const pressed of [this.summary, this.more]) pressed.addEventListener("mousedown", (event) => event.preventDefault());
    this.element = make("details", { class: "table" }, this.summary, this.more);
    const rows = paper.fields.map(({ key }) => key.split(".")).filter(([name, row]) => row && name === table.key);
    const last = Math.max(0, ...rows.map(([, row]) => Number(row)));
    this.tell();
    while (this.count < last) this.addRow(paper);
  }

  addRow(paper) {
    const row = ++this.count;
    const cells = this.table.columns.map((column) => {
      const named = { name: `${row} · ${column.name}`, name_en: `${row} · ${column.name_en}` };
      return new FieldRow({ ...column, ...named, key: `${this.table.key}.${row}.${column.key}` }, paper, this.desk);
    });
    this.more.before(...cells.map((cell) => cell.element));
    this.cells.push(...cells);
    this.tell();
    return cells;
  }

  tell() {
    this.summary.textContent = fill(texts.table_rows, { name: worded(this.table, "name"), n: this.count });
  }
}
