// Draws the badge anew a moment after something was typed. Without this script a button does it.
const form = document.querySelector("form[data-badge]");
const image = form.querySelector(".badge-preview img");
const problem = form.querySelector("[data-badge-problem]");
const picture = form.querySelector("input[type=file]");
const PAUSE_MILLISECONDS = 250;
const PICTURE_PAUSE_MILLISECONDS = 800; // a picture that is not saved yet travels with every drawing
let waiting;
let drawing = false;
let again = false;

function draw() {
  if (drawing) {
    again = true; // one at a time: the last state is what counts
    return;
  }
  drawing = true;
  image.classList.add("is-old");
  if (picture.files.length) {
    drawPicture();
    return;
  }
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("badge_") && typeof value === "string") fields.set(name, value);
  }
  image.src = `${form.dataset.badge}?${fields}`;
}

async function drawPicture() {
  const sent = { method: "POST", body: new FormData(form) };
  const answer = await fetch(form.dataset.badge, sent).catch(() => null);
  if (answer?.ok && answer.headers.get("content-type") === "image/png") {
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(await answer.blob());
  } else {
    drawn(true);
  }
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
