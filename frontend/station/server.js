// What the page says to the server and asks of it. Throws where there was no answer that helps.
const RELOAD_AFTER_MILLISECONDS = 10_000;

export class Server {
  // A name that no other page has: what is in its hand by the server's books is nobody else's.
  page = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  constructor(sheet) {
    this.path = `/station/${sheet.dataset.station}`;
    this.csrf = sheet.elements.csrf.value;
    this.began = performance.now();
  }

  get live() {
    return `${this.path}/live?page=${this.page}`;
  }

  claim() {
    return this.#post("claim", { page: this.page });
  }

  // `page` is whoever took the job: after a reload that was another one.
  report(job, outcome, page = this.page) {
    return this.#post("report", { job, outcome, page });
  }

  settle(job, cameOut) {
    return this.#post("settle", { job, came_out: cameOut ? "yes" : "no" });
  }

  // The badge as an image, with its paper's size; without a job, one to try the printer with.
  async badge(job) {
    const answer = await fetch(`${this.path}/${job === null ? "test-badge" : `badges/${job}`}.png`);
    if (!answer.ok) throw new Error(`badge: ${answer.status}`);
    return {
      image: await answer.blob(),
      size: answer.headers.get("X-Badge-Size"),
      missesGlyphs: answer.headers.has("X-Badge-Missing-Glyphs"),
    };
  }

  async isOver() {
    const control = new AbortController();
    try {
      const answer = await fetch(this.live, { signal: control.signal });
      return answer.status === 404;
    } finally {
      control.abort();
    }
  }

  async #post(act, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ csrf: this.csrf, ...fields })) body.set(name, value);
    const answer = await fetch(`${this.path}/${act}`, { method: "POST", body });
    if (answer.status === 403 && performance.now() - this.began > RELOAD_AFTER_MILLISECONDS) location.reload();
    if (answer.status === 404) throw new StationOver();
    if (!answer.ok) throw new Error(`${act}: ${answer.status}`);
    return answer.json();
  }
}

export class StationOver extends Error {
  name = "StationOver";
}
