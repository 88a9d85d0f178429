/** A route, drawn: the application, the two stores, and an arrow for everything that moves. */

import type { Route } from "cutover";
import { drawing } from "./dom.js";
import { NEW, OLD } from "./routes.js";

/** What is known of the running system, for the captions. */
export interface Live {
  readonly offers: Readonly<Record<string, number | null>>;
  /** Milliseconds; null where no stream processor has reported. */
  readonly lagMs: number | null;
}

const SIDES = { [OLD]: -1, [NEW]: 1 } as const;
const WIDTH = 760;
const CENTRE = WIDTH / 2;
const STORE = { width: 180, height: 92, away: 250, top: 226 };
const APP = { width: 220, height: 48, top: 12 };

export function diagram(route: Route, live: Live): SVGSVGElement {
  const { read, write, streams } = route;
  const arrows = [
    ...write.map(({ to, ack }, index) => {
      const text = write.length > 1 ? `write ${index + 1}` : "write";
      return arrow("write", to, text, ack.replace("_", " "), ack !== "required");
    }),
    ...(read === null ? [] : [arrow("read", read.from, "read", "", false)]),
    ...(read?.fallback == null
      ? []
      : [arrow("read", read.fallback, "else read", `on ${read.fallback_on.join(", ").replaceAll("_", " ")}`, true)]),
  ];
  return drawing(
    "svg",
    { viewBox: `0 0 ${WIDTH} 344`, role: "img", "aria-label": sentence(route) },
    drawing("defs", {}, ...["read", "write", "stream"].map(marker)),
    stream(streams?.forward ?? "off", live.lagMs),
    ...arrows,
    app(),
    store(OLD, "old", live.offers[OLD]),
    store(NEW, "new", live.offers[NEW]),
  );
}

/** The drawing in words. */
export function sentence({ read, write, streams }: Route): string {
  const fallback = read?.fallback == null ? "" : `, else from ${read.fallback}`;
  const writes = write.map(({ to, ack }) => `${to} (${ack.replace("_", " ")})`).join(", then to ");
  const reads = `Reads come from ${read?.from ?? "nowhere"}${fallback}.`;
  return `${reads} Writes go to ${writes || "nowhere"}. The stream is ${streams?.forward ?? "off"}.`;
}

function marker(kind: string): SVGElement {
  return drawing(
    "marker",
    {
      id: `head-${kind}`,
      viewBox: "0 0 10 10",
      refX: 8.5,
      refY: 5,
      markerWidth: 14,
      markerHeight: 14,
      markerUnits: "userSpaceOnUse",
      orient: "auto",
    },
    drawing("path", { d: "M0 0 10 5 0 10z", class: `head ${kind}` }),
  );
}

function centreOf(store: string): number {
  return CENTRE + (SIDES[store as keyof typeof SIDES] ?? 0) * STORE.away;
}

/** A write falls from the side of the application to the outer half of a store, a read rises from its inner half. */
function arrow(kind: "read" | "write", to: string, text: string, more: string, dashed: boolean): SVGElement {
  const side = Math.sign(centreOf(to) - CENTRE);
  const outer = kind === "write";
  const store = { x: centreOf(to) + side * (outer ? 34 : -44), y: STORE.top - 6 };
  const app = outer
    ? { x: CENTRE + (side * APP.width) / 2, y: APP.top + APP.height / 2 }
    : { x: CENTRE + side * 62, y: APP.top + APP.height + 6 };
  const d = outer
    ? `M${app.x} ${app.y} C${store.x} ${app.y} ${store.x} ${app.y + 40} ${store.x} ${store.y}`
    : `M${store.x} ${store.y} C${store.x} ${store.y - 90} ${app.x} ${app.y + 100} ${app.x} ${app.y}`;
  // Captions of writes stand outside of their arrow, those of reads inside.
  const label = outer ? { x: store.x + side * 12, y: 130 } : { x: store.x - side * 52, y: 178 };
  const anchor = outer === side < 0 ? "end" : "start";
  return drawing(
    "g",
    { class: `flow ${kind}${dashed ? " dashed" : ""}`, "data-flow": kind, "data-store": to },
    drawing("path", { d, "marker-end": `url(#head-${kind})` }),
    caption(label.x, label.y, anchor, text, more),
  );
}

function caption(x: number, y: number, anchor: string, text: string, more: string): SVGElement {
  const lines = [drawing("tspan", { x, class: "what" }, text)];
  if (more !== "") lines.push(drawing("tspan", { x, dy: 17, class: "more" }, more));
  return drawing("text", { x, y, "text-anchor": anchor }, ...lines);
}

function stream(state: string, lagMs: number | null): SVGElement {
  const y = STORE.top + STORE.height / 2 + 4;
  const from = CENTRE - STORE.away + STORE.width / 2 + 8;
  const to = CENTRE + STORE.away - STORE.width / 2 - 8;
  const late = state === "off" || lagMs === null ? "" : `${lagMs >= 1000 ? `${lagMs / 1000} s` : `${lagMs} ms`} late`;
  return drawing(
    "g",
    { class: `flow stream ${state === "off" ? "off" : "on"}`, "data-flow": "stream", "data-state": state },
    drawing("path", { d: `M${from} ${y}H${to}`, ...(state === "off" ? {} : { "marker-end": "url(#head-stream)" }) }),
    caption(CENTRE, y - 12, "middle", state === "off" ? "stream off" : `stream ${state}`, ""),
    drawing("text", { x: CENTRE, y: y + 22, "text-anchor": "middle", class: "more" }, late),
  );
}

function app(): SVGElement {
  const x = CENTRE - APP.width / 2;
  return drawing(
    "g",
    { class: "app" },
    drawing("rect", { x, y: APP.top, width: APP.width, height: APP.height, rx: 10 }),
    drawing("text", { x: CENTRE, y: APP.top + 30, "text-anchor": "middle" }, "application"),
  );
}

function store(name: string, side: "old" | "new", offers: number | null | undefined): SVGElement {
  const { width, height, top } = STORE;
  const [left, right] = [centreOf(name) - width / 2, centreOf(name) + width / 2];
  const bottom = top + height;
  const count = offers === undefined ? "" : offers === null ? "removed" : `${offers} offers`;
  return drawing(
    "g",
    { class: `cylinder ${side}${offers === null ? " gone" : ""}` },
    drawing("path", {
      d: `M${left} ${top + 12}V${bottom - 12}A${width / 2} 12 0 0 0 ${right} ${bottom - 12}V${top + 12}`,
    }),
    drawing("ellipse", { cx: centreOf(name), cy: top + 12, rx: width / 2, ry: 12 }),
    drawing("text", { x: centreOf(name), y: top + 53, "text-anchor": "middle", class: "name" }, name),
    drawing("text", { x: centreOf(name), y: top + 74, "text-anchor": "middle", class: "more" }, count),
  );
}
