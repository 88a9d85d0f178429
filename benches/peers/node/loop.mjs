// The loop that every engine is timed in. It is compiled anew for each use, so that the JIT compiler sees one engine
// and one flag in it, as it does in a program that asks for a flag in one place.

/**
 * A function that asks `calls` times and says how often the answer was `expected`. It goes round the users, and in W5
 * round the draws as well, from call to call.
 */
export function loop({ engine, flag, names, draws, given, fresh, expected, ask }) {
  const wait = engine.asynchronous ? "await " : "";
  const context = fresh ? "context(given[user])" : "given[user]";
  const key = flag === null ? "names[draws[draw]]" : JSON.stringify(flag);
  const source = `
    let user = 0;
    let draw = 0;
    return ${engine.asynchronous ? "async " : ""}function (calls) {
      let found = 0;
      for (let call = 0; call < calls; call += 1) {
        if (${wait}ask(${key}, ${context}) === expected) found += 1;
        if (++user === users) user = 0;
        ${flag === null ? "if (++draw === drawn) draw = 0;" : ""}
      }
      return found;
    };`;
  const make = new Function("ask", "context", "given", "users", "names", "draws", "drawn", "expected", source);
  return make(ask, engine.context, given, given.length, names, draws, draws.length, expected);
}

/** Nanoseconds a call, by the CPU time of the whole process and by the clock. */
export async function slice(run, calls) {
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  await run(calls);
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: ((user + system) * 1000) / calls, wall: Number(process.hrtime.bigint() - wall) / calls };
}
