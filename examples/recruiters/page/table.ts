/** The table of the sixteen settings. */

import type { Route } from "cutover";
import { element } from "./dom.js";
import { OLD, SETTINGS, SWITCHES } from "./routes.js";

/** Whether the server decides the same, setting by setting; null while it has not answered. */
export type Agreement = readonly (boolean | null)[];

export interface TableState {
  readonly routes: readonly Route[];
  readonly agreement: Agreement;
  /** The setting that this page shows, and the one that the server follows. */
  readonly shown: number;
  readonly live: number | null;
}

function storeTag(name: string, more = ""): HTMLElement {
  const dashed = more === "" ? "" : " dashed";
  return element("span", { class: `store ${name === OLD ? "old" : "new"}${dashed}`, title: more }, name);
}

/** @param choose is called with the place of the row that a person chose. */
export function fillTable(table: HTMLTableElement, state: TableState, choose: (place: number) => void): void {
  const heads = [...SWITCHES.map(({ short }) => short), "phase", "reads", "writes", "stream", "hazards", "server"];
  const head = element(
    "tr",
    {},
    ...heads.map((text, index) =>
      element("th", { scope: "col", class: index < SWITCHES.length ? "switch" : "" }, text),
    ),
  );
  const rows = state.routes.map((route, place) => row(route, place, state, choose));
  table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

function row(route: Route, place: number, state: TableState, choose: (place: number) => void): HTMLElement {
  const setting = SETTINGS[place] ?? [];
  const agrees = state.agreement[place] ?? null;
  const shown = place === state.shown;
  const live = place === state.live;
  const cells = [
    ...setting.map((on) => cell("switch", element("span", { class: on ? "dot on" : "dot" }, on ? "on" : "off"))),
    cell(
      "phase",
      phaseButton(route, shown, () => choose(place)),
    ),
    cell("reads", ...reads(route)),
    cell("writes", ...writes(route)),
    cell(
      "stream",
      element("span", { class: route.streams?.forward === "off" ? "muted" : "" }, route.streams?.forward ?? ""),
    ),
    cell("risks", ...hazardMarks(route)),
    cell(
      "server",
      element("span", { class: `agrees ${String(agrees)}` }, agrees === null ? "…" : agrees ? "same" : "differs"),
      ...(live ? [element("span", { class: "here" }, "here")] : []),
    ),
  ];
  const made = element(
    "tr",
    { "data-place": place, "data-live": live, ...(shown ? { "aria-current": "true" } : {}) },
    ...cells,
  );
  made.addEventListener("click", () => choose(place));
  return made;
}

function cell(name: string, ...children: (Node | string)[]): HTMLElement {
  return element("td", { class: name }, ...children);
}

/** The phase is the row's button, so that the table works without a mouse. */
function phaseButton(route: Route, shown: boolean, choose: () => void): HTMLElement {
  const button = element("button", { type: "button", "aria-pressed": String(shown) }, route.phase ?? "no phase");
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    choose();
  });
  return button;
}

function reads({ read }: Route): HTMLElement[] {
  if (read === null) return [];
  const fallback = read.fallback === null ? [] : [element("span", { class: "else" }, "else"), storeTag(read.fallback)];
  return [storeTag(read.from), ...fallback];
}

function writes({ write }: Route): HTMLElement[] {
  return write.flatMap(({ to, ack }, index) => [
    ...(index > 0 ? [element("span", { class: "else" }, "then")] : []),
    storeTag(to, ack === "required" ? "" : ack.replace("_", " ")),
  ]);
}

function hazardMarks({ hazards }: Route): HTMLElement[] {
  if (hazards.length === 0) return [element("span", { class: "muted" }, "none")];
  return hazards.map(({ code, severity, message, cost }) =>
    element("span", { class: `hazard ${severity}`, title: `${message}\n\n${cost}` }, code),
  );
}
