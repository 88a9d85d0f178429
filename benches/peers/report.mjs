// The tables, in Markdown.
import { WORKLOADS } from "./runner/evaluation.mjs";

const TITLES = {
  W1: "W1 static",
  W2: "W2 rollout",
  W3: "W3 targeted",
  W4: "W4 heavy",
  W5: "W5 1 of 1,000",
};
const LANGUAGES = { node: "Node", python: "Python", rust: "Rust" };

const own = (name) => name.startsWith("cutover");
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

function number(value) {
  if (value === undefined || Number.isNaN(value)) return "";
  return value < 10 ? value.toFixed(1) : grouped(value.toFixed(0));
}

function table(head, rows, texts = 1) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = `|${head.map((_, index) => (index < texts ? "---" : "--:")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** The least time of a peer on a workload, and whose it is. */
function fastest(engines, mode, workload) {
  const peers = Object.entries(engines).filter(([name, { error }]) => name !== "floor" && !own(name) && error === null);
  return peers
    .map(([name, { times }]) => ({ name, time: times[mode][workload] }))
    .reduce((best, one) => (best === null || one.time < best.time ? one : best), null);
}

function evaluation(language, engines, mode) {
  const best = Object.fromEntries(WORKLOADS.map((workload) => [workload, fastest(engines, mode, workload)]));
  const measured = Object.entries(engines).filter(([, { error }]) => error === null);
  if (measured.length === 0) return [];
  const rows = measured.map(([name, { times }]) => {
    const cells = WORKLOADS.map((workload) => {
      const cell = number(times[mode][workload]);
      return best[workload]?.name === name ? `**${cell}**` : cell;
    });
    return [name === "floor" ? "_the loop_" : name, ...cells];
  });
  const ratios = measured
    .filter(([name]) => own(name) && Object.values(best).every((one) => one !== null))
    .map(([name, { times }]) => {
      const cells = WORKLOADS.map((workload) => (best[workload].time / times[mode][workload]).toFixed(1));
      return [`fastest peer / ${name}`, ...cells];
    });
  const noise = Math.max(...measured.map(([, one]) => one.noise));
  const title = mode === "before" ? "contexts built beforehand" : "the context built from a flat record in every call";
  return [
    `### ${LANGUAGES[language]}: CPU nanoseconds a decision, ${title}`,
    table(["engine", ...WORKLOADS.map((workload) => TITLES[workload])], [...rows, ...ratios]),
    `The loop's own cost is in every figure. Median round / quietest round: ${noise.toFixed(2)} for the noisiest engine.`,
  ];
}

function absent(engines) {
  const rows = Object.entries(engines).filter(([, { error }]) => error !== null && error !== undefined);
  if (rows.length === 0) return [];
  return [
    table(
      ["not measured", "reason"],
      rows.map(([name, { error }]) => [name, error.replaceAll("|", "\\|")]),
      2,
    ),
  ];
}

function loading(language, results) {
  const measured = Object.entries(results).filter(([, one]) => (one["1k"] ?? one["10k"]) !== undefined);
  if (measured.length === 0) return absent(results);
  const megabytes = (bytes) => (bytes === undefined ? "" : (bytes / 1e6).toFixed(1));
  const time = (ms) => (ms < 1 ? ms.toFixed(2) : number(ms));
  const cells = ({ cold, warm, resident, heap }) => [
    time(cold),
    time(warm),
    heap === undefined ? megabytes(resident) : `${megabytes(resident)} / ${megabytes(heap)}`,
  ];
  const empty = ["", "", ""];
  const rows = measured.map(([name, one]) => [
    name,
    one["1k"] === undefined ? "" : grouped((one["1k"].bytes / 1000).toFixed(0)),
    ...(one["1k"] === undefined ? empty : cells(one["1k"])),
    ...(one["10k"] === undefined ? empty : cells(one["10k"])),
  ]);
  const head = ["engine", "1k kB", "1k ms", "again ms", "MB", "10k ms", "again ms", "MB"];
  return [
    `### ${LANGUAGES[language]}: loading 1,000 and 10,000 flags, from text to the first decision`,
    table(head, rows),
    "CPU milliseconds of the process (median of cold processes), of a second load in it, and resident memory added" +
      (language === "node" ? " / the heap of V8 with what it holds outside." : "."),
    ...absent(results),
  ];
}

function calls(language, engines) {
  const rows = Object.entries(engines)
    .filter(([, { packages }]) => packages !== undefined)
    .map(([name, { packages, how }]) => [name === "floor" ? "_the loop_" : name, packages.join(", "), how]);
  return [
    `### ${LANGUAGES[language]}: versions, and the call measured`,
    table(["engine", "packages", "call"], rows, 3),
  ];
}

/** The table of `sizes`. */
export function downloads(sizes) {
  const rows = sizes.map(({ name, version, error, raw, gzip, brotli }) =>
    error === undefined
      ? [name, version, ...[raw, gzip, brotli].map((bytes) => grouped(String(bytes)))]
      : [name, version ?? "", error, "", ""],
  );
  return ["### What a browser downloads, in bytes", table(["bundle", "version", "raw", "gzip -9", "brotli 11"], rows)];
}

/** All tables of a run. */
export function report({ date, machine, quick, languages, sizes }) {
  const parts = [
    `Measured on ${date}: ${machine}, Node ${process.versions.node}.${quick ? " A quick run: noisy." : ""}`,
  ];
  for (const [language, { evaluation: engines, load }] of Object.entries(languages)) {
    parts.push(...evaluation(language, engines, "before"), ...evaluation(language, engines, "fresh"));
    parts.push(...absent(engines), ...loading(language, load));
    if (Object.keys(engines).length > 0) parts.push(...calls(language, engines));
  }
  if (sizes !== undefined) parts.push(...downloads(sizes));
  return parts.join("\n\n");
}
