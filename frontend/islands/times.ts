// Times: what happened or comes within a month is told from now on ("3 hours ago"); the exact time stays
// in the title and in the data. `now` is the organisation's, which may run otherwise than the browser's.
// What is read line by line (a journal, an incident's course) keeps its exact times, and so do figures of
// health, whose times are the world's.

const MONTH_S = 30 * 24 * 3600;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 24 * 3600], ["hour", 3600], ["minute", 60]];
const EVERY_MS = 20_000;

let told = "";
let since = 0;

export function tellTimes(): void {
  tellAll();
  window.setInterval(tellAll, EVERY_MS);
  document.addEventListener("htmx:after:swap", tellAll);
}

function tellAll(): void {
  const now = organisationTime();
  if (now === undefined) return;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  const all = document.querySelectorAll<HTMLTimeElement>("time[datetime]");
  all.forEach((one) => one.closest("[data-exact-times]") || tell(one, now, words));
}

/** The organisation's time now: as the server told it, and what has passed since. */
function organisationTime(): number | undefined {
  const server = document.getElementById("shell")?.dataset.now;
  if (!server) return undefined;
  if (server !== told) {
    told = server;
    since = performance.now();
  }
  return Date.parse(server) + performance.now() - since;
}

function tell(one: HTMLTimeElement, now: number, words: Intl.RelativeTimeFormat): void {
  one.dataset.exact ??= one.textContent ?? "";
  const seconds = (Date.parse(one.dateTime) - now) / 1000;
  const text = Math.abs(seconds) < MONTH_S ? relative(seconds, words) : one.dataset.exact;
  if (one.textContent !== text) one.textContent = text;
}

function relative(seconds: number, words: Intl.RelativeTimeFormat): string {
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, "second");
}
