// Files read in the page. Everything works without this: zoom by address, the browser's own player and PDF viewer.
//   a[data-zoom="+|-|fit|100"]  changes every picture of the page, without asking the server again
//   [data-fullscreen]           the picture alone on the screen
//   [data-speed]                the pace of the film; < and > for one step
//   [data-unplayable]           said when the browser cannot play the film
//   iframe[data-pdf]            replaced by [data-no-pdf] where the browser shows no PDF

const STEPS = ["50", "100", "150", "200", "300", "400"];

function zoomOf(image, asked) {
  if (asked !== "+" && asked !== "-") return asked;
  const here = STEPS.indexOf(image.dataset.zoomed);
  if (here < 0) return asked === "+" ? "150" : "50"; // from fitted
  return STEPS[Math.min(Math.max(here + (asked === "+" ? 1 : -1), 0), STEPS.length - 1)];
}

function zoom(image, asked) {
  const next = zoomOf(image, asked);
  image.classList.replace(`j-zoom-${image.dataset.zoomed}`, `j-zoom-${next}`);
  image.dataset.zoomed = next;
  for (const link of document.querySelectorAll("[data-zoom]")) {
    if (link.dataset.zoom === next) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const image of document.querySelectorAll("[data-zoomed]")) zoom(image, link.dataset.zoom);
});

for (const button of document.querySelectorAll("[data-fullscreen]")) {
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else button.closest("[data-viewer]").querySelector("[data-zoomed]").parentElement.requestFullscreen();
  });
}

for (const video of document.querySelectorAll("[data-viewer=video] video")) {
  const viewer = video.closest("[data-viewer]");
  const speeds = viewer.querySelector("[data-speeds]");
  const buttons = [...speeds.querySelectorAll("[data-speed]")];
  const set = (speed) => {
    video.playbackRate = speed;
    for (const button of buttons) button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
  };
  const failed = () => {
    viewer.querySelector("[data-unplayable]").hidden = false;
  };
  speeds.hidden = false;
  for (const button of buttons) button.addEventListener("click", () => set(Number(button.dataset.speed)));
  if (video.error) failed();
  video.addEventListener("error", failed);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.shortcuts === "off") return;
    if (event.target.matches("input, textarea, select") || !["<", ">"].includes(event.key)) return;
    const paces = buttons.map((button) => Number(button.dataset.speed));
    const here = paces.indexOf(video.playbackRate);
    set(paces[Math.min(Math.max(here + (event.key === ">" ? 1 : -1), 0), paces.length - 1)]);
  });
}

for (const frame of document.querySelectorAll("iframe[data-pdf]")) {
  if (navigator.pdfViewerEnabled !== false) continue;
  const viewer = frame.closest("[data-viewer]");
  viewer.querySelector("[data-no-pdf]").hidden = false;
  viewer.querySelector("[data-pdf-hint]").hidden = true;
  frame.remove();
}
