// What a decision costs: every engine in its own process, asked in turn over several rounds.

import { median, progress } from "./common.mjs";

export const WORKLOADS = ["W1", "W2", "W3", "W4", "W5"];

/** How long and how often. A slice is timed as a whole; a round takes the median of its slices. */
const THOROUGH = { rounds: 7, slices: 7, sliceMs: 6, warmMs: 200 };
const QUICK = { rounds: 2, slices: 5, sliceMs: 2, warmMs: 30 };

/** What is wrong with an engine's answers: each has to have done the work that it is timed for. */
export function implausible({ W1, W2, W3, W4, W5 }) {
  const outside = (share, low, high) => !(share >= low && share <= high);
  if (W1 !== 1) return `W1 is on for ${W1} of the users`;
  if (outside(W2, 0.42, 0.58)) return `W2 is on for ${W2} of the users`;
  // A fifth of the users is in one of the tiers, and half of the others in the rollout.
  if (outside(W3, 0.52, 0.68)) return `W3 is on for ${W3} of the users`;
  if (outside(W5, 0.52, 0.68)) return `W5 is on for ${W5} of the users`;
  if (Object.keys(W4).sort().join() !== "a,b,c") return `W4 serves ${Object.keys(W4)}`;
  if (outside(W4.a, 0.42, 0.58) || outside(W4.b, 0.22, 0.38)) return `W4 serves ${JSON.stringify(W4)}`;
  return null;
}

/** Starts an engine, sees whether it does the work, and finds how many calls fill a slice. */
async function open(row, { sliceMs, warmMs }) {
  const worker = row.start();
  const entry = { name: row.name, worker, cells: [], error: null };
  const ask = async (command) => {
    const answer = await worker.ask(command);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  entry.ask = ask;
  try {
    Object.assign(entry, await ask({ do: "describe" }));
    await ask({ do: "open" });
    if (row.name !== "floor") {
      entry.shares = (await ask({ do: "check" })).shares;
      const wrong = implausible(entry.shares);
      if (wrong !== null) throw new Error(wrong);
    }
    for (const workload of WORKLOADS) {
      for (const fresh of [false, true]) entry.cells.push({ workload, fresh, rounds: [] });
    }
    for (const cell of entry.cells) {
      const { workload, fresh } = cell;
      let calls = 50;
      for (let spent = 0; spent < warmMs;) {
        const { cpu } = await ask({ do: "run", workload, fresh, calls, slices: 1 });
        // By CPU time: on a busy machine the clock runs on while nothing is compiled.
        spent += (Math.max(cpu[0], 0.5) * calls) / 1e6;
        calls = Math.min(Math.max(10, Math.round((sliceMs * 1e6) / Math.max(cpu[0], 0.5))), calls * 8);
      }
      cell.calls = calls;
    }
  } catch (error) {
    worker.stop();
    entry.error = error.message;
  }
  return entry;
}

async function round(entry, slices) {
  try {
    for (const cell of entry.cells) {
      const { workload, fresh, calls } = cell;
      const { cpu, wall } = await entry.ask({ do: "run", workload, fresh, calls, slices });
      cell.rounds.push({ cpu: median(cpu), wall: median(wall) });
    }
  } catch (error) {
    entry.worker.stop();
    entry.error = error.message;
  }
}

/** By engine: what it is, and nanoseconds a call for each workload, with contexts built before or in every call. */
export async function evaluate(all, quick) {
  const plan = quick ? QUICK : THOROUGH;
  const rows = all.filter(({ name }) => !name.endsWith(", compiled"));
  const entries = [];
  for (const row of rows) {
    progress(`${row.language}: ${row.name} is loaded and warmed up`);
    entries.push(await open(row, plan));
  }
  for (let turn = 1; turn <= plan.rounds; turn += 1) {
    progress(`${rows[0]?.language}: round ${turn} of ${plan.rounds}`);
    for (const entry of entries) if (entry.error === null) await round(entry, plan.slices);
  }
  progress("");
  return Object.fromEntries(
    entries.map(({ name, worker, cells, error, packages, how, shares }) => {
      worker.stop();
      const times = { before: {}, fresh: {} };
      const noise = [];
      for (const { workload, fresh, rounds } of error === null ? cells : []) {
        const medians = rounds.map((one) => one.cpu);
        const quietest = Math.min(...medians);
        times[fresh ? "fresh" : "before"][workload] = quietest;
        noise.push(median(medians) / quietest);
      }
      return [name, { packages, how, error, shares, times, noise: noise.length > 0 ? median(noise) : null }];
    }),
  );
}
