// Menus are <details data-menu>. Without JavaScript they open and close one by one.
//   Escape closes the open one and gives the focus back to its summary; a click elsewhere, or opening another, closes it.

const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const inner = [...open()].pop();
  if (!inner) return;
  inner.open = false;
  inner.querySelector("summary")?.focus();
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
