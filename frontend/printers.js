// Shows the printers and the badges on their way anew whenever the server says that something changed.
const note = document.querySelector("[data-printers]");
const HELD_MILLISECONDS = 300;
let asking = false;
let again = false;

function say(state) {
  for (const each of note.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== state;
}

// Nothing moves while somebody is about to press a button: it would be another guest's.
function isHeld() {
  return document.querySelector("[data-live] :is(a, button):is(:hover, :focus-visible, :active)") !== null;
}

async function released() {
  while (isHeld()) await new Promise((resolve) => setTimeout(resolve, HELD_MILLISECONDS));
}

async function showAnew() {
  if (asking) {
    again = true; // one at a time: the last state is what counts
    return;
  }
  asking = true;
  do {
    again = false;
    await released();
    const answer = await fetch(note.dataset.printers).catch(() => null);
    const page = answer?.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    await released();
    for (const place of page ? document.querySelectorAll("[data-live]") : []) {
      const fresh = page.querySelector(`[data-live="${place.dataset.live}"]`);
      if (fresh) place.replaceChildren(...fresh.childNodes);
    }
  } while (again);
  asking = false;
}

const stream = new EventSource(`${note.dataset.printers}/stream`);
stream.addEventListener("open", () => say("live"));
stream.addEventListener("error", () => say("lost"));
stream.addEventListener("message", showAnew);
