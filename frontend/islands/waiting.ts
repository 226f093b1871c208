// Waiting: a page that takes longer than a moment shows where its lines will stand, so that a click is
// seen to have been taken. What is already here stays in place; the bones lie over it.

const PATIENCE_MS = 200;
const LINES = 6;

export function showWaiting(): void {
  let timer: number | undefined;
  const begin = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => document.querySelector("main")?.append(bones()), PATIENCE_MS);
  };
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (link && !event.defaultPrevented && leads(link, event)) begin();
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) begin();
  });
  const end = () => {
    window.clearTimeout(timer);
    document.querySelectorAll("[data-bones]").forEach((one) => one.remove());
  };
  window.addEventListener("pageshow", end); // also when a page comes back out of the browser's cache
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(); // the browser stops loading as well
  });
}

/** Whether a click on it leaves this page: not a new tab, a download or a place on the page itself. */
function leads(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const isSamePage = link.pathname === location.pathname && link.search === location.search;
  return isPlain && link.origin === location.origin && !link.target && !link.hasAttribute("download") && !isSamePage;
}

/** Bones of lines, for the page that is on its way. */
function bones(): HTMLElement {
  const made = document.createElement("div");
  made.className = "bones";
  made.dataset.bones = "";
  made.setAttribute("aria-hidden", "true");
  for (let line = 0; line < LINES; line++) made.append(document.createElement("span"));
  return made;
}
