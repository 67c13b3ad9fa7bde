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

/** The answer with all it says: a line may break in the middle of that too. */
async function whole(answer) {
  const said = await answer.arrayBuffer();
  return new Response(said.byteLength ? said : null, answer);
}

/** Call a route and return the whole answer, unless it is `streamed`; whoever is no longer signed in is led to the page to sign in. */
export async function send(method, path, { json, body, headers = {}, signal, streamed = false } = {}) {
  const sent = { ...headers };
  if (told.token) sent["X-Page-Token"] = told.token;
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: json === undefined ? body : JSON.stringify(json), signal });
    if (!streamed || !answer.ok) answer = await whole(answer);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, {});
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401 && told.person) location.assign("/desk/sign-in");
  throw new Refusal(answer.status, problem);
}

const BUSY = new Set([0, 429, 503]);
const PATIENCE_MS = [500, 1000, 2000, 4000, 8000, 15000];
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether what was asked can be asked again as it is: nobody answered, or the service has no room at the moment. */
export const isPassing = (error) => error instanceof Refusal && BUSY.has(error.status);

/**
 * Do what may be done twice again until it is answered, at most so many times; `work` is given what to call when it
 * gets on, `broken` is told each time that it did not.
 */
export async function insist(work, { broken = lineBroke, passing = isPassing, most = Infinity } = {}) {
  let patience = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(() => (patience = 0));
    } catch (error) {
      if (!passing(error) || tries >= most) throw error;
      broken(error);
      await pause(PATIENCE_MS[Math.min(patience++, PATIENCE_MS.length - 1)]);
    }
  }
}

const lineBroke = (error) => say(error.status ? `${error.message} ${error.advice}` : texts.line_broke, true);

export const get = async (path) => (await send("GET", path)).json();
export const post = async (path, json) => (await send("POST", path, { json })).json();

/** Call a route that tells by events how far it is: `heard` is told of each, and what the last one says is returned. */
export async function listen(path, json, heard) {
  const answer = await send("POST", path, { json, headers: { Accept: "text/event-stream" }, streamed: true });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) throw new Refusal(0, {});
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const [, kind, data] of events.map((one) => /^event: (\w+)\ndata: (.*)$/.exec(one))) {
      const said = JSON.parse(data);
      if (kind === "end") return said;
      if (kind === "problem") throw new Refusal(answer.status, { ...said, detail: said.text, detail_en: said.text_en });
      heard(said);
    }
  }
}

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
