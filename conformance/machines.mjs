/** The kinds of vectors that ask the state machines of the executors: part of the runner. */

/** The kinds by their names; each takes the machines and the fields of a vector, and gives what differs. */
export function machineKinds({ diff, wanted }) {
  return {
    steps(machines, fields) {
      const [machine, config, events] = [fields.text("machine"), fields.need("config"), fields.need("events")];
      let state = fields.take("state") ?? null;
      const want = wanted(fields.need("want"));
      const effects = [];
      for (const event of events) {
        const reply = machines.step(machine, JSON.stringify(config), JSON.stringify(state), JSON.stringify(event));
        const { answer, refusal } = JSON.parse(reply);
        if (answer === undefined) return diff(want, { error: refusal });
        state = answer.state;
        effects.push(answer.effects);
      }
      return diff(want, effects);
    },
    reads(machines, fields) {
      const reasons = ["not_found", "error", "timeout"];
      const bits = fields.need("fallback_on").map((reason) => 1 << reasons.indexOf(reason));
      const { events, effects, table } = JSON.parse(machines.readMachine(bits.reduce((all, bit) => all | bit, 0)));
      let state = 0;
      const walk = fields.need("events").map((event) => {
        const entry = table[state * events.length + events.indexOf(event)];
        state = entry & 255;
        return [(entry >> 8) & 31, (entry >> 13) & 31].filter((number) => number > 0).map((number) => effects[number]);
      });
      return diff(wanted(fields.need("want")), walk);
    },
  };
}
