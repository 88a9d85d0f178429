/** The page: what it shows, and what happens when somebody flips a switch. */

import type { Route } from "cutover";
import { diagram } from "./diagram.js";
import type { Live } from "./diagram.js";
import { byId, element } from "./dom.js";
import { fillCounters, json, metrics, probe } from "./live.js";
import type { Counts } from "./live.js";
import { NEW, OLD, SETTINGS, SWITCHES, askServer, decideAll, named, place, settingOf } from "./routes.js";
import { fillTable } from "./table.js";

const POLL_MS = 1_000;

let routes: readonly Route[] = [];
let agreement: (boolean | null)[] = SETTINGS.map(() => null);
let shown = 0;
let live: number | null = null;
let counts: Counts | null = null;
/** Until a person flips a switch, the page follows the server. */
let following = true;

function choose(next: number): void {
  shown = next;
  following = shown === live;
  render();
}

function flip(index: number): void {
  const setting = (SETTINGS[shown] ?? []).map((on, at) => (at === index ? !on : on));
  choose(SETTINGS.findIndex((other) => other.every((on, at) => on === setting[at])));
}

function render(): void {
  const route = routes[shown];
  if (route === undefined) return;
  for (const [index, input] of inputs.entries()) input.checked = SETTINGS[shown]?.[index] ?? false;
  const seen: Live = {
    offers: counts === null ? {} : { [OLD]: counts.recruiters?.offers ?? null, [NEW]: counts.jobs_partners.offers },
    lagMs: counts?.stream.lag_ms ?? null,
  };
  byId("diagram").replaceChildren(diagram(route, seen));
  byId("phase").replaceChildren(
    element("span", { class: "chip" }, route.phase ?? "no phase covers this"),
    ...(route.emergency ? [element("span", { class: "chip error" }, "emergency")] : []),
  );
  byId("hazards").replaceChildren(
    ...route.hazards.map(({ code, severity, message, cost }) =>
      element("li", { class: severity }, element("strong", {}, code), " ", message, element("p", {}, cost)),
    ),
    ...(route.hazards.length === 0 ? [element("li", { class: "none" }, "The engine states no hazard.")] : []),
  );
  fillTable(byId<HTMLTableElement>("combinations"), { routes, agreement, shown, live }, choose);
  renderServer();
}

function renderServer(): void {
  const same = agreement.filter((agrees) => agrees === true).length;
  const differs = agreement.includes(false);
  const badge = byId("agreement");
  badge.dataset["state"] = differs ? "differs" : same === SETTINGS.length ? "same" : "waiting";
  badge.textContent = differs
    ? `the server differs on ${agreement.filter((agrees) => agrees === false).length} of ${SETTINGS.length}`
    : `the server decides the same on ${same} of ${SETTINGS.length}`;
  byId<HTMLButtonElement>("set").disabled = shown === live;
  byId<HTMLButtonElement>("follow").disabled = shown === live || live === null;
  byId("live-note").textContent =
    live === null
      ? "The server does not answer."
      : shown === live
        ? "The server follows this setting."
        : "Shown here only: the server follows another setting.";
}

const inputs = SWITCHES.map(({ name, says }, index) => {
  const input = element("input", { type: "checkbox", role: "switch", id: name, "data-switch": name });
  input.addEventListener("change", () => flip(index));
  const text = element("span", { class: "text" }, element("code", {}, name), element("small", {}, says));
  byId("switches").append(element("label", { for: name }, input, element("span", { class: "track" }), text));
  return input;
});

/** Loads the ruleset that the server follows, decides it here, and asks the server about each setting. */
async function load(): Promise<void> {
  const ruleset = await (await fetch("/ruleset")).text();
  routes = decideAll(ruleset);
  agreement = SETTINGS.map(() => null);
  render();
  await Promise.all(
    SETTINGS.map(async (setting, at) => {
      agreement[at] = (await askServer(setting)) === JSON.stringify(routes[at]);
    }),
  );
  render();
}

async function poll(): Promise<void> {
  const [switches, route, counted, samples] = await Promise.all([
    json<Record<string, boolean | string>>("/switches"),
    json<Route>("/route"),
    json<Counts>("/counts"),
    metrics(),
  ]);
  const drawn = (all: Counts | null) => [all?.recruiters?.offers, all?.jobs_partners.offers, all?.stream.lag_ms].join();
  const changed = drawn(counted) !== drawn(counts);
  counts = counted;
  fillCounters(byId("counters"), samples, counted);
  if (route.digest !== routes[0]?.digest) await load();
  const now = place(settingOf(switches));
  if (now === live && !changed) return;
  live = now;
  if (following) shown = now;
  render();
}

async function pollForever(): Promise<void> {
  for (;;) {
    try {
      await poll();
    } catch {
      live = null;
      renderServer();
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

byId("set").addEventListener("click", () => {
  const refused = () => {
    byId("live-note").textContent = "The server refuses: its control plane turns the switches.";
  };
  void json("/switches", "POST", named(SETTINGS[shown] ?? [false, false, false, false])).then(poll, refused);
});
byId("follow").addEventListener("click", () => {
  if (live !== null) choose(live);
});
byId("probe").addEventListener("click", () => {
  const button = byId<HTMLButtonElement>("probe");
  button.disabled = true;
  void probe(byId("probe-log")).finally(() => {
    button.disabled = false;
  });
});

void pollForever();
