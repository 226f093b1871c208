// The panel's script against a stand-in for the API, made from the design's contract.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cancelExport, followExport, Refused, startExport } from "../../../src/ui/components/export/static/client.mjs";
import { bring } from "../../../src/ui/components/export/static/panel.mjs";

const JOB = "/api/v2/export/bulk/exp_1";
const QUEUED = { jobId: "exp_1", status: "queued", progress: 0, format: "csv", recordCount: 0 };
const HALF = { ...QUEUED, status: "processing", progress: 50, recordCount: 10 };
const DONE = { ...QUEUED, status: "completed", progress: 100, recordCount: 20, downloadUrl: `${JOB}/download?x` };

function answer(status, body, headers = {}) {
  return { ok: status < 400, status, headers: new Headers(headers), json: async () => body };
}

function api(...answers) {
  const asked = [];
  const fetch = async (path, options = {}) => {
    asked.push({ path, method: options.method ?? "GET", ...options });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  const pauses = [];
  const wait = async (pause) => { pauses.push(pause); };
  return { asked, fetch, pauses, wait };
}

test("starting sends what the contract wants, with the header that guards the session", async () => {
  const outside = api(answer(202, { jobId: "exp_1", status: "queued" }));
  assert.equal(await startExport("orders", "json", outside), "exp_1");
  const [sent] = outside.asked;
  assert.equal(sent.method, "POST");
  assert.deepEqual(JSON.parse(sent.body), { datasetId: "orders", format: "json" });
  assert.equal(sent.headers["X-Requested-With"], "records");
});

test("following asks until the end and tells every change", async () => {
  const outside = api(answer(200, QUEUED), answer(200, HALF), answer(200, DONE));
  const seen = [];
  const end = await followExport("exp_1", { ...outside, onChange: (state) => seen.push(state.progress) });
  assert.deepEqual(seen, [0, 50, 100]);
  assert.equal(end.status, "completed");
});

test("pauses grow, but never beyond five seconds", async () => {
  const outside = api(...Array.from({ length: 12 }, () => answer(200, HALF)), answer(200, DONE));
  await followExport("exp_1", { ...outside, onChange: () => {} });
  assert.ok(outside.pauses.every((pause, place, all) => place === 0 || pause >= all[place - 1]));
  assert.equal(Math.max(...outside.pauses), 5000);
});

test("a lost connection is tried again", async () => {
  const outside = api(new TypeError("network"), new TypeError("network"), answer(200, DONE));
  let lost = 0;
  await followExport("exp_1", { ...outside, onChange: () => {}, onLost: () => { lost += 1; } });
  assert.equal(lost, 2);
});

test("a connection that stays lost is given up", async () => {
  const outside = api(...Array.from({ length: 11 }, () => new TypeError("network")));
  await assert.rejects(followExport("exp_1", { ...outside, onChange: () => {} }), /network/);
});

test("a refusal is not repeated and keeps its remedy and its time", async () => {
  const outside = api(answer(429, { detail: "5 exports are running." }, { "Retry-After": "7" }));
  await assert.rejects(startExport("orders", "csv", outside), (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.message, "5 exports are running.");
    assert.equal(error.retryAfter, 7);
    return true;
  });
  assert.equal(outside.asked.length, 1);
});

test("cancelling what has just ended is no problem", async () => {
  await cancelExport("exp_1", api(answer(409, { detail: "ended" })));
  await assert.rejects(cancelExport("exp_1", api(answer(403, { detail: "not yours" }))), /not yours/);
});

function element(name) {
  const listeners = {};
  return {
    dataset: { export: name },
    attributes: {},
    clicks: 0,
    firstElementChild: { style: {} },
    setAttribute(key, value) { this.attributes[key] = value; },
    addEventListener(kind, listener) { listeners[kind] = listener; },
    send(kind) { return listeners[kind]({ preventDefault() {} }); },
    click() { this.clicks += 1; },
  };
}

function page(outside) {
  const names = ["form", "start", "progress", "bar", "cancel", "state", "message", "download"];
  const parts = Object.fromEntries(names.map((name) => [name, element(name)]));
  const panel = { dataset: { dataset: "orders" }, querySelectorAll: () => Object.values(parts) };
  class FormData { get() { return "csv"; } }
  bring(panel, { ...outside, FormData });
  return parts;
}

test("from the button to the download", async () => {
  const outside = api(answer(202, { jobId: "exp_1" }), answer(200, HALF), answer(200, DONE));
  const parts = page(outside);
  await parts.form.send("submit");
  assert.equal(parts.bar.attributes["aria-valuenow"], "100");
  assert.equal(parts.state.textContent, "completed");
  assert.equal(parts.download.href, DONE.downloadUrl);
  assert.equal(parts.download.clicks, 1);
  assert.equal(parts.start.disabled, false);
});

test("a refusal is shown with what to do, and the button works again", async () => {
  const parts = page(api(answer(429, { detail: "Limit reached." }, { "Retry-After": "7" })));
  await parts.form.send("submit");
  assert.equal(parts.message.textContent, "Limit reached. Try again in 7 seconds.");
  assert.equal(parts.start.disabled, false);
  assert.equal(parts.download.clicks, 0);
});
