// Loaded on every page. Each module finds its own data attributes and does nothing without them;
// every page works without any of this.
import "./menus.js";
import "./dialog.js";
import "./filter.js";
import "./submit-once.js";
import "./shortcuts.js";
import "./autosave.js";
import "./upload.js";
import "./choices.js";

document.documentElement.classList.replace("no-js", "js");

// After a refused form: the summary of errors takes the focus ([data-focus], the first one on the page).
document.querySelector("[data-focus]")?.focus();

// [data-print]: a button that prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
