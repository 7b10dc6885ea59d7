// One badge after another: claimed, loaded, printed, reported. What a page had in hand when it was loaded anew is told
// first: where it had not begun to print, nothing came out; else nobody knows, and a person settles it.
const IN_HAND = "ticketsonic-in-hand";
const PRINTING_MILLISECONDS = 30_000;
const AGAIN_MILLISECONDS = 1000;
const NOT_LOADED_MILLISECONDS = 5000;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Press {
  #running = false;
  #paused = false;
  #waiting = 0;
  #testing = false;

  constructor(server, screen) {
    this.server = server;
    this.screen = screen;
  }

  async tellOfLastTime() {
    const left = JSON.parse(sessionStorage.getItem(IN_HAND) ?? "null");
    if (left === null || left.station !== this.server.path) return;
    await this.#tell(left.job, left.began ? "unsure" : "unprinted", left.page);
  }

  hear(waiting) {
    this.#waiting = waiting;
    this.#run();
  }

  pause(paused) {
    this.#paused = paused;
    this.#run();
  }

  test() {
    this.#testing = true;
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#testing || (this.#waiting > 0 && !this.#paused)) await this.#next();
    } catch (error) {
      console.warn(error); // no connection, most likely
      this.#waiting = 1;
      if (error.name !== "StationOver") setTimeout(() => this.#run(), AGAIN_MILLISECONDS);
    } finally {
      this.#running = false;
      this.screen.now("–");
    }
  }

  async #next() {
    if (this.#testing) {
      this.#testing = false;
      await this.#print(null, this.screen.texts.test);
      return;
    }
    this.#waiting = 0; // what a snapshot says from here on is newer than what the claim finds
    const { job, name } = await this.server.claim();
    if (job === null) return;
    this.#waiting = 1; // there may be more
    this.#keep(job, false);
    const began = await this.#print(job, name);
    await this.#tell(job, began ? "printed" : "unprinted", this.server.page);
    if (!began) await pause(NOT_LOADED_MILLISECONDS);
  }

  // Returns whether the browser was told to print.
  async #print(job, name) {
    let badge;
    try {
      badge = await this.server.badge(job);
      await this.screen.lay(badge);
    } catch (error) {
      console.warn(error);
      this.screen.trouble("notLoaded");
      return false;
    }
    this.screen.trouble(badge.missesGlyphs ? "missingGlyphs" : null);
    this.screen.now(name || this.screen.texts.nameless);
    if (job !== null) this.#keep(job, true);
    await printed();
    this.screen.clear();
    return true;
  }

  // Until it is heard: a badge that came out must not wait for a person because a line was down for a minute.
  async #tell(job, outcome, page) {
    for (;;) {
      try {
        await this.server.report(job, outcome, page);
        break;
      } catch (error) {
        if (error.name === "StationOver") break;
        await pause(AGAIN_MILLISECONDS);
      }
    }
    sessionStorage.removeItem(IN_HAND);
  }

  #keep(job, began) {
    const { path: station, page } = this.server;
    sessionStorage.setItem(IN_HAND, JSON.stringify({ station, job, page, began }));
  }
}

// Ask the browser to print; resolves when it says that it has, or after a while where it never says so.
function printed() {
  const said = new Promise((done) => addEventListener("afterprint", done, { once: true }));
  window.print();
  return Promise.race([said, pause(PRINTING_MILLISECONDS)]);
}
