// A form whose answer is shown once, marked data-send-once: the second click of a double click would throw that answer away.
export function sendOnce() {
  for (const form of document.querySelectorAll("form[data-send-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    // Whoever comes back to the page may send it again.
    addEventListener("pageshow", () => (sent = false));
  }
}
