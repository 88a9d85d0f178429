/** One phase drawn: the service above, both stores below, and what goes where. */

import type { ReactNode } from "react";
import type { Route } from "cutover/full";
import { useWords } from "../i18n";

/** The names of the two stores of a migration. */
export interface Stores {
  readonly old: string;
  readonly new: string;
}

const OLD = 66;
const NEW = 234;
const SERVICE = 150;
const TOP = 36;
const BOTTOM = 118;

export function PhaseDrawing({ route, stores }: { readonly route: Route; readonly stores: Stores }): ReactNode {
  const { t } = useWords();
  const { read, write, streams } = route;
  const at = (store: string): number => (store === stores.old ? OLD : NEW);
  // Reads leave on the inner side, writes on the outer one, so that they never lie on each other.
  const inner = (store: string): number => (store === stores.old ? 1 : -1);
  const said = [
    `${t("route.read")}: ${read?.from ?? "–"}`,
    ...(read?.fallback ? [`${t("legend.fallback")}: ${read.fallback}`] : []),
    ...(read?.compare ? [`${t("legend.compare")}: ${read.compare.with}`] : []),
    `${t("route.write")}: ${write.map(({ to, ack }) => `${to} (${t(`ack.${ack}`)})`).join(", ") || "–"}`,
    ...(streams
      ? [`${t("route.forward")} ${t(`stream.${streams.forward}`)}, ${t("route.reverse")} ${t(`stream.${streams.reverse}`)}`]
      : []),
  ].join("; ");
  const up = (store: string, kind: string): ReactNode => {
    const side = inner(store);
    return (
      <path
        className={`arrow ${kind}`}
        d={`M${at(store) + 18 * side},${BOTTOM} L${SERVICE - 14 * side},${TOP + 4}`}
        markerEnd={`url(#head-${kind})`}
      />
    );
  };
  return (
    <svg className="phase-drawing" viewBox="0 0 300 194" role="img" aria-label={said}>
      <Heads />
      <rect x={SERVICE - 50} y="8" width="100" height="26" rx="6" className="service" />
      <text x={SERVICE} y="25" textAnchor="middle">
        {t("migration.service")}
      </text>
      {read !== null && up(read.from, "read")}
      {read?.fallback && up(read.fallback, "fallback")}
      {read?.compare && read.compare.with !== read.fallback && up(read.compare.with, "compare")}
      {write.map(({ to, ack }, index) => {
        const side = inner(to);
        const kind = ack === "required" ? "write" : "outbox";
        return (
          <g key={to}>
            <path
              className={`arrow ${kind}`}
              d={down(at(to), side)}
              markerEnd={`url(#head-${kind})`}
            />
            {write.length > 1 && (
              <text x={at(to) - 26 * side} y={BOTTOM - 30} textAnchor="middle" className="order">
                {index + 1}
              </text>
            )}
          </g>
        );
      })}
      {streams !== null && streams.forward !== "off" && (
        <Stream from={OLD} to={NEW} y={140} label={t(`stream.${streams.forward}`)} idle={streams.forward === "armed"} />
      )}
      {streams !== null && streams.reverse !== "off" && (
        <Stream from={NEW} to={OLD} y={160} label={t(`stream.${streams.reverse}`)} idle={streams.reverse === "armed"} />
      )}
      <Store x={OLD} name={stores.old} kind="old" />
      <Store x={NEW} name={stores.new} kind="new" />
    </svg>
  );
}

/** The way of a write, from the service down to a store that lies to its left (1) or right (-1). */
function down(store: number, side: number): string {
  const end = store - 14 * side;
  return `M${SERVICE - 40 * side},${TOP} C${SERVICE - 70 * side},${TOP + 20} ${end},${BOTTOM - 50} ${end},${BOTTOM - 2}`;
}

interface StreamProps {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly label: string;
  readonly idle: boolean;
}

function Stream({ from, to, y, label, idle }: StreamProps): ReactNode {
  const side = from < to ? 1 : -1;
  return (
    <g className={idle ? "idle" : undefined}>
      <path className="arrow stream" d={`M${from + 38 * side},${y} H${to - 42 * side}`} markerEnd="url(#head-stream)" />
      <text x={SERVICE} y={y - 4} textAnchor="middle" className="stream-name">
        {label}
      </text>
    </g>
  );
}

function Store({ x, name, kind }: { readonly x: number; readonly name: string; readonly kind: "old" | "new" }): ReactNode {
  return (
    <g className={`store ${kind}`}>
      <path d={`M${x - 34},130 v32 c0,7 15,11 34,11 s34,-4 34,-11 v-32`} />
      <ellipse cx={x} cy="130" rx="34" ry="10" />
      <text x={x} y="188" textAnchor="middle">
        {name}
      </text>
    </g>
  );
}

/** The heads of the arrows, in their colours. */
function Heads(): ReactNode {
  return (
    <defs>
      {["read", "fallback", "compare", "write", "outbox", "stream"].map((kind) => (
        <marker key={kind} id={`head-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0 L8,4 L0,8 Z" className={`head ${kind}`} />
        </marker>
      ))}
    </defs>
  );
}
