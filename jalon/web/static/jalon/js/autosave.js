// Saves a form as one types. Without JavaScript the form posts as a whole and nothing is lost.
//
//   form[data-autosave]            the form; data-url: where fields are posted
//   [name] inside it               saved 800 ms after the last key and on leaving the field, one request at a time.
//                                  Files and names beginning with "_" or "csrf" are not.
//   data-version="3"               on a field (or its fieldset): the version of the answer that is shown; goes along,
//                                  and is replaced by the one that comes back
//   data-autosave-as="key"         the name posted instead of the field's own
//   data-group="key"               fields inside a block [data-repeat-block] of a repeated part: the page posts them
//                                  together; see data-collect
//   data-collect="key"             a container: its fields are sent as one JSON list of objects, one a [data-repeat-block]
//   [data-save-state]              role=status: what is going on
//   [data-save-progress]           holds [data-meter] (width) and [data-meter-text]
//   data-word-*                    the sentences, translated (templates/components/autosave_words.html)
//
// Request: POST, form-encoded: field, value (several for check boxes), version, csrfmiddlewaretoken.
// Reply:   200 {saved_at: "14:32", version, progress?, error?, message?, reload?}
//          409 {conflict: {value, label?, by, at, version}}
//          401, 403, 404: refused, no new try; anything else: a new try after 5 s, then 10, 20, 40.

const DELAY = 800;
const FIRST_RETRY = 5;

class Autosave {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.state = form.querySelector("[data-save-state]") ?? document.querySelector("[data-save-state]");
    this.waiting = new Map(); // key → element
    this.timers = new Map();
    this.disputed = new Set(); // keys whose conflict is not settled: nothing is sent for them
    this.busy = false;
    this.retry = 0;
    this.kept = new Map([...this.fields()].map((field) => [this.key(field), this.value(field)]));
    form.addEventListener("input", (event) => this.later(event.target));
    form.addEventListener("change", (event) => this.now(event.target));
    form.addEventListener("focusout", (event) => this.now(event.target));
    form.addEventListener("submit", () => this.forget());
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.size || this.disputed.size || this.busy) event.preventDefault();
    });
  }

  fields() {
    return [...this.form.elements].filter((field) => this.saves(field));
  }

  saves(field) {
    return field?.name && field.type !== "file" && field.type !== "hidden" && field.type !== "submit"
      && field.type !== "button" && !/^(_|csrf)/.test(field.name) && !field.readOnly;
  }

  collector(field) {
    return field.closest("[data-collect]");
  }

  key(field) {
    const collector = this.collector(field);
    return collector ? collector.dataset.collect : (field.dataset.autosaveAs ?? field.name);
  }

  // What carries the version: all options of a question share one, so the group before the option itself.
  holder(field) {
    return (
      this.collector(field) ?? field.closest("fieldset[data-field]") ?? field.closest("[data-version]") ?? field
    );
  }

  single(field, within) {
    if (field.type === "checkbox" || field.type === "radio") {
      const all = [...within.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
      return all.filter((one) => one.checked || (one.type === "hidden" && one.value)).map((one) => one.value);
    }
    return [field.value];
  }

  // Always a list of strings, so that two values compare by their JSON.
  value(field) {
    const collector = this.collector(field);
    if (!collector) return this.single(field, this.form);
    const blocks = [...collector.querySelectorAll("[data-repeat-block]")].map((block) => {
      const answers = {};
      for (const one of block.querySelectorAll("[data-group]")) {
        const values = this.single(one, block);
        if (one.type !== "radio" || one.checked) answers[one.dataset.group] = values[0] ?? "";
      }
      return answers;
    });
    return [JSON.stringify(blocks)];
  }

  changed(field) {
    return JSON.stringify(this.value(field)) !== JSON.stringify(this.kept.get(this.key(field)) ?? []);
  }

  later(field) {
    if (!this.saves(field)) return;
    const key = this.key(field);
    clearTimeout(this.timers.get(key));
    if (this.disputed.has(key)) return;
    this.waiting.set(key, field);
    this.timers.set(key, setTimeout(() => this.now(field), DELAY));
  }

  now(field) {
    if (!this.saves(field)) return;
    const key = this.key(field);
    clearTimeout(this.timers.get(key));
    if (this.disputed.has(key)) return;
    if (!this.changed(field)) {
      this.waiting.delete(key);
      return;
    }
    this.waiting.set(key, field);
    this.flush();
  }

  async flush() {
    if (this.busy || !this.waiting.size) return;
    const [key, field] = this.waiting.entries().next().value;
    const value = this.value(field);
    this.busy = true;
    this.waiting.delete(key);
    this.say(this.words.wordSaving);
    let reply = null;
    try {
      reply = await this.post(field, key, value);
    } catch {
      reply = null; // no network, or an answer that is not JSON
    }
    this.busy = false;
    this.settle(field, key, value, reply);
  }

  async post(field, key, value) {
    const body = new URLSearchParams();
    body.set("field", key);
    for (const one of value) body.append("value", one);
    body.set("version", this.holder(field).dataset.version ?? field.dataset.version ?? "");
    const response = await fetch(this.words.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken?.value ?? "", Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
    });
    if ([401, 403, 404].includes(response.status) || response.type === "opaqueredirect") return { refused: true };
    if (!response.ok && response.status !== 409 && response.status !== 422) throw new Error(String(response.status));
    return response.json();
  }

  settle(field, key, value, reply) {
    if (!reply) return this.again(field, key);
    if (reply.refused) return this.say(this.words.wordRefused, "alert");
    this.retry = 0;
    if (reply.conflict) return this.conflict(field, key, reply.conflict);
    this.kept.set(key, value);
    if (reply.version !== undefined) this.holder(field).dataset.version = reply.version;
    this.showError(field, reply.error ?? "");
    if (reply.progress !== undefined) this.showProgress(reply.progress);
    if (reply.saved_at) this.say(this.words.wordSaved.replace("{time}", reply.saved_at));
    this.form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true, detail: { key, reply } }));
    if (reply.reload && !this.waiting.size) return window.location.reload();
    return this.flush();
  }

  again(field, key) {
    if (!this.waiting.has(key)) this.waiting.set(key, field);
    const seconds = FIRST_RETRY * 2 ** Math.min(this.retry, 3);
    this.retry += 1;
    this.say(this.words.wordFailed.replace("{seconds}", seconds), "alert");
    setTimeout(() => this.flush(), seconds * 1000);
  }

  conflict(field, key, other) {
    this.disputed.add(key);
    this.waiting.delete(key);
    const box = document.createElement("div");
    const elided = document.documentElement.lang === "fr" && /^[aeiouyàâéèêëîïôùûœ]/i.test(other.by);
    const by = (words) =>
      (elided ? words.replaceAll("de {by}", "d’{by}") : words).replaceAll("{by}", other.by).replaceAll("{time}", other.at);
    const line = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
    const button = (text, act) => {
      const made = Object.assign(line("button", text), { type: "button", className: "fr-btn fr-btn--secondary fr-btn--sm" });
      made.addEventListener("click", () => {
        box.remove();
        this.disputed.delete(key);
        act();
        field.focus();
      });
      return made;
    };
    box.className = "j-conflict";
    box.setAttribute("role", "alert");
    const values = document.createElement("dl");
    const mine = [...this.value(field)].join(", ");
    values.append(line("dt", this.words.wordMine), line("dd", mine || this.words.wordEmpty));
    values.append(line("dt", by(this.words.wordTheirs)), line("dd", (other.label ?? other.value) || this.words.wordEmpty));
    const buttons = Object.assign(document.createElement("div"), { className: "j-buttons" });
    const take = () => {
      this.holder(field).dataset.version = other.version;
      this.fill(field, other.value);
      this.kept.set(key, this.value(field));
      this.say("");
    };
    const keep = () => {
      this.holder(field).dataset.version = other.version;
      this.kept.delete(key);
      this.waiting.set(key, field);
      this.flush();
    };
    buttons.append(button(this.words.wordKeep, keep));
    if (!this.collector(field)) buttons.append(button(by(this.words.wordTake), take));
    box.append(line("p", by(this.words.wordConflict)), values, buttons);
    const place = field.closest(".j-field") ?? field.parentElement;
    place.querySelector(".j-conflict")?.remove();
    place.append(box);
    this.say(by(this.words.wordConflict), "alert");
  }

  fill(field, value) {
    const chosen = Array.isArray(value) ? value : [value];
    if (field.type === "checkbox" || field.type === "radio") {
      for (const one of this.form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)) {
        if (!one.disabled) one.checked = chosen.includes(one.value);
      }
    } else {
      field.value = chosen[0] ?? "";
    }
  }

  // A sentence of the server under the field; a required field is only called wrong once it was left.
  showError(field, sentence) {
    const place = field.closest(".j-field");
    if (!place) return;
    const target = place.matches("fieldset") ? place : field;
    place.querySelector(":scope > .j-message[data-live]")?.remove();
    place.querySelector(":scope > .j-message--error")?.remove();
    place.classList.toggle("j-field--error", Boolean(sentence));
    target.toggleAttribute("aria-invalid", Boolean(sentence));
    if (!sentence) return;
    const message = document.createElement("p");
    message.className = "j-message j-message--error";
    message.dataset.live = "";
    message.id = `${place.id || field.id}-message`;
    message.textContent = sentence;
    place.append(message);
    const described = new Set((target.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)).add(message.id);
    target.setAttribute("aria-describedby", [...described].join(" "));
  }

  showProgress(percent) {
    for (const meter of document.querySelectorAll("[data-meter]")) meter.setAttribute("width", `${percent}%`);
    for (const text of document.querySelectorAll("[data-meter-text]")) text.textContent = `${percent}\u00a0%`;
  }

  say(words, role = "status") {
    if (!this.state) return;
    this.state.setAttribute("role", role);
    this.state.textContent = words;
  }

  forget() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.waiting.clear();
    this.disputed.clear();
    this.busy = false;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
