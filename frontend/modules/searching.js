// Full-text search without the server: the list of entries is fetched once, at the first use, and searched here.
import MiniSearch from "minisearch";

const MOST_FOUND = 20;

export function offerSearch() {
  const form = document.querySelector("[data-search]");
  if (!form) return;
  const input = form.querySelector("input");
  const list = form.querySelector(".search-results");
  const count = form.querySelector("[data-count]");
  let index;

  async function load() {
    const search = new MiniSearch({
      fields: ["title", "text", "place"],
      storeFields: ["title", "place", "url"],
      searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: 0.2, combineWith: "AND" },
      tokenize: (text) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean).concat(text.match(/[\w-]+/g) ?? []),
    });
    const answer = await fetch(form.dataset.search);
    search.addAll(await answer.json());
    return search;
  }

  async function show() {
    const query = input.value.trim();
    index ??= load();
    const found = query ? (await index).search(query).slice(0, MOST_FOUND) : [];
    if (query !== input.value.trim()) return; // typed on meanwhile
    list.replaceChildren(...found.map(item));
    list.hidden = found.length === 0;
    count.textContent = !query ? "" : found.length ? `${form.dataset.some} ${found.length}` : form.dataset.nothing;
  }

  function item({ title, place, url }) {
    const link = document.createElement("a");
    const where = document.createElement("small");
    const entry = document.createElement("li");
    link.href = url;
    link.textContent = title;
    where.textContent = place;
    link.append(where);
    entry.append(link);
    return entry;
  }

  input.addEventListener("input", show);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...list.querySelectorAll("a")];
    const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[next] ?? (next < 0 ? input : links.at(-1)))?.focus();
    event.preventDefault();
  });
}
