// What a person sees. Texts come with the page, in its language; nothing is ever set as HTML.
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export class Screen {
  constructor(sheet, settle) {
    this.texts = JSON.parse(sheet.dataset.texts);
    this.settle = settle;
    this.mostCounted = Number(sheet.dataset.mostCounted);
    this.paper = document.getElementById("paper");
  }

  line(state) {
    const line = document.getElementById("line");
    line.dataset.state = state;
    line.textContent = this.texts[state];
  }

  show(snapshot) {
    text("waiting", snapshot.waiting < this.mostCounted ? snapshot.waiting : this.texts.more);
    document.getElementById("doubts").hidden = snapshot.uncertain.length === 0;
    document.getElementById("none-yet").hidden = snapshot.recent.length > 0;
    list("uncertain", snapshot.uncertain, (guest) => this.#doubt(guest));
    list("recent", snapshot.recent, (guest) => this.#line(guest));
  }

  now(badge) {
    text("now", badge);
  }

  trouble(name) {
    const note = document.getElementById("trouble");
    note.hidden = name === null;
    note.textContent = name === null ? "" : this.texts[name];
  }

  // Lay a badge on the paper; resolves when it can be printed.
  async lay(badge) {
    const image = new Image();
    image.alt = "";
    image.src = URL.createObjectURL(badge.image);
    await image.decode();
    this.paper.dataset.size = badge.size;
    this.paper.replaceChildren(image);
    this.paper.hidden = false;
  }

  clear() {
    for (const image of this.paper.children) URL.revokeObjectURL(image.src);
    this.paper.replaceChildren();
    this.paper.hidden = true;
  }

  onTest(act) {
    document.getElementById("test").addEventListener("click", act);
  }

  onPause(act) {
    const button = document.getElementById("pause");
    button.addEventListener("click", () => {
      const paused = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? this.texts.resume : this.texts.pause;
      act(paused);
    });
  }

  #line(guest) {
    const moment = element("time", new Date(guest.at * 1000).toLocaleTimeString(document.documentElement.lang, CLOCK));
    return [this.#who(guest), moment];
  }

  #doubt(guest) {
    const buttons = element("span");
    buttons.className = "actions";
    for (const [cameOut, label] of [[true, this.texts.cameOut], [false, this.texts.again]]) {
      const button = element("button", label);
      button.type = "button";
      button.className = cameOut ? "button" : "button danger quiet";
      button.dataset.cameOut = String(cameOut);
      button.addEventListener("click", async () => {
        for (const each of buttons.children) each.disabled = true;
        try {
          await this.settle(guest.job, cameOut);
        } catch {
          for (const each of buttons.children) each.disabled = false;
        }
      });
      buttons.append(button);
    }
    return [this.#who(guest), buttons];
  }

  #who(guest) {
    const who = element("span");
    who.className = "who";
    who.append(element("bdi", guest.name || this.texts.nameless)); // a name that turns its line around turns itself alone
    if (guest.company) {
      const company = element("bdi", guest.company);
      company.className = "company";
      who.append(" ", company);
    }
    if (guest.misses_glyphs) {
      const warning = element("span", this.texts.missesGlyphs);
      warning.className = "badge warn";
      who.append(" ", warning);
    }
    return who;
  }
}

function element(name, content = "") {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}

function text(id, content) {
  document.getElementById(id).textContent = content;
}

// Keeps a row that is still there: a button must not vanish under a finger.
function list(id, guests, fill) {
  const holder = document.getElementById(id);
  const rows = new Map([...holder.children].map((row) => [row.dataset.job, row]));
  holder.replaceChildren(
    ...guests.map((guest) => {
      const kept = rows.get(guest.job);
      if (kept) return kept;
      const row = document.createElement("li");
      row.dataset.job = guest.job;
      row.append(...fill(guest));
      return row;
    }),
  );
}
