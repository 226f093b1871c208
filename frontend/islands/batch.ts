// The batch: its bar shows as soon as something is picked, and says how much.

export function sendPicked(): void {
  const count = () => {
    const bar = document.querySelector<HTMLElement>("[data-batch]");
    if (!bar) return;
    const picked = document.querySelectorAll("[data-pick]:checked").length;
    bar.hidden = picked === 0;
    const told = bar.querySelector("[data-picked]");
    if (told) told.textContent = String(picked);
  };
  document.addEventListener("change", count);
  count();
}
