// The print station: opens by its link, then prints whatever waits, one badge after another, each once.
import { openDoor } from "./station/door.js";
import { openLine } from "./station/line.js";
import { Press } from "./station/press.js";
import { Screen } from "./station/screen.js";
import { Server } from "./station/server.js";

if (document.getElementById("door")) openDoor();
const sheet = document.getElementById("station");
if (sheet) {
  const server = new Server(sheet);
  const screen = new Screen(sheet, (job, cameOut) => server.settle(job, cameOut));
  const press = new Press(server, screen);
  screen.onTest(() => press.test());
  screen.onPause((paused) => press.pause(paused));
  server.badge(null).catch(() => {}); // the first badge of all takes a second: not the first guest's
  await press.tellOfLastTime();
  openLine(server, screen, (snapshot) => {
    screen.show(snapshot);
    press.hear(snapshot.waiting);
  });
}
