// What loading a configuration costs: each measurement in a new process.

import { median, progress } from "./common.mjs";

const SETS = [
  ["1k", "many"],
  ["10k", "load-10000"],
];
const FLAG = "flag_77";

async function once(row, command) {
  const worker = row.start();
  const answer = await worker.ask(command);
  worker.stop();
  return answer;
}

/** The medians of several answers, number by number; null where there is none. */
async function several(row, command, runs) {
  const answers = [];
  for (let run = 0; run < runs; run += 1) {
    const answer = await once(row, command);
    if (answer.error !== undefined) return { error: answer.error };
    if (answer.absent) return null;
    answers.push(answer);
  }
  return Object.fromEntries(Object.keys(answers[0]).map((key) => [key, median(answers.map((answer) => answer[key]))]));
}

/** A row that loads compiled programs has to compile them first; false where it cannot. */
async function prepared(row, set) {
  if (!row.name.endsWith(", compiled")) return true;
  const answer = await once(row, { do: "compile", set });
  return answer.error === undefined && !answer.absent;
}

/** By engine and size: milliseconds of the first and the second load, and the memory of the first, in bytes. */
export async function loads(rows, quick) {
  const results = {};
  const runs = quick ? 1 : 5;
  // How a decision is asked for has no part in loading.
  for (const row of rows.filter(({ name }) => name !== "floor" && !/ (decide|prepared|by FlagId|borrowed)/.test(name))) {
    const result = {};
    for (const [size, set] of SETS) {
      progress(`${row.language}: ${row.name} loads ${size} flags`);
      if (!(await prepared(row, set))) continue;
      const { error, ...measured } = (await several(row, { do: "load", set, flag: FLAG }, runs)) ?? {};
      if (error === undefined) result[size] = measured;
      else result.error = error;
    }
    if (Object.keys(result).length > 0) results[row.name] = result;
    if (!/^cutover(\/wasm)?$/.test(row.name) || row.language === "rust") continue;
    const changed = await several(row, { do: "change", set: SETS[1][1], flag: FLAG }, runs);
    if (changed !== null)
      results[`${row.name}, one flag of 10,000 changed`] = changed.error ? changed : { "10k": changed };
  }
  progress("");
  return results;
}
