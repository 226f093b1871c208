// Live: when the server says that something moved, the page is asked for again and morphs in place.
// What a person is typing, has opened or is deciding upon stays as it is.
import htmx from "./htmx";

const REST_MS = 700; // between two renewals, however much happens

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export function followLive(): void {
  const live = document.getElementById("live");
  if (!live) return;
  htmx.registerExtension("calm", {
    htmx_before_morph_node: (old: Element, { newNode }: { newNode: Element }) => mayMorph(old, newNode),
    htmx_before_morph_attr: (node: Element, { attrName }: { attrName: string }) =>
      !(attrName === "open" && (node instanceof HTMLDetailsElement || node instanceof HTMLDialogElement)),
  } as never);
  live.addEventListener("moved", renewSoon);
  const every = Number(live.dataset.every ?? 0);
  if (every > 0) window.setInterval(() => { if (!document.hidden) renewSoon(); }, every * 1000);
  live.addEventListener("htmx:sse:error", () => showOffline(true));
  live.addEventListener("htmx:sse:after:connection", () => {
    if (showOffline(false)) renewSoon();
  });
}

function mayMorph(old: Element, fresh: Element): boolean {
  if (isField(old)) return !(old === document.activeElement || isTouched(old));
  if (old instanceof HTMLElement && old.dataset.bound && fresh instanceof HTMLElement) {
    if (fresh.dataset.bound === old.dataset.bound) return true;
    old.querySelectorAll<HTMLElement>("[data-stale]").forEach((one) => (one.hidden = false));
    return false; // what is decided upon never changes under the hand that decides
  }
  return true;
}

function isField(node: Element): node is Field {
  return (
    (node instanceof HTMLInputElement && node.type !== "hidden") ||
    node instanceof HTMLTextAreaElement ||
    node instanceof HTMLSelectElement
  );
}

function isTouched(field: Field): boolean {
  if (field instanceof HTMLSelectElement) return false;
  if (field instanceof HTMLInputElement && field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

let timer: number | undefined;
let last = 0;

function renewSoon(): void {
  if (timer !== undefined) return;
  const wait = Math.max(60, last + REST_MS - Date.now());
  timer = window.setTimeout(() => {
    timer = undefined;
    last = Date.now();
    void htmx.ajax("GET", location.pathname + location.search, {
      target: "#shell",
      select: "#shell",
      swap: "outerMorph",
    } as never);
  }, wait);
}

/** Shows or hides the banner; whether it changed. */
function showOffline(offline: boolean): boolean {
  const banner = document.getElementById("offline");
  if (!banner || banner.hidden === !offline) return false;
  banner.hidden = !offline;
  return true;
}
