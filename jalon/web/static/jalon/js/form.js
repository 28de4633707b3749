// Forms with data-answers: questions that depend on answers, repeated blocks, the live count. Saving is autosave.js's work.
//   [data-when]        a condition as JSON ({answer, equals | in}, all, any, not); the question is hidden when it does not hold.
//                      Inside a [data-repeat-block] it looks at the answers of the block, else at those of the form and
//                      at data-answers of the form (answers of other steps)
//   [data-repeat]      blocks in [data-blocks], a <template> whose names hold __i__, [data-add-block], [data-remove-block]
//   [data-scope]       replaced by what data-scope-url answers for the profiles that are ticked
//   _v.<key>           hidden inputs: versions of answers, kept in step with what autosave.js was told
//   _shown             hidden input: keys of what is asked now

const form = document.querySelector("form[data-answers]");

function answersIn(place, byGroup) {
  const answers = {};
  for (const input of place.querySelectorAll("input[name], select[name], textarea[name]")) {
    if (input.type === "hidden" || input.type === "file" || (!byGroup && input.closest("[data-repeat-block]"))) continue;
    const key = byGroup ? input.dataset.group : input.name;
    if (!key) continue;
    if (input.type === "checkbox") {
      answers[key] = answers[key] ?? [];
      if (input.checked) answers[key].push(input.value);
    } else if (input.type === "radio") {
      if (input.checked) answers[key] = input.value;
      else answers[key] = answers[key] ?? "";
    } else {
      answers[key] = input.value.trim();
    }
  }
  return answers;
}

function holds(condition, answers) {
  if ("all" in condition) return condition.all.every((one) => holds(one, answers));
  if ("any" in condition) return condition.any.some((one) => holds(one, answers));
  if ("not" in condition) return !holds(condition.not, answers);
  if (!("answer" in condition)) return false;
  const given = answers[condition.answer];
  const values = Array.isArray(given) ? given : [given];
  if ("in" in condition) return values.some((value) => condition.in.includes(value));
  if ("equals" in condition) return values.some((value) => value === condition.equals);
  return values.some((value) => value !== undefined && value !== null && value !== "");
}

function applyConditions() {
  const outside = JSON.parse(form.dataset.answers || "{}");
  const answers = { ...outside, ...answersIn(form, false) };
  for (const place of form.querySelectorAll("[data-when]")) {
    const block = place.closest("[data-repeat-block]");
    place.hidden = !holds(JSON.parse(place.dataset.when), block ? answersIn(block, true) : answers);
  }
  const shown = form.elements._shown;
  if (shown) {
    const top = [...form.querySelectorAll("[data-question]")].filter((one) => !one.closest("[data-repeat-block]"));
    shown.value = top.filter((one) => !one.hidden).map((one) => one.dataset.question).join(",");
  }
}

// --- Repeated blocks ---------------------------------------------------------------------------------------------

function renumber(repeat) {
  const blocks = [...repeat.querySelectorAll("[data-repeat-block]")];
  blocks.forEach((block, n) => {
    for (const place of block.querySelectorAll("[data-block-number]")) place.textContent = n + 1;
  });
  const add = repeat.querySelector("[data-add-block]");
  add.disabled = blocks.length >= Number(repeat.dataset.max);
}

function nextIndex(repeat) {
  repeat.dataset.last = Number(repeat.dataset.last ?? repeat.querySelectorAll("[data-repeat-block]").length) + 1;
  return repeat.dataset.last;
}

function addBlock(repeat) {
  const made = document.createElement("div");
  made.innerHTML = repeat.querySelector("template").innerHTML.replaceAll("__i__", nextIndex(repeat));
  const block = made.firstElementChild;
  repeat.querySelector("[data-blocks]").append(block);
  renumber(repeat);
  applyConditions();
  block.querySelector("input, select, textarea")?.focus();
}

function removeBlock(block) {
  const repeat = block.closest("[data-repeat]");
  const near = block.nextElementSibling ?? block.previousElementSibling;
  const witness = near?.querySelector("input, select, textarea");
  block.remove();
  if (!near) {
    addBlock(repeat);
  } else {
    renumber(repeat);
    near.querySelector("input, select, textarea")?.focus();
  }
  // What remains is one answer: any field of it, told that it changed, has all of it saved.
  (witness ?? repeat.querySelector("input:not([type=hidden]), select, textarea"))
    ?.dispatchEvent(new Event("change", { bubbles: true }));
}

// --- The live count ----------------------------------------------------------------------------------------------

let asked = 0;

async function showScope(question) {
  const place = question.querySelector("[data-scope]");
  const url = new URL(form.dataset.scopeUrl, window.location.href);
  for (const box of question.querySelectorAll("input[type=checkbox]:checked")) url.searchParams.append("profil", box.value);
  asked += 1;
  const mine = asked;
  const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!response.ok || mine !== asked) return;
  place.innerHTML = (await response.json()).html;
}

if (form) {
  applyConditions();
  form.addEventListener("input", applyConditions);
  form.addEventListener("change", (event) => {
    applyConditions();
    const question = event.target.closest?.("[data-question]");
    if (event.target.type === "checkbox" && question?.querySelector("[data-scope]")) showScope(question);
  });
  form.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-block]");
    const remove = event.target.closest("[data-remove-block]");
    if (!add && !remove) return;
    event.preventDefault();
    if (add) addBlock(add.closest("[data-repeat]"));
    else removeBlock(remove.closest("[data-repeat-block]"));
  });
  form.addEventListener("autosaved", ({ detail: { key, reply } }) => {
    const hidden = form.elements[`_v.${key}`];
    if (hidden && reply.version !== undefined) hidden.value = reply.version;
  });
}
