// form[data-reading]: the page tells the server that what it shows was read, once it really is in view.
// Without JavaScript the form's own button does it. A GET never writes.

const form = document.querySelector("form[data-reading]");

function tell() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", tell);
  fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } }).then(
    (reply) => {
      if (reply.ok) form.hidden = true;
    },
  );
}

if (form) {
  document.addEventListener("visibilitychange", tell);
  tell();
}
