// input[data-filter="css selector"]: hides what does not contain the typed words (no accents, no case).
//   data-filter-count="id"   element that says how many are shown (role=status); data-word="{n} résultats" on it
//   A <details> without a match inside is hidden; one with a match opens while something is typed.
// Without JavaScript the field is part of a GET form and the server filters.

const fold = (text) => text.normalize("NFKD").replace(/\p{Diacritic}/gu, "").toLowerCase();

function apply(input) {
  const words = fold(input.value).split(/\s+/).filter(Boolean);
  const rows = [...document.querySelectorAll(input.dataset.filter)];
  let shown = 0;
  for (const row of rows) {
    row.dataset.folded ??= fold(row.dataset.search ?? row.textContent);
    row.hidden = !words.every((word) => row.dataset.folded.includes(word));
    if (!row.hidden) shown += 1;
  }
  for (const group of new Set(rows.map((row) => row.closest("details.j-group")).filter(Boolean))) {
    const some = [...group.querySelectorAll(input.dataset.filter)].some((row) => !row.hidden);
    group.hidden = !some;
    if (words.length && some) group.open = true;
  }
  const count = document.getElementById(input.dataset.filterCount ?? "");
  if (count) count.textContent = words.length ? count.dataset.word.replace("{n}", shown) : "";
}

for (const input of document.querySelectorAll("input[data-filter]")) {
  input.addEventListener("input", () => apply(input));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  if (input.value) apply(input);
}
