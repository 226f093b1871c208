// What the panel shows in each state. Works on the panel's parts, found by `data-export`.

const TONES = {
  queued: "neutral",
  processing: "busy",
  completed: "good",
  failed: "bad",
  cancelled: "neutral",
};
const MESSAGES = {
  queued: () => "Waiting for its turn.",
  processing: (state) => `${state.progress} % done, ${state.recordCount} records.`,
  completed: (state) => `${state.recordCount} records are ready. The download starts.`,
  failed: (state) => state.error ?? "The export failed.",
  cancelled: () => "Cancelled. Nothing was kept.",
};
const ACTIVE = new Set(["queued", "processing"]);

/** The parts of a panel by their names. */
export function partsOf(panel) {
  const named = [...panel.querySelectorAll("[data-export]")];
  return Object.fromEntries(named.map((part) => [part.dataset.export, part]));
}

/** Shows an answer of the API. */
export function show(parts, state) {
  const active = ACTIVE.has(state.status);
  parts.start.disabled = active;
  parts.progress.hidden = !active;
  parts.bar.setAttribute("aria-valuenow", String(state.progress));
  parts.bar.firstElementChild.style.width = `${state.progress}%`;
  parts.state.textContent = state.status;
  parts.state.className = `badge badge-${TONES[state.status]}`;
  parts.message.textContent = MESSAGES[state.status](state);
  parts.download.hidden = !state.downloadUrl;
  if (state.downloadUrl) parts.download.href = state.downloadUrl;
}

/** Shows that something went wrong, and lets the visitor try again. */
export function showProblem(parts, error) {
  parts.start.disabled = false;
  parts.progress.hidden = true;
  parts.state.textContent = "refused";
  parts.state.className = "badge badge-bad";
  const wait = error.retryAfter ? ` Try again in ${error.retryAfter} seconds.` : "";
  parts.message.textContent = `${error.message}${wait}`;
}
