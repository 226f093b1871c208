// Joins the panel on the page with the API.

import { cancelExport, followExport, startExport } from "./client.mjs";
import { partsOf, show, showProblem } from "./view.mjs";

/** Makes one panel work; `outside` has what a test wants to replace. */
export function bring(panel, outside) {
  const parts = partsOf(panel);
  let jobId = null;

  async function run() {
    parts.start.disabled = true;
    try {
      const format = new outside.FormData(parts.form).get("format");
      jobId = await startExport(panel.dataset.dataset, format, outside);
      const end = await followExport(jobId, {
        ...outside,
        onChange: (state) => show(parts, state),
        onLost: () => { parts.message.textContent = "The connection was lost; trying again."; },
      });
      if (end.status === "completed") parts.download.click();
    } catch (error) {
      showProblem(parts, error);
    }
  }

  parts.form.addEventListener("submit", (event) => {
    event.preventDefault();
    return run();
  });
  parts.cancel.addEventListener("click", () =>
    cancelExport(jobId, outside).catch((error) => showProblem(parts, error)),
  );
}

if (globalThis.document) {
  const wait = (pause) => new Promise((resume) => setTimeout(resume, pause));
  for (const panel of document.querySelectorAll('[data-export="panel"]')) {
    bring(panel, { fetch: fetch.bind(globalThis), wait, FormData });
  }
}
