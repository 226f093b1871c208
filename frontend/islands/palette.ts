// The palette: go anywhere, find anything, begin any operation that is permitted.

type Found = { address: string; word: string; about: string; kind: string };

const ASK_MS = 120; // after the last key, before the server is asked

let shown: Found[] = [];
let selected = 0;
let timer: number | undefined;
let asked = 0;

export function preparePalette(): void {
  const dialog = palette();
  const field = dialog?.querySelector<HTMLInputElement>("input");
  if (!dialog || !field) return;
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(field.value), ASK_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(selected + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(selected);
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const line = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (line) go(Number(line.dataset.place));
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-opens=palette]")) openPalette();
  });
}

export function openPalette(): void {
  const dialog = palette();
  const field = dialog?.querySelector<HTMLInputElement>("input");
  if (!dialog || !field) return;
  if (!dialog.open) dialog.showModal();
  field.select();
  void ask(field.value);
}

function palette(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("#palette");
}

async function ask(words: string): Promise<void> {
  const mine = ++asked;
  try {
    const answer = await fetch(`/palette.json?q=${encodeURIComponent(words)}`);
    if (mine !== asked || !answer.ok) return;
    shown = ((await answer.json()) as { items: Found[] }).items;
  } catch {
    return; // the banner says that the server is away
  }
  draw();
}

function draw(): void {
  const dialog = palette();
  const list = dialog?.querySelector<HTMLElement>("[role=listbox]");
  if (!dialog || !list) return;
  list.replaceChildren(...shown.map(line));
  const none = dialog.querySelector<HTMLElement>("[data-none]");
  if (none) none.hidden = shown.length > 0;
  select(0);
}

function line(found: Found, place: number): HTMLElement {
  const made = document.createElement("li");
  made.id = `found-${place}`;
  made.setAttribute("role", "option");
  made.dataset.place = String(place);
  const word = document.createElement("span");
  word.textContent = found.word;
  const about = document.createElement("span");
  about.className = "about";
  about.textContent = found.about;
  const kind = document.createElement("small");
  kind.textContent = found.kind;
  made.append(word, about, kind);
  return made;
}

function select(place: number): void {
  selected = Math.max(0, Math.min(place, shown.length - 1));
  const lines = palette()?.querySelectorAll<HTMLElement>("[role=option]") ?? [];
  lines.forEach((one, at) => one.setAttribute("aria-selected", String(at === selected)));
  lines[selected]?.scrollIntoView({ block: "nearest" });
  palette()?.querySelector("input")?.setAttribute("aria-activedescendant", shown.length ? `found-${selected}` : "");
}

function go(place: number): void {
  const found = shown[place];
  if (found) location.assign(found.address);
}
