// What loading a configuration costs: each measurement in a new process.

import { median, progress } from "./common.mjs";


const SETS = [
  ["1k", "many"],
  ["10k", "load-10000"],
];

async function once(row, command) {
  const worker = row.start();
  const answer = await worker.ask(command);
  worker.stop();
  return answer;
}

/** By engine and size: milliseconds of the first and the second load, and the memory of the first, in bytes. */
export async function loads(rows, quick) {
  const results = {};
  for (const row of rows.filter((one) => one.name !== "floor" && !one.name.match(/ (decide|prepared)/))) {
    const result = { error: null };
    for (const [size, set] of SETS) {
      progress(`${row.language}: ${row.name} loads ${size} flags`);
      const answers = [];
      for (let run = 0; run < (quick ? 1 : 5) && result.error === null; run += 1) {
        const answer = await once(row, { do: "load", set, flag: "flag_77" });
        if (answer.error === undefined) answers.push(answer);
        else result.error = answer.error;
      }
      if (answers.length === 0) continue;
      const keys = Object.keys(answers[0]).filter((key) => typeof answers[0][key] === "number");
      result[size] = Object.fromEntries(keys.map((key) => [key, median(answers.map((answer) => answer[key]))]));
    }
    results[row.name] = result;
  }
  progress("");
  return results;
}
