/** What the walk prints. */

import { styleText } from "node:util";
import type { Route } from "cutover";
import { SWITCHES } from "../switchboard.js";
import type { Switches } from "../switchboard.js";
import type { Check } from "./checks.js";
import type { LoadResult } from "./load.js";
import { NEW, OLD } from "./measure.js";
import type { Lag, Snapshot } from "./measure.js";

const WIDTH = 100;
const colour = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;

type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";

export function paint(style: Style, text: string): string {
  return colour ? styleText(style, text) : text;
}

export function line(text = ""): void {
  console.log(text.trimEnd());
}

export function title(text: string): void {
  line(`\n${paint("bold", `── ${text} ${"─".repeat(Math.max(3, WIDTH - text.length - 4))}`)}`);
}

export function field(name: string, text: string, style?: Style): void {
  for (const [index, part] of wrap(text, WIDTH - INDENT).entries()) {
    const label = (index === 0 ? name : "").padEnd(INDENT - 3);
    line(`  ${paint("dim", label)} ${style === undefined ? part : paint(style, part)}`);
  }
}

/** Where the texts of fields begin. */
const INDENT = 13;

/** Breaks a text between words, into lines of at most `width` signs where the words allow it. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

export function switches(stand: Switches): void {
  const on = SWITCHES.filter((name) => stand[name] === true || stand[name] === "true");
  field("switches", on.length === 0 ? "all off" : `${on.join(", ")}; the others off`);
}

export function route({ phase, emergency, read, write, streams, hazards }: Route): void {
  field("phase", `${phase ?? "none"}${emergency ? ", in an emergency" : ""}`);
  const fallback = read?.fallback == null ? "" : `, else ${read.fallback} on ${read.fallback_on.join(", ")}`;
  field("reads", `${read?.from ?? "nothing"}${fallback}`);
  field("writes", write.map(({ to, ack }) => `${to} (${ack})`).join(", then "));
  field("streams", `forward ${streams?.forward ?? "off"}, reverse ${streams?.reverse ?? "off"}`);
  for (const [index, { code, severity, message, cost }] of hazards.entries()) {
    field(index === 0 ? "hazards" : "", `${code} (${severity})`, severity === "error" ? "red" : "yellow");
    field("", message);
    field("", cost, "dim");
  }
  if (hazards.length === 0) field("hazards", "none", "green");
}

const COLUMN = 15;

function row(name: string, old: number | string, current: number | string, note = ""): void {
  line(
    `    ${name.padEnd(24)}${String(old).padStart(COLUMN)}${String(current).padStart(COLUMN)}   ${paint("dim", note)}`,
  );
}

/** What was read and written where. */
export function traffic(
  grew: Snapshot,
  result: LoadResult,
  lag: Lag | null,
  offers: readonly [number | null, number],
): void {
  row("", OLD, NEW);
  const fallbacks = grew.fallbacks > 0 ? `${grew.fallbacks} of them fallbacks` : "";
  row("answered reads", grew.reads[OLD], grew.reads[NEW], fallbacks);
  row("writes", grew.writes[OLD], grew.writes[NEW]);
  row("write errors", grew.writeErrors[OLD], grew.writeErrors[NEW]);
  row("taken by the stream", "", grew.streamed, grew.streamed > 0 ? `${grew.applied} of them were news to it` : "");
  row("offers now", offers[0] ?? "removed", offers[1]);
  const { stale, undead, missing, failed } = result.verdicts;
  const behind = stale + undead + missing;
  const unread = behind === 0 ? "" : `, the latest ${result.stalestMs} ms after its write`;
  const kinds = `${stale} older, ${undead} deleted but served, ${missing} not found${unread}`;
  if (behind === 0) field("stale", `no stale read of ${result.reads}`);
  else field("stale", `${behind} stale reads of ${result.reads}: ${kinds}`, "yellow");
  if (failed + result.failed > 0) field("failed", `${failed} reads and ${result.failed} writes failed`, "red");
  if (result.refused > 0) field("refused", `${result.refused} writes to offers that the store does not know`, "yellow");
  if (lag !== null) field("lag", `median ${lag.median} ms, longest ${lag.longest} ms, in ${lag.samples} samples`);
}

/** What something cost: nothing is good. */
export function cost(name: string, count: number, text: string): void {
  field(name, `${count} ${text}`, count > 0 ? "red" : "green");
}

/** The checks that failed, or how many held. Gives whether all did. */
export function verdict(checks: readonly Check[]): boolean {
  const failed = checks.filter((check) => !check.ok);
  for (const { what } of failed) field("✗", what, "red");
  if (failed.length === 0) field("✓", `what happened is what the route said (${checks.length} checks)`, "green");
  return failed.length === 0;
}

export interface Summary {
  readonly name: string;
  readonly grew: Snapshot;
  readonly result: LoadResult;
  readonly lost: number;
}

/** The whole walk on one screen. */
export function summary(rows: readonly Summary[]): void {
  const columns = ["", `reads ${OLD}`, `reads ${NEW}`, "fallbacks", `writes ${OLD}`, `writes ${NEW}`, "stale", "lost"];
  const cells = rows.map(({ name, grew, result, lost }) => {
    const { stale, undead, missing } = result.verdicts;
    return [
      name,
      ...[
        grew.reads[OLD],
        grew.reads[NEW],
        grew.fallbacks,
        grew.writes[OLD],
        grew.writes[NEW],
        stale + undead + missing,
        lost,
      ].map(String),
    ];
  });
  const widths = columns.map((head, index) => Math.max(head.length, ...cells.map((cell) => cell[index]?.length ?? 0)));
  const print = (cell: readonly string[]) =>
    cell
      .map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join("  ");
  title("The walk");
  line(`  ${paint("dim", print(columns))}`);
  for (const cell of cells) line(`  ${print(cell)}`);
}
