// Values as people read and type them; what they mean the service decides.

import { texts } from "./api.js";

const WORDS = { male: () => texts.male, female: () => texts.female, unlimited: () => texts.unlimited };
const GROUPED = new Set(["money", "integer"]);

/** A canonical value as people read it. */
export function shown(kind, value) {
  if (value === null) return "";
  if ((kind === "sex" || kind === "term") && WORDS[value]) return WORDS[value]();
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (day && (kind === "date" || kind === "term")) return `${day[3]}/${day[2]}/${day[1]}`;
  if (GROUPED.has(kind)) return value.replace(/\B(?=(\d{3})+$)/g, ".");
  return value;
}

/** What was typed without separators, with them: 05032021 is 05/03/2021. */
export function spelled(kind, typed) {
  const text = typed.trim();
  if ((kind === "date" || kind === "term") && /^\d{8}$/.test(text))
    return `${text.slice(0, 2)}/${text.slice(2, 4)}/${text.slice(4)}`;
  if ((kind === "date" || kind === "term") && /^\d{6}$/.test(text)) {
    const year = Number(text.slice(4)) + (Number(text.slice(4)) > 40 ? 1900 : 2000);
    return `${text.slice(0, 2)}/${text.slice(2, 4)}/${year}`;
  }
  if (GROUPED.has(kind) && /^\d{4,}$/.test(text)) return text.replace(/\B(?=(\d{3})+$)/g, ".");
  return text;
}

/** What a screen keyboard or a reader should expect. */
export const keyboard = (kind) =>
  new Set(["date", "year", "citizen_number", "old_identity_number", "integer", "money", "phone"]).has(kind) ? "numeric" : "text";
