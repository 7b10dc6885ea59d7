// The stream of snapshots. The browser comes again by itself, with the last event's id; where it gave up, we do.
const AGAIN_MILLISECONDS = 2000;

export function openLine(server, screen, hear) {
  const line = new EventSource(server.live);
  line.addEventListener("open", () => screen.line("connected"));
  line.addEventListener("snapshot", (event) => hear(JSON.parse(event.data)));
  line.addEventListener("error", async () => {
    screen.line("lost");
    if (line.readyState !== EventSource.CLOSED) return;
    let over = false;
    try {
      over = await server.isOver();
    } catch {
      // not reachable: tried again below
    }
    if (over) screen.line("over");
    setTimeout(() => openLine(server, screen, hear), over ? 10 * AGAIN_MILLISECONDS : AGAIN_MILLISECONDS);
  });
}
