// A drawn stream is wider than a window: it opens where somebody is at work or is waited for.
const BESIDE_PX = 80; // of what came before

export function showWhatMoves(): void {
  for (const graph of document.querySelectorAll<HTMLElement>("[data-opens-at-work]")) {
    const moving = graph.querySelector(".node-waiting, .node-running, .node-bad");
    if (!moving) continue;
    const { left, right } = moving.getBoundingClientRect();
    const frame = graph.getBoundingClientRect();
    if (right > frame.right) graph.scrollLeft = left - frame.left - BESIDE_PX;
  }
}
