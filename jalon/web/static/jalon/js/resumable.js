// Files that are sent piece by piece (tus): progress, pause, on again after a cut, a reload or a restart of the server.
// Without JavaScript the form around them posts them as usual.
//   form[data-resumable]      where uploads begin; data-chunk: bytes of one request; words as data-word-*
//   input[type=file][data-slot]  for which slot; inside its [data-anchor], which has a [data-uploads] list
//   template#upload-row       what a file on its way looks like (vendor/upload_row.html)
import "./tus.min.js";

const tus = window.tus;
const AT_ONCE = 3;
const PATIENCE = [0, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 60000];
const AGAIN = 700; // milliseconds before the second question about a check; each next one waits longer
const AGAIN_AT_MOST = 3000;
const AWAY_AT_MOST = 15_000; // while no state is had: the server is away, and has enough to do when it is back
const waiting = [];
const live = new Set();

const formOf = (row) => row.closest("form");
const words = (row, name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), formOf(row).dataset[name] ?? "");
const part = (row, name) => row.querySelector(`[data-${name}]`);
const tokenOf = (form) => form.querySelector("[name=csrfmiddlewaretoken]").value;

function say(row, text, error = "") {
  if (part(row, "said").textContent !== text) part(row, "said").textContent = text;
  part(row, "error").hidden = !error;
  part(row, "error-text").textContent = error;
}

function show(row, { bar = false, pause = false, resume = false }) {
  part(row, "bar").hidden = !bar;
  part(row, "pause").hidden = !pause;
  part(row, "resume").hidden = !resume;
}

// Nothing of it goes on: there is nothing to cancel, only to put away.
function over(row) {
  part(row, "cancel").firstChild.textContent = `${words(row, "wordRemove")} `;
}

// --- One file

function add(input, file) {
  const form = input.form;
  const list = input.closest("[data-anchor]").querySelector("[data-uploads]");
  const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
  for (const old of list.querySelectorAll(`[data-upload="receiving"]`)) {
    if (part(old, "name").textContent === file.name && Number(old.dataset.size) === file.size) old.remove();
  }
  part(row, "name").textContent = file.name;
  part(row, "bar").setAttribute("aria-label", file.name);
  for (const name of row.querySelectorAll("[data-of]")) name.textContent = file.name;
  list.append(row);
  const job = { row, file, slot: input.dataset.slot, said: -1, upload: null };
  job.upload = uploadOf(job, form);
  live.add(job);
  part(row, "pause").addEventListener("click", () => pause(job));
  part(row, "resume").addEventListener("click", () => resume(job));
  part(row, "cancel").addEventListener("click", (event) => {
    event.preventDefault();
    cancel(job);
  });
  waiting.push(job);
  say(row, words(row, "wordWaiting"));
  next();
}

function next() {
  const busy = [...live].filter((job) => job.busy).length;
  for (const job of waiting.splice(0, Math.max(AT_ONCE - busy, 0))) start(job);
}

async function start(job) {
  job.busy = true;
  show(job.row, { bar: true, pause: true });
  sending(job, 0);
  if (!job.upload.url) {
    const [known] = await job.upload.findPreviousUploads();
    if (known) job.upload.resumeFromPreviousUpload(known);
  }
  if (job.busy) job.upload.start();
}

function sending(job, percent) {
  part(job.row, "bar").value = percent;
  part(job.row, "error").hidden = true;
  const step = Math.floor(percent / 10);
  if (step === job.said) return;
  job.said = step;
  say(job.row, words(job.row, "wordPart", { percent: Math.floor(percent) }));
}

function uploadOf(job, form) {
  const { file, slot } = job;
  return new tus.Upload(file, {
    endpoint: form.dataset.resumable,
    chunkSize: Number(form.dataset.chunk),
    retryDelays: PATIENCE,
    removeFingerprintOnSuccess: true,
    headers: { "X-CSRFToken": tokenOf(form) },
    metadata: { slot, filename: file.name },
    fingerprint: async () => ["jalon", form.dataset.resumable, slot, file.name, file.size, file.lastModified].join("|"),
    onShouldRetry(error) {
      const status = error.originalResponse?.getStatus() ?? 0;
      const again = status === 0 || status === 409 || status === 423 || (status >= 500 && status !== 507);
      if (again) {
        job.said = -1;
        say(job.row, words(job.row, "wordLost"));
      }
      return again;
    },
    onProgress: (sent, total) => sending(job, total ? (100 * sent) / total : 100),
    onError: (error) => failed(job, error),
    onSuccess: () => {
      done(job);
      show(job.row, {});
      part(job.row, "cancel").hidden = true;
      check(job.row, job.upload.url);
    },
  });
}

function done(job) {
  job.busy = false;
  live.delete(job);
  next();
}

function failed(job, error) {
  const answer = error.originalResponse;
  let message = words(job.row, "wordFailed");
  try {
    message = JSON.parse(answer.getBody()).error ?? message;
  } catch {
    // no answer, or not one of ours
  }
  job.busy = false;
  job.said = -1;
  const final = answer && answer.getStatus() >= 400 && answer.getStatus() < 500;
  show(job.row, { resume: !final });
  say(job.row, "", message);
  if (final) {
    live.delete(job);
    over(job.row);
  }
  next();
}

function pause(job) {
  job.upload.abort();
  job.busy = false;
  job.said = -1;
  show(job.row, { bar: true, resume: true });
  say(job.row, words(job.row, "wordPaused", { percent: Math.floor(part(job.row, "bar").value) }));
  part(job.row, "resume").focus();
  next();
}

function resume(job) {
  waiting.push(job);
  show(job.row, { bar: true, pause: true });
  say(job.row, words(job.row, "wordWaiting"));
  part(job.row, "pause").focus();
  next();
}

function cancel(job) {
  const place = waiting.indexOf(job);
  if (place >= 0) waiting.splice(place, 1);
  const list = job.row.closest("[data-anchor]");
  job.upload.abort(Boolean(job.upload.url)).catch(() => {});
  job.row.remove();
  list.querySelector("input[type=file]")?.focus();
  done(job);
}

// --- What became of it

async function check(row, address) {
  row.dataset.upload = "checking";
  row.dataset.address = address;
  say(row, words(row, "wordChecking"));
  let pause = AGAIN;
  for (;;) {
    const said = await state(row, address);
    if (said.state === "refused") {
      row.dataset.upload = "refused";
      say(row, "", said.message);
      over(row);
      part(row, "cancel").hidden = false;
      part(row, "cancel").onclick = (event) => {
        event.preventDefault();
        if (!row.isConnected) return; // what was sent from this very page has put itself away
        ask(row, address, "DELETE");
        row.remove();
      };
      return;
    }
    if (said.state === "held") {
      row.dataset.upload = "held";
      say(row, "", said.message);
      renew(await pageNow());
      return;
    }
    if (said.state === "done" || said.gone) {
      say(row, said.label ?? "");
      await refresh(row);
      return;
    }
    // All bytes are there, and the process that had the last of them died: nothing more, sent again, begins the check.
    if (said.state === "receiving" && said.offset === said.size) {
      await ask(row, address, "PATCH", { "Upload-Offset": String(said.size), "Content-Type": "application/offset+octet-stream" });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(1.5 * pause, said.state ? AGAIN_AT_MOST : AWAY_AT_MOST);
  }
}

async function state(row, address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 404 || answer.status === 401) return { gone: true };
    return answer.ok ? await answer.json() : {};
  } catch {
    return {}; // the server is away: asked again
  }
}

const ask = (row, address, method, headers = {}) =>
  fetch(address, {
    method,
    headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": tokenOf(formOf(row)), ...headers },
  }).catch(() => {});

// The slot as it is now. What is on its way in it, and what was typed in it, stays: for that, one that takes nothing any
// more is left as it was.
async function refresh(row) {
  const slot = row.closest("[data-anchor]");
  const page = await pageNow();
  const fresh = page.getElementById(slot.id);
  row.remove();
  renew(page);
  if (!fresh) return;
  const focused = slot.contains(document.activeElement) ? document.activeElement.id : "";
  const list = fresh.querySelector("[data-uploads]");
  const kept = [...slot.querySelectorAll("[data-upload]")].filter((one) => one.dataset.upload !== "receiving");
  if (!list && kept.length) return;
  for (const one of kept) {
    if (one.dataset.address) list.querySelector(`[data-address="${CSS.escape(one.dataset.address)}"]`)?.remove();
  }
  if (kept.some((one) => one.dataset.upload === "sending")) list.querySelectorAll(`[data-upload="receiving"]`).forEach((one) => one.remove());
  list?.append(...kept);
  keepTyped(slot, fresh);
  slot.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
}

async function pageNow() {
  const answer = await fetch(window.location.href);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// What the page says of all its slots.
function renew(page) {
  for (const name of ["[data-rows]", ".j-head", "[data-many-waiting]"]) {
    const now = page.querySelector(name);
    if (now) document.querySelector(name)?.replaceWith(now);
  }
}

function keepTyped(from, into) {
  for (const field of from.querySelectorAll("input:not([type=file], [type=hidden]), textarea")) {
    const same = field.name && into.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (same && field.value !== field.defaultValue) same.value = field.value;
  }
}

// --- The page

// Before upload.js, which would post the form.
document.addEventListener(
  "change",
  (event) => {
    const input = event.target;
    if (!input.matches?.("input[type=file][data-slot]") || !input.form?.dataset.resumable || !tus?.isSupported) return;
    event.stopImmediatePropagation();
    const files = [...input.files];
    input.value = "";
    for (const file of files) add(input, file);
  },
  true,
);

window.addEventListener("beforeunload", (event) => {
  if ([...live].some((job) => job.busy)) event.preventDefault();
});

for (const row of document.querySelectorAll(`[data-upload="checking"]`)) check(row, row.dataset.address);
