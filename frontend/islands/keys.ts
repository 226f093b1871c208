// Keys: a page marks what a key does (`data-key`), and where `G` and a letter lead (`data-go`).

const GO_MS = 1200; // how long `G` waits for its letter

export function listenToKeys(openPalette: () => void): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return sendForm(event);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leaveField();
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (Date.now() < goUntil) {
      goUntil = 0;
      if (press(`[data-go="${CSS.escape(key)}"]`)) return event.preventDefault();
    }
    if (key === "g") {
      goUntil = Date.now() + GO_MS;
    } else if (key === "?") {
      document.querySelector<HTMLDialogElement>("#keys")?.showModal();
      event.preventDefault();
    } else if (key !== " " || !(event.target as Element).closest("a, button, summary, input")) {
      if (press(`[data-key="${CSS.escape(key)}"]`)) event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    const closer = (event.target as Element).closest("[data-closes]");
    closer?.closest("dialog")?.close();
    if ((event.target as Element).closest("[data-opens=keys]")) {
      document.querySelector<HTMLDialogElement>("#keys")?.showModal();
    }
  });
}

/** Does what the mark stands for: a field takes the focus, anything else is clicked. */
function press(mark: string): boolean {
  const found = document.querySelector<HTMLElement>(mark);
  if (!found) return false;
  if (found instanceof HTMLTextAreaElement || (found instanceof HTMLInputElement && found.type !== "checkbox")) {
    found.focus();
    return true;
  }
  if (found.dataset.needs) {
    const note = document.getElementById(found.dataset.needs) as HTMLTextAreaElement | null;
    if (note && !note.value.trim()) {
      document.querySelectorAll<HTMLElement>("[data-chosen]").forEach((one) => delete one.dataset.chosen);
      found.dataset.chosen = "true";
      note.placeholder = found.dataset.asks ?? "";
      note.focus();
      return true;
    }
  }
  found.click();
  return true;
}

/** Ctrl+Enter in a note sends the decision that was begun with its key. */
function sendForm(event: KeyboardEvent): void {
  const form = (event.target as Element).closest("form");
  const button = form?.querySelector<HTMLButtonElement>("[data-chosen]") ?? form?.querySelector<HTMLButtonElement>("button");
  if (form && button) {
    event.preventDefault();
    form.requestSubmit(button);
  }
}

function leaveField(): void {
  const active = document.activeElement;
  if (active instanceof HTMLElement && isTyping(active)) active.blur();
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
