// [data-in-view]: a list that scrolls on its own shows its current link ([aria-current]) when the page opens.

for (const list of document.querySelectorAll("[data-in-view]")) {
  const current = list.querySelector("[aria-current]");
  if (current) list.scrollTop = current.offsetTop - list.offsetTop - (list.clientHeight - current.offsetHeight) / 2;
}
