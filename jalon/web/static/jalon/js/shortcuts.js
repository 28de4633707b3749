// Keys of the dense pages. Off in text fields, with a modifier held, and on pages whose body has data-shortcuts="off".
//   [data-key="c"]                 this key clicks the element ("?", "Enter", "Escape", "ArrowDown"… by their KeyboardEvent.key)
//   [data-shortcut-focus="ctrl+k"] this key puts the cursor into the field
//   [data-shortcut-submit]         Ctrl+Enter in this text field submits its form
//   [data-rows]                    a list: J / K (or the arrows) move along its links [data-row], Enter opens

const typing = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const isTextField = (target) =>
  typing(target) && !(target instanceof HTMLInputElement && ["checkbox", "radio", "button", "submit"].includes(target.type));
const visible = (element) => element.getClientRects().length > 0;

function move(step) {
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")].filter(visible);
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement);
  const current = here >= 0 ? here : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(Math.max(current + step, 0), rows.length - 1)].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (event.key === "Enter" && event.target.matches?.("[data-shortcut-submit]")) {
      event.preventDefault();
      event.target.form?.requestSubmit();
      return;
    }
    const field = document.querySelector(`[data-shortcut-focus="ctrl+${CSS.escape(key)}"]`);
    if (field) {
      event.preventDefault();
      field.focus();
    }
    return;
  }
  if (document.body.dataset.shortcuts === "off" || event.altKey || isTextField(event.target)) return;
  if (document.querySelector("dialog[open]") && key !== "Escape") return;
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
  if (button) {
    event.preventDefault();
    button.focus();
    button.click();
    return;
  }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  const arrows = key.startsWith("Arrow");
  if (step && (!arrows || document.activeElement?.matches("[data-row]")) && move(step)) event.preventDefault();
});
