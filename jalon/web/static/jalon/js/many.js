// Many files at once: a folder that is dropped or chosen, files, an archive. They are announced together, then sent
// piece by piece (tus), some at a time; what has arrived stays when the page is left. Without JavaScript the form posts.
//   form[data-many]   data-announce, data-most (files announced in one request), data-chunk, words as data-word-*
//   [data-plan]       what becomes of the files; asked for again while it is [data-busy]
import "./tus.min.js";

const tus = window.tus;
const form = document.querySelector("form[data-many]");
const AT_ONCE = 4;
const PATIENCE = [0, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 60000];
const AGAIN = 800; // milliseconds between two questions, doubled while nothing answers
const LONGEST = 15000;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
const part = (name) => form.querySelector(`[data-many-${name}]`);
const words = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), form.dataset[name] ?? "");

// --- What was dropped or chosen: files with the path that they were found at

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function childrenOf(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // at most a hundred
    if (!some.length) return found;
    found.push(...some);
  }
}

async function filesIn(entry) {
  if (entry.isFile) return [{ file: await fileOf(entry), path: entry.fullPath.replace(/^\//, "") }];
  const found = [];
  for (const child of await childrenOf(entry)) found.push(...(await filesIn(child)));
  return found;
}

async function dropped(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.());
  if (!entries.every(Boolean)) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  for (const entry of entries) found.push(...(await filesIn(entry)));
  return found;
}

const chosen = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

// --- Sending

const run = { all: 0, done: 0, bytes: 0, sent: 0, failed: 0, ignored: 0, waiting: [], live: new Set(), paused: false };

function show() {
  const percent = run.bytes ? Math.floor((100 * run.sent) / run.bytes) : 100;
  part("bar").value = percent;
  const said = words(run.paused ? "wordPaused" : "wordSending", { done: run.done, all: run.all, percent });
  part("shown").textContent = said;
  const step = `${run.paused} ${Math.floor(percent / 10)}`;
  if (step === run.step) return; // not said aloud at each file
  run.step = step;
  part("said").textContent = said;
}

function fail(message) {
  part("error").hidden = !message;
  part("error-text").textContent = message;
}

async function take(reading) {
  fail("");
  part("sending").hidden = false;
  part("shown").textContent = words("wordReading");
  try {
    const files = await reading;
    if (!files.length) fail(words("wordNothing"));
    const most = Number(form.dataset.most);
    for (let start = 0; start < files.length; start += most) await announce(files.slice(start, start + most));
  } catch {
    fail(words("wordBroken"));
  }
  if (run.waiting.length) next();
  else if (!run.live.size) await over();
}

// A file that was corrected since is another one, even where its size is the same.
const described = ({ file, path }) => ({ path, size: file.size, modified: Math.max(0, Math.trunc(file.lastModified)) || 0 });

async function announce(files) {
  const answer = await fetch(form.dataset.announce, {
    method: "POST",
    headers: { "X-CSRFToken": token(), Accept: "application/json" },
    body: new URLSearchParams({ files: JSON.stringify(files.map(described)) }),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    fail(said.error ?? words("wordBroken"));
    return;
  }
  said.files.forEach(({ state, address }, at) => {
    if (state === "ignored") run.ignored += 1;
    if (state !== "receiving") return;
    run.all += 1;
    run.bytes += files[at].file.size;
    run.waiting.push({ file: files[at].file, address, sent: 0, upload: null });
  });
}

function next() {
  if (run.paused) return;
  show();
  while (run.live.size < AT_ONCE && run.waiting.length) start(run.waiting.shift());
  if (!run.live.size && !run.waiting.length) over();
}

function start(job) {
  run.live.add(job);
  job.upload ??= new tus.Upload(job.file, {
    uploadUrl: job.address,
    chunkSize: Number(form.dataset.chunk),
    retryDelays: PATIENCE,
    storeFingerprintForResuming: false,
    headers: { "X-CSRFToken": token() },
    onShouldRetry(error) {
      const status = error.originalResponse?.getStatus() ?? 0;
      const again = status === 0 || status === 409 || status === 423 || (status >= 500 && status !== 507);
      if (again) part("shown").textContent = words("wordLost");
      return again;
    },
    onProgress: (sent) => count(job, sent),
    onError: () => ended(job, false),
    onSuccess: () => ended(job, true),
  });
  job.upload.start();
}

function count(job, sent) {
  run.sent += sent - job.sent;
  job.sent = sent;
  show();
}

function ended(job, well) {
  run.live.delete(job);
  run.done += well ? 1 : 0;
  run.failed += well ? 0 : 1;
  count(job, job.file.size);
  next();
}

async function over() {
  part("sending").hidden = true;
  if (run.failed) fail(words("wordFailed", { n: run.failed }));
  part("ignored").textContent = run.ignored ? words("wordIgnored", { n: run.ignored }) : "";
  if (run.done) part("said").textContent = words("wordSent");
  Object.assign(run, { all: 0, done: 0, bytes: 0, sent: 0, failed: 0, ignored: 0, step: "" });
  await follow();
}

function pause() {
  run.paused = true;
  for (const job of run.live) job.upload.abort();
  run.waiting.unshift(...run.live);
  run.live.clear();
  part("pause").hidden = true;
  part("resume").hidden = false;
  part("resume").focus();
  show();
}

function resume() {
  run.paused = false;
  part("pause").hidden = false;
  part("resume").hidden = true;
  part("pause").focus();
  next();
}

// --- What becomes of them

async function refresh() {
  const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("no page");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [now, fresh] = [document.querySelector("[data-plan]"), page.querySelector("[data-plan]")];
  const focused = now.contains(document.activeElement) ? document.activeElement.id : "";
  keep(now, fresh);
  now.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
}

// What was picked, typed or opened stays.
function keep(from, into) {
  for (const field of from.querySelectorAll("input:not([type=hidden])")) {
    const same = field.id && into.querySelector(`#${CSS.escape(field.id)}`);
    if (!same) continue;
    if (field.type === "radio" || field.type === "checkbox") same.checked = field.checked;
    else if (field.value !== field.defaultValue) same.value = field.value;
  }
}

let following = false;

async function follow() {
  if (following) return;
  following = true;
  let wait = AGAIN;
  for (;;) {
    try {
      await refresh();
      wait = AGAIN;
    } catch {
      wait = Math.min(2 * wait, LONGEST);
    }
    if (!document.querySelector("[data-plan][data-busy]")) break;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  following = false;
}

// --- The page

function listen() {
  const zone = part("zone");
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("j-drop--over");
    });
  }
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("j-drop--over");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("j-drop--over");
    take(dropped(event.dataTransfer));
  });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    const files = chosen(event.target);
    event.target.value = "";
    if (files.length) take(Promise.resolve(files));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  part("pause").addEventListener("click", pause);
  part("resume").addEventListener("click", resume);
}

if (form && tus?.isSupported) listen();
if (document.querySelector("[data-plan][data-busy]")) follow();

window.addEventListener("beforeunload", (event) => {
  if (run.live.size) event.preventDefault();
});
