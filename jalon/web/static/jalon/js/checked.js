// [data-checked][data-pending]: the machine is still reading a piece. The page is asked for again until it has, and
// only what is said of pieces is exchanged: nothing that a person typed moves.

const EVERY = 2000;
const AT_MOST = 60;

async function look(left) {
  if (!left || !document.querySelector("[data-checked][data-pending]")) return;
  await new Promise((resume) => setTimeout(resume, EVERY));
  const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (answer && answer.ok && !answer.redirected) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-checked][data-pending]")) {
      const now = fresh.querySelector(`[data-checked="${old.dataset.checked}"]`);
      if (!now || !("pending" in now.dataset)) old.replaceWith(...(now ? [now] : []));
    }
  }
  look(left - 1);
}

look(AT_MOST);
