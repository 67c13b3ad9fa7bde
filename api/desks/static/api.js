// The one place that speaks with the service: the same routes that other programs call, under the person's session.

export const told = JSON.parse(document.getElementById("told").textContent);
export const texts = told.texts;
const english = told.language === "en";

/** What the service says is wrong, in the person's language. */
export class Refusal extends Error {
  constructor(status, problem) {
    const [detail, advice] = english ? [problem.detail_en, problem.advice_en] : [problem.detail, problem.advice];
    super(detail ?? texts.unreachable);
    Object.assign(this, { status, advice: advice ?? "", code: problem.code ?? "" });
  }
}

/** Call a route and return the answer; whoever is no longer signed in is led to the page to sign in. */
export async function send(method, path, { json, body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (told.token) sent["X-Page-Token"] = told.token;
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: json === undefined ? body : JSON.stringify(json), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, {});
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401 && told.person) location.assign("/desk/sign-in");
  throw new Refusal(answer.status, problem);
}

export const get = async (path) => (await send("GET", path)).json();
export const post = async (path, json) => (await send("POST", path, { json })).json();

/** The text or name of a thing that has both languages. */
export const worded = (thing, member) => (english && thing[`${member}_en`] ? thing[`${member}_en`] : thing[member]);

/** Fill {name} in a text. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Tell something that a screen reader reads out too. */
export function say(text, bad = false) {
  const place = document.getElementById("said");
  place.className = bad ? "bad" : "";
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (place.textContent = ""), bad ? 9000 : 5000);
}

let touched = Date.now();
for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => (touched = Date.now()), true);

/** Whether a person was at the page lately: for one who is away nothing is asked, so that sessions and claims can end. */
export const attended = (ms = 600000) => Date.now() - touched < ms;

/** Make an element: properties, then children; `class` and `data-…`, `aria-…` are attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (/^(class|for|role|colspan|scope|list|lang)$|-/.test(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const moments = new Intl.DateTimeFormat(english ? "en-GB" : "vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit",
});
export const moment = (iso) => (iso ? moments.format(new Date(iso)) : "");

/** How long ago something was, as people say it. */
export function age(iso) {
  const minutes = Math.max(0, Math.round((Date.now() - new Date(iso)) / 60000));
  if (minutes < 60) return fill(texts.minutes, { n: minutes });
  if (minutes < 48 * 60) return fill(texts.hours, { n: Math.round(minutes / 60) });
  return fill(texts.days, { n: Math.round(minutes / 1440) });
}
