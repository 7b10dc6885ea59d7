// Draws the badge anew a moment after something was typed. Without this script a button does it.
const form = document.querySelector("form[data-badge]");
const image = form.querySelector(".badge-preview img");
const problem = form.querySelector("[data-badge-problem]");
const PAUSE_MILLISECONDS = 250;
let waiting;
let drawing = false;
let again = false;

function draw() {
  if (drawing) {
    again = true; // one at a time: the last state is what counts
    return;
  }
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("badge_") && typeof value === "string") fields.set(name, value);
  }
  drawing = true;
  image.classList.add("is-old");
  image.src = `${form.dataset.badge}?${fields}`;
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
  if (event.target.type === "file") return; // shown once it is saved
  clearTimeout(waiting);
  waiting = setTimeout(draw, PAUSE_MILLISECONDS);
});
