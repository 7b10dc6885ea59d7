// The link's secret stands behind the #. It is exchanged for a cookie, and leaves the address bar.
export async function openDoor() {
  const form = document.getElementById("door");
  const show = (shown) => {
    for (const id of ["opening", "no-link", "link-over", "unreachable"]) {
      document.getElementById(id).hidden = id !== shown;
    }
  };
  addEventListener("hashchange", () => location.reload()); // another link, typed into the open page
  const token = location.hash.slice(1);
  if (!token) return;
  show("opening");
  const body = new FormData(form);
  body.set("token", token);
  let answer;
  try {
    answer = await fetch("/station", { method: "POST", body });
  } catch {
    answer = null;
  }
  if (answer?.ok) {
    const { station } = await answer.json();
    location.replace(`/station/${station}`);
  } else if (answer?.status === 404) {
    show("link-over");
  } else {
    show("unreachable");
    setTimeout(() => location.reload(), 3000); // also where the form went out of date: the secret is still in the address
  }
}
