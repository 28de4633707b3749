// Check boxes of ordinary forms.
//   input[data-exclusive="key"]   ticking the one whose value is `key` unticks the others, and the other way round
//   fieldset[data-whole]          its first box ticks and unticks all others; unticking one of them unticks it
//   input[data-enables="id"]      the button with that id is inactive until the box is ticked; #id-reason says why

document.addEventListener("change", ({ target }) => {
  const alone = target.dataset?.exclusive;
  if (!alone || !target.checked) return;
  for (const box of target.form.querySelectorAll(`input[name="${CSS.escape(target.name)}"]`)) {
    if (box !== target && (target.value === alone || box.value === alone)) box.checked = false;
  }
});

document.addEventListener("change", ({ target }) => {
  const group = target.closest?.("fieldset[data-whole]");
  if (!group) return;
  const [whole, ...boxes] = group.querySelectorAll("input[type=checkbox]");
  if (target === whole) for (const box of boxes) box.checked = whole.checked;
  else if (!target.checked) whole.checked = false;
});

for (const box of document.querySelectorAll("input[data-enables]")) {
  const button = document.getElementById(box.dataset.enables);
  const reason = document.getElementById(`${box.dataset.enables}-reason`);
  const settle = () => {
    button.disabled = !box.checked;
    if (reason) {
      reason.hidden = box.checked;
      button.setAttribute("aria-describedby", reason.id);
    }
  };
  box.addEventListener("change", settle);
  window.addEventListener("pageshow", settle);
  settle();
}
