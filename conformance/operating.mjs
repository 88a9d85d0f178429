/** The kinds of vectors that ask what operators ask: what a step can cost, whom a change moves, and what a log would have been. Part of the runner. */

/** The kinds by their names; each takes the class of engines, the fields of a vector and the rulesets of the file. */
export function operatingKinds({ diff, isMap, textOf, wanted }) {
  const pick = (want, got) => Object.fromEntries(Object.keys(want).map((key) => [key, got[key]]));

  /** A report with each hazard as its code and each finding as its verdict. */
  function brief(value) {
    if (Array.isArray(value)) return value.map(brief);
    if (!isMap(value)) return value;
    const shown = { hazards: "code", findings: "verdict" };
    const entry = ([key, inner]) => [key, key in shown ? inner.map((item) => item[shown[key]] ?? item) : brief(inner)];
    return Object.fromEntries(Object.entries(value).map(entry));
  }

  function logged(engine, { flag, migration, context, switches, now }) {
    if (migration === undefined) return engine.logDecision(flag, context, { now });
    return engine.logRoute(migration, context, { now, switches });
  }

  return {
    safety(_, fields, rulesets) {
      const engine = rulesets.engine(fields.need("ruleset"));
      const migration = fields.text("migration");
      const options = { nodes: fields.take("nodes"), writes: fields.take("writes") };
      const { safe, last_reversible, states, rows } = engine.safety(migration, options);
      const lines = rows.map(({ kind, from, to, findings }) => {
        const found = findings.length === 0 ? "safe" : findings.map((finding) => finding.verdict).join(" ");
        return `${kind}: ${from}${to === null ? "" : ` → ${to}`}: ${found}`;
      });
      return diff(wanted(fields.need("want")), { safe, last_reversible, states, rows: lines });
    },
    diffs(_, fields, rulesets) {
      const ruleset = fields.need("ruleset");
      const [engine, from] = [rulesets.engine(ruleset), rulesets.text(ruleset)];
      const options = { from, population: fields.decoded("population"), now: fields.int("now") };
      const to = textOf(fields.need("to"));
      for (const key of ["switches", "accept"]) if (fields.has(key)) options[key] = fields.decoded(key);
      const want = wanted(fields.need("want"));
      return diff(want, pick(want, brief(engine.diff(to, options))));
    },
    replays(_, fields, rulesets) {
      const ruleset = fields.need("original");
      const [original, engine] = [rulesets.engine(ruleset), rulesets.engine(fields.need("ruleset"))];
      const lines = fields.decoded("log").map((question) => logged(original, question));
      const masked = lines.map((line) => line.replaceAll(original.digest, "DIGEST"));
      const problems = diff(fields.decoded("lines"), masked);
      const want = wanted(fields.need("want"));
      const report = engine.replay([...lines, ...(fields.take("broken") ?? [])], { original: rulesets.text(ruleset) });
      return problems.concat(diff(want, pick(want, report)));
    },
  };
}
