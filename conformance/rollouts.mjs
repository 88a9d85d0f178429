/** The kinds of vectors of what moves by evidence: gates, plans, plans of work, incidents. Part of the runner. */

/** Events one after the other: the state behind them, and the effects of each as lines. */
function told(events, step) {
  let state = null;
  const effects = events.map((event) => {
    const next = step(state, event);
    state = next.state;
    return next.effects.map((effect) => ["effect", "id", "attempt", "at"].flatMap((key) => effect[key] ?? []).join(" "));
  });
  return { state, effects };
}

/** Of an answer what stands at the paths that are wanted: keys and places in lists, with dots between them. */
function picked(want, answer) {
  const found = (path) => path.split(".").reduce((value, key) => value?.[key] ?? null, answer);
  return Object.fromEntries(Object.keys(want).map((path) => [path, found(path)]));
}

/** The kinds by their names; each takes the class of engines, the fields of a vector and the rulesets of the file. */
export function rolloutKinds({ diff, wanted }) {
  return {
    works(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const [name, events] = [fields.text("work"), fields.need("events")];
      const { state, effects } = told(events, (state, event) => engine.work(name, state, event));
      return diff(wanted(fields.need("want")), { effects, standing: engine.workStatus(name, state).standing });
    },
    incidents(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const [name, events] = [fields.text("policy"), fields.need("events")];
      const { state, effects } = told(events, (state, event) => engine.incident(name, state, event));
      const { stage, severity, clock } = engine.incidentStanding(name, state, { now: fields.int("now") });
      return diff(wanted(fields.need("want")), { effects, stage, severity, left_ms: clock.left_ms, met: clock.met });
    },
    drills(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const report = engine.drill(fields.text("work"), fields.need("scenario"));
      const want = fields.need("want");
      return diff(wanted(want), Object.fromEntries(Object.keys(want).map((key) => [key, report[key]])));
    },
    gates(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const gate = fields.text("gate");
      let state = null;
      const lines = fields.need("steps").flatMap(({ now, observations, want }, number) => {
        const step = engine.gate(gate, state, wanted(observations), { now });
        // As a host that keeps it would.
        state = JSON.parse(JSON.stringify(step.state));
        const checks = step.report.checks.map(({ verdict, value, against, proof }) => [verdict, value, against, proof]);
        return diff(want, { verdict: step.report.verdict, checks }, `steps[${number}]`);
      });
      return engine.gateReplay(gate, state).same ? lines : [...lines, "replayed, it comes to something else"];
    },
    plans(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const plan = fields.text("plan");
      let state = null;
      return fields.need("steps").flatMap(({ now, event, want }, number) => {
        const step = engine.advance(plan, state, event, { now });
        state = JSON.parse(JSON.stringify(step.state));
        const { stage, millionths, epoch } = state;
        const shown = step.effects.filter(({ effect }) => effect !== "record" && effect !== "wake_at");
        const effects = shown.map(({ effect, why }) => (effect === "refused" ? `refused:${why}` : effect));
        return diff(want, { stage, millionths, epoch, effects }, `steps[${number}]`);
      });
    },
    reports(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const [plan, now] = [fields.text("plan"), fields.int("now")];
      let state = null;
      for (const event of fields.need("events")) ({ state } = engine.advance(plan, state, event, { now: 0 }));
      const [observations, want] = [wanted(fields.need("observations")), wanted(fields.need("want"))];
      const options = fields.has("alpha") ? { now, alpha: fields.need("alpha") } : { now };
      return diff(want, picked(want, engine.report(plan, state, observations, options)));
    },
    handbooks(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const [of, name] = [fields.text("of"), fields.text("handbook")];
      const given = ["at", "language"].filter((key) => fields.has(key));
      const options = Object.fromEntries(given.map((key) => [key, fields.text(key)]));
      const want = wanted(fields.need("want"));
      return diff(want, picked(want, engine.handbook(of, name, options)));
    },
    alerts(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const want = wanted(fields.need("want"));
      return diff(want, picked(want, engine.alerts()));
    },
    arm_results(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const { answer, comparison } = engine.compareArms(fields.need("arms"));
      return diff(fields.need("want"), { answer, interval: comparison.interval });
    },
  };
}
