// The batch: its bar shows as soon as something is picked, and says how much. What is picked stays so
// while the queue is walked through, for each step loads another page.

const KEPT = "headrace-picked";

export function sendPicked(): void {
  const picks = () => [...document.querySelectorAll<HTMLInputElement>("[data-pick]")];
  const count = () => {
    const bar = document.querySelector<HTMLElement>("[data-batch]");
    if (!bar) return;
    const picked = picks().filter((one) => one.checked).length;
    bar.hidden = picked === 0;
    const told = bar.querySelector("[data-picked]");
    if (told) told.textContent = String(picked);
  };
  const kept = new Set((sessionStorage.getItem(KEPT) ?? "").split("\n"));
  picks().forEach((one) => { if (kept.has(one.value)) one.checked = true; });
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-pick]")) keep(picks());
    count();
  });
  count();
}

function keep(picks: HTMLInputElement[]): void {
  const picked = picks.filter((one) => one.checked).map((one) => one.value);
  sessionStorage.setItem(KEPT, picked.join("\n"));
}
