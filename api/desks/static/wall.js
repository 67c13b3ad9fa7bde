// The screen in the centre: the same numbers as the route tells, fetched anew by itself; nobody touches it.

import { fill, get, moment, texts } from "./api.js";

const by = (id) => document.getElementById(id);
const EVERY = 30000;
const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const whole = (value) => (value === null ? "–" : numbers.format(value));

/** A span of seconds as people say it. */
function span(seconds) {
  if (seconds === null) return "–";
  if (seconds < 5400) return fill(texts.minutes, { n: numbers.format(seconds < 600 ? seconds / 60 : Math.round(seconds / 60)) });
  return seconds < 172800 ? fill(texts.hours, { n: numbers.format(seconds / 3600) }) : fill(texts.days, { n: numbers.format(seconds / 86400) });
}

function show({ made_at: at, queues, windows: [day, week], store }) {
  for (const { lane, machine, people } of queues) {
    by(`machine-${lane}`).textContent = whole(machine);
    by(`people-${lane}`).textContent = whole(people);
  }
  for (const [name, window] of [["day", day], ["week", week]]) {
    by(`sealed-${name}`).textContent = whole(window.sealed);
    for (const which of ["p50", "p95"]) by(`${which}-${name}`).textContent = span(window[`${which}_s`]);
    for (const rate of ["rescan", "review", "straight_through"]) by(`${rate}-${name}`).textContent = window[rate].percent === null ? "–" : `${whole(window[rate].percent)} %`;
  }
  by("size").textContent = `${numbers.format(store.bytes / 1e9)} GB`;
  by("at").textContent = fill(texts.as_of, { at: moment(at) });
  by("at").className = "";
}

async function refresh() {
  try {
    show(await get("/v1/operations"));
  } catch (error) {
    by("at").textContent = `${error.message} ${by("at").dataset.last ?? ""}`;
    by("at").className = "problem";
  }
  setTimeout(refresh, EVERY);
}
refresh();
