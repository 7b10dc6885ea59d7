// Shows how far the PDF of all badges is, and saves it when it is whole. Without it the form gives the PDF at once.
const board = document.querySelector("[data-drawing]");
const bar = board.querySelector("progress");
const file = board.querySelector("[data-file]");
const number = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang);
let stream;

function part(name) {
  return board.querySelector(`[data-${name}]`);
}

function say(state) {
  for (const each of board.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== state;
  bar.hidden = !["waiting", "drawing", "binding"].includes(state);
}

function begin() {
  board.hidden = false;
  bar.removeAttribute("value");
  for (const name of ["count", "missing", "undrawable", "file"]) part(name).hidden = true;
  if (file.href) URL.revokeObjectURL(file.href);
  say("waiting");
  board.scrollIntoView({ block: "nearest" });
}

function progress({ drawn, of }) {
  part("count").hidden = false;
  part("drawn").textContent = number.format(drawn);
  part("of").textContent = number.format(of);
  bar.max = of;
  if (drawn < of) bar.value = drawn;
  else bar.removeAttribute("value"); // what is left has no measure
  say(drawn < of ? "drawing" : "binding");
}

function save(pieces, { name, missing, undrawable }) {
  file.href = URL.createObjectURL(new Blob(pieces, { type: "application/pdf" }));
  file.download = name;
  file.hidden = false;
  part("missing").hidden = !missing;
  part("missing").lastElementChild.textContent = missing;
  part("undrawable").hidden = !undrawable;
  say("ready");
  file.click();
}

function draw(form) {
  stream?.close();
  const pieces = [];
  let begun = false;
  stream = new EventSource(`${form.dataset.sheet}?${new URLSearchParams(new FormData(form))}`);
  const hear = (name, act) => stream.addEventListener(name, (event) => act(event.data));
  const end = () => stream.close(); // it would come again by itself, and have all drawn anew
  begin();
  hear("progress", (data) => {
    begun = true;
    progress(JSON.parse(data));
  });
  hear("piece", (data) => pieces.push(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))));
  hear("file", (data) => {
    end();
    save(pieces, JSON.parse(data));
  });
  hear("busy", () => {
    end();
    say("busy");
  });
  stream.addEventListener("error", () => {
    end();
    if (begun) {
      say("lost");
    } else {
      board.hidden = true;
      form.submit(); // nobody on the list, too many for one file, signed out: the page says which
    }
  });
}

for (const form of document.querySelectorAll("form[data-sheet]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    draw(form);
  });
}
