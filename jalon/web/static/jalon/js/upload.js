// Shows how far an upload is. Without JavaScript the same form posts as usual.
//   form[data-upload]        sent with progress; the page that answers (after its redirect) is opened
//     data-word-sending      "Envoi de {name} : {percent} %"
//     data-word-finishing    "Reçu. Vérification en cours…"
//     data-word-failed       "L’envoi a été interrompu. Rien n’est perdu : réessayez."
//   form[data-upload-auto]   sent as soon as a file is chosen, but one in an input[data-upload-waits]
//   [data-anchor]            a part of the form with an id: the page comes back to the one whose file was sent
//   [data-drop]              a zone around a file input: files may be dropped on it; the input stays the way in

function chosenIn(form) {
  return [...form.querySelectorAll("input[type=file]")].find((input) => input.files.length);
}

function status(form) {
  let box = form.querySelector("[data-upload-status]");
  if (!box) {
    box = document.createElement("div");
    box.dataset.uploadStatus = "";
    box.className = "j-upload";
    box.append(Object.assign(document.createElement("p"), { role: "status" }));
    box.append(Object.assign(document.createElement("progress"), { max: 100, value: 0 }));
    (chosenIn(form)?.closest("[data-drop]") ?? form).append(box);
  }
  return { words: box.querySelector("p"), bar: box.querySelector("progress"), box };
}

// Not form.action: a button named "action" would hide it.
function addressOf(form, submitter) {
  const own = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  return new URL(own || window.location.href, window.location.href).href;
}

function send(form, submitter) {
  const address = addressOf(form, submitter);
  const data = new FormData(form, submitter ?? undefined);
  const names = [...data.values()].filter((one) => one instanceof File && one.size).map((one) => one.name).join(", ");
  const anchor = chosenIn(form)?.closest("[data-anchor]")?.id;
  const { words, bar, box } = status(form);
  const request = new XMLHttpRequest();
  const say = (text) => {
    words.textContent = text.replace("{name}", names).replace("{percent}", Math.round(bar.value));
  };
  const failed = () => {
    bar.remove();
    words.setAttribute("role", "alert");
    say(form.dataset.wordFailed);
    delete form.dataset.sent;
    submitter?.removeAttribute("aria-busy");
    box.removeAttribute("data-upload-status");
  };
  bar.setAttribute("aria-label", names);
  say(form.dataset.wordSending);
  let said = 0;
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (100 * event.loaded) / event.total;
    if (bar.value - said >= 10) {
      said = bar.value;
      say(form.dataset.wordSending);
    }
  });
  request.upload.addEventListener("load", () => say(form.dataset.wordFinishing));
  request.addEventListener("error", failed);
  request.addEventListener("abort", failed);
  request.addEventListener("load", () => {
    const sameOrigin = request.responseURL.startsWith(`${window.location.origin}/`);
    if (request.status < 400 && sameOrigin && request.responseURL.split("#")[0] !== address) {
      // The fragment of a redirect is not told to scripts.
      const target = request.responseURL.split("#")[0];
      if (target !== window.location.href.split("#")[0]) {
        window.location.assign(anchor ? `${target}#${anchor}` : target);
        return;
      }
      if (anchor) window.location.hash = anchor;
      window.location.reload();
      return;
    }
    // A page with errors: show it as it came.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    if (!main || request.status >= 500) return failed();
    document.querySelector("main").replaceWith(main);
    main.querySelector("[data-focus]")?.focus();
    enhance(main);
  });
  request.open("POST", address);
  request.setRequestHeader("X-Upload", "1"); // the page after the redirect keeps its message for the real visit
  request.send(data);
}

function enhance(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (event) => {
      const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
      if (!files || event.defaultPrevented) return;
      event.preventDefault();
      if (form.dataset.sent) return;
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-busy", "true");
      send(form, event.submitter);
    });
    if ("uploadAuto" in form.dataset) {
      form.addEventListener("change", (event) => {
        const { type, files, dataset } = event.target;
        if (type === "file" && files.length && !("uploadWaits" in dataset)) form.requestSubmit();
      });
    }
  }
  for (const zone of root.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    if (!input) continue;
    const lit = (on) => zone.classList.toggle("j-drop--over", on);
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      lit(true);
    });
    zone.addEventListener("dragleave", () => lit(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      lit(false);
      if (!event.dataTransfer?.files.length) return;
      const kept = new DataTransfer();
      const files = [...event.dataTransfer.files];
      for (const file of input.multiple ? files : files.slice(0, 1)) kept.items.add(file);
      input.files = kept.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

enhance(document);
