// The workspace of a verifier. Everything works without this.
//   details.j-tomodify      opening it puts the cursor into its text
//   select[data-reason=id]  the chosen reason becomes the first words of an empty text; the cursor stays: one who runs
//                           through the reasons by the keyboard would type the rest of a word into the text
//   [data-shortcuts-switch] turns the keys of the page off, on this browser

const STORE = "jalon-keys-off";
const off = () => {
  try {
    return localStorage.getItem(STORE) === "yes";
  } catch {
    return false;
  }
};
const apply = () => {
  if (off()) document.body.dataset.shortcuts = "off";
  else delete document.body.dataset.shortcuts;
};

for (const box of document.querySelectorAll("details.j-tomodify")) {
  box.addEventListener("toggle", () => {
    if (box.open) box.querySelector("textarea")?.focus();
  });
}

for (const picker of document.querySelectorAll("select[data-reason]")) {
  let given = "";
  picker.addEventListener("change", () => {
    const text = document.getElementById(picker.dataset.reason);
    if (!text || (text.value.trim() && text.value !== given)) return;
    given = picker.value ? `${picker.selectedOptions[0].textContent.trim()} : ` : "";
    text.value = given;
  });
}

for (const box of document.querySelectorAll("[data-shortcuts-switch]")) {
  box.checked = off();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.setItem(STORE, "yes");
      else localStorage.removeItem(STORE);
    } catch {
      return; // a browser that keeps nothing: the keys stay as they are
    }
    apply();
  });
}
apply();
// Put the chosen slot in sight of its list.
document.querySelector(".j-slotlist a[aria-current]")?.scrollIntoView({ block: "nearest" });
