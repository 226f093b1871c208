// Talks to the export API. Knows nothing of pages: `fetch` and `wait` come from outside.

const BULK = "/api/v2/export/bulk";
const ENDED = new Set(["completed", "failed", "cancelled"]);
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;
const LOST_CONNECTIONS = 10;

// The API takes a page's session only together with this header, which no foreign page can send.
const HEADERS = { "X-Requested-With": "records" };

/** A refusal of the API, with its remedy as message and the seconds to wait, if it named any. */
export class Refused extends Error {
  constructor(message, retryAfter = null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Starts an export and gives its id. */
export async function startExport(datasetId, format, { fetch }) {
  const answer = await fetch(BULK, {
    method: "POST",
    headers: { ...HEADERS, "Content-Type": "application/json" },
    body: JSON.stringify({ datasetId, format }),
  });
  return (await read(answer)).jobId;
}

/** Asks how the export stands until it has ended; `onChange` gets every answer. */
export async function followExport(jobId, { fetch, wait, onChange, onLost = () => {} }) {
  let pause = FIRST_PAUSE;
  let lost = 0;
  for (;;) {
    let state = null;
    try {
      state = await read(await fetch(`${BULK}/${jobId}`, { headers: HEADERS }));
      lost = 0;
    } catch (error) {
      lost += 1;
      // A refusal is an answer; a slow or broken connection is worth another try.
      if (error instanceof Refused || lost > LOST_CONNECTIONS) throw error;
      onLost();
    }
    if (state) onChange(state);
    if (state && ENDED.has(state.status)) return state;
    await wait(pause);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE);
  }
}

/** Cancels an export. One that has just ended is fine: the next answer tells how. */
export async function cancelExport(jobId, { fetch }) {
  const answer = await fetch(`${BULK}/${jobId}`, { method: "DELETE", headers: HEADERS });
  if (!answer.ok && answer.status !== 409) await read(answer);
}

async function read(answer) {
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After")) || null;
  throw new Refused(problem.detail ?? `The service answered ${answer.status}.`, seconds);
}
