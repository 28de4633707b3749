// [data-dialog="id"] on a link or button opens <dialog id="id">. Without JavaScript the link leads to the page that
// does the same. [data-dialog-close] inside closes it. The browser traps the focus, Escape closes, and the focus
// goes back to the opener.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.addEventListener("close", () => opener.focus(), { once: true });
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
});
