// Draws the badge anew a moment after something was typed. Without this script a button does it.
const form = document.querySelector("form[data-badge]");
const image = form.querySelector(".badge-preview img");
const problem = form.querySelector("[data-badge-problem]");
const missing = form.querySelector("[data-badge-missing]");
const picture = form.querySelector("input[type=file]");
const PAUSE_MILLISECONDS = 250;
const PICTURE_PAUSE_MILLISECONDS = 800; // a picture that is not saved yet travels with every drawing
let waiting;
let drawing = false;
let again = false;

async function draw() {
  if (drawing) {
    again = true; // one at a time: the last state is what counts
    return;
  }
  drawing = true;
  image.classList.add("is-old");
  const answer = await ask().catch(() => null);
  if (!answer?.ok || answer.headers.get("content-type") !== "image/png") {
    drawn(true);
    return;
  }
  const characters = answer.headers.get("x-badge-missing-glyphs");
  missing.hidden = characters === null;
  missing.lastElementChild.textContent = characters ?? "";
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(await answer.blob());
}

function ask() {
  if (picture.files.length) return fetch(form.dataset.badge, { method: "POST", body: new FormData(form) });
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("badge_") && typeof value === "string") fields.set(name, value);
  }
  return fetch(`${form.dataset.badge}?${fields}`);
}

function drawn(failed) {
  drawing = false;
  problem.hidden = !failed;
  image.classList.toggle("is-old", failed);
  if (again) {
    again = false;
    draw();
  }
}

image.addEventListener("load", () => drawn(false));
image.addEventListener("error", () => drawn(true));
form.addEventListener("input", (event) => {
  clearTimeout(waiting);
  const paused = picture.files.length && event.target !== picture ? PICTURE_PAUSE_MILLISECONDS : PAUSE_MILLISECONDS;
  waiting = setTimeout(draw, paused);
});
// The picture that came with the page cannot say what is missing on it; only what is no ASCII can be.
if ([...form.querySelectorAll("[name$=_test_text]")].some((typed) => /[^ -~]/.test(typed.value))) draw();
