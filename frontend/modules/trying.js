// "Try it": sends a request from the page and shows its answer. The key stays in this tab, and only where asked to.
const KEPT_KEY = "ticketsonic-try-key";
const HASH = /("request_hash":\s*")[0-9a-f]{32}(")/g;

export function offerTrying() {
  const form = document.querySelector("form[data-try]");
  if (!form) return;
  const section = form.closest("section");
  const key = form.querySelector("[data-key]");
  const keep = form.querySelector("[data-keep]");
  const body = form.querySelector("[data-body]");
  section.hidden = false;
  key.value = sessionStorage.getItem(KEPT_KEY) ?? "";
  keep.checked = key.value !== "";

  function remember() {
    if (keep.checked) sessionStorage.setItem(KEPT_KEY, key.value);
    else sessionStorage.removeItem(KEPT_KEY);
  }
  keep.addEventListener("change", remember);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    remember();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(addressOf(form), { method: form.dataset.method, headers: headersOf(form, key), body: body?.value, credentials: "omit" });
      await show(section, answer, form.dataset.saved);
      if (answer.ok && body) body.value = body.value.replace(HASH, (_, before, after) => before + freshHash() + after);
    } catch {
      say(section, form.dataset.failed);
    } finally {
      button.disabled = false;
    }
  });
}

function addressOf(form) {
  const asked = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-query]")) if (input.value) asked.set(input.name, input.value);
  return form.dataset.path + (asked.size ? `?${asked}` : "");
}

function headersOf(form, key) {
  const headers = {};
  for (const input of form.querySelectorAll("[data-header]")) if (input.value) headers[input.name] = input.value;
  if (key.value) headers["X-API-Key"] = key.value;
  if (form.querySelector("[data-body]")) headers["Content-Type"] = "application/json";
  return headers;
}

function say(section, status, headers = "", text = "") {
  section.querySelector("[data-status]").textContent = status;
  section.querySelector("[data-headers]").textContent = headers;
  section.querySelector("[data-headers]").hidden = !headers;
  section.querySelector("[data-answer]").textContent = text;
  section.querySelector("[data-answer]").hidden = !text;
  section.querySelector("[data-file]").hidden = true;
  section.querySelector("[data-outcome]").hidden = false;
}

async function show(section, answer, saved) {
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const status = `${answer.status} ${answer.statusText}`;
  const kind = answer.headers.get("content-type") ?? "";
  if (kind.startsWith("application/json")) {
    say(section, status, headers, JSON.stringify(await answer.json(), null, 2));
    return;
  }
  const file = await answer.blob();
  say(section, status, headers);
  const link = section.querySelector("[data-file]");
  link.href = URL.createObjectURL(file);
  link.download = `answer.${kind.split("/").pop()}`;
  link.textContent = `${saved} (${file.size} B)`;
  link.hidden = false;
}

function freshHash() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
