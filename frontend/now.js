// Keeps the counts and charts of an event as they are at this moment. Without it the page shows those of its loading.
import uPlot from "uplot";

const board = document.querySelector("[data-now]");
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // as the server writes dates
const number = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, { timeStyle: "long", dateStyle: "medium", timeZone: board.dataset.zone });
const minutes = 60 * Number(board.dataset.hours);
const charts = new Map();
let shown = JSON.parse(board.dataset.counts);

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function series(pairs) {
  const known = new Map(pairs);
  const last = Math.floor(shown.at / 60);
  const times = [];
  const values = [];
  for (let minute = last - minutes + 1; minute <= last; minute++) {
    times.push(minute * 60);
    values.push(known.get(minute) ?? 0);
  }
  return [times, values];
}

function makeChart(place, pairs) {
  const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  const whole = (plot, values) => values.map((value) => (Number.isInteger(value) ? number.format(value) : ""));
  return new uPlot(
    {
      width: place.clientWidth,
      height: 210,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), board.dataset.zone),
      scales: { y: { range: (plot, low, high) => [0, Math.max(4, high * 1.1)] } },
      axes: [
        { ...axis, values: [[3600, "{HH}:{mm}", null, null, null, null, null, null, 1], [60, "{HH}:{mm}", null, null, null, null, null, null, 1]] },
        { ...axis, size: 56, values: whole },
      ],
      series: [{}, { stroke: colour("--accent"), fill: colour("--accent-soft"), width: 2, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) }],
    },
    series(pairs),
    place,
  );
}

function drawCharts() {
  for (const place of board.querySelectorAll("[data-chart]")) {
    charts.get(place)?.destroy();
    charts.set(place, makeChart(place, shown[place.dataset.chart]));
  }
}

function show(counts) {
  const typesBefore = shown.types.map((type) => type.ticket_type_id).join();
  shown = counts;
  if (typesBefore !== counts.types.map((type) => type.ticket_type_id).join()) {
    location.reload(); // a type was added
    return;
  }
  const totals = { sold: 0, left: 0, admitted: 0 };
  for (const type of counts.types) {
    const row = board.querySelector(`[data-type="${type.ticket_type_id}"]`);
    for (const name of Object.keys(totals)) {
      row.querySelector(`[data-count="${name}"]`).textContent = number.format(type[name]);
      totals[name] += type[name];
    }
  }
  for (const [name, value] of Object.entries(totals)) board.querySelector(`[data-total="${name}"]`).textContent = number.format(value);
  board.querySelector("[data-at]").textContent = clock.format(new Date(counts.at * 1000));
  for (const [place, chart] of charts) chart.setData(series(counts[place.dataset.chart]));
}

function say(state) {
  for (const each of board.querySelectorAll("[data-state]")) each.hidden = each.dataset.state !== state;
}

const stream = new EventSource(board.dataset.now);
stream.addEventListener("open", () => say("live"));
stream.addEventListener("error", () => say("lost"));
stream.addEventListener("message", (event) => show(JSON.parse(event.data)));

drawCharts();
new ResizeObserver(() => {
  for (const [place, chart] of charts) if (place.clientWidth && chart.width !== place.clientWidth) chart.setSize({ width: place.clientWidth, height: 210 });
}).observe(board);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
