// Toasts: the server writes them; here they leave the address, so that loading again does not repeat them.

const SHOWN_MS = 6000;
const TOLD = ["decided", "delegated", "kept", "replaced", "removed", "was", "said"];

export function rememberToasts(): void {
  const toast = document.querySelector<HTMLElement>("[data-toast]");
  if (!toast) return;
  const address = new URL(location.href);
  for (const name of TOLD) address.searchParams.delete(name);
  history.replaceState(null, "", address);
  if (toast.dataset.toast === "stays") return; // a way back is not taken away from under the hand
  window.setTimeout(() => toast.remove(), SHOWN_MS);
}
