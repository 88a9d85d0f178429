// A user of the package, compiled in the strictest way and then run, as ES modules and as CommonJS.
import { CutoverError, Engine } from "cutover";
import type {
  Attributes,
  Context,
  DecideOptions,
  Decision,
  Diagnostic,
  ErrorCode,
  Explanation,
  Imported,
  Json,
  Reason,
  Route,
  Step,
} from "cutover";
import { Engine as WasmEngine } from "cutover/wasm";

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

interface User {
  readonly userId: string;
  readonly tenant?: { readonly tier: string };
}

const RULESET = `
cutover: 1
flags:
  beta: { rules: [{ if: { attribute: tenant.tier, in: [premium] }, serve: on }] }
migrations:
  recruiters: { old: recruiters, new: jobs_partners, ladder: recruiters_four_phase, phase: dual_read, switches: { emergency: STOP } }
`;

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

for (const engine of [Engine.fromString(RULESET), WasmEngine.fromString(new TextEncoder().encode(RULESET))]) {
  const user: User = { userId: "user_1", tenant: { tier: "premium" } };
  const context: Context = engine.context(user);
  const attributes: Attributes = context;
  const options: DecideOptions<boolean> = { now: Date.now(), default: true };

  check(engine.isEnabled("beta", user, options), "isEnabled");
  check(engine.isEnabled("beta", attributes, { now: new Date(), default: undefined }), "isEnabled in a context");

  const plain = engine.decide("beta", user);
  same<typeof plain, Decision<Json | null>>(true);
  const sized = engine.decide("size", user, { default: 20 });
  same<typeof sized, Decision<number>>(true);
  const typed = engine.decide<{ columns: number }>("layout", user);
  same<typeof typed, Decision<{ columns: number } | null>>(true);
  const reason: Reason = sized.reason;
  const error: ErrorCode | null = sized.error;
  check(sized.value + 1 === 21 && reason === "ERROR" && error === "FLAG_NOT_FOUND", "default");

  const all: readonly Decision[] = engine.decideAll(user);
  const [first] = engine.decideBatch("beta", [user, context], { default: false });
  same<typeof first, Decision<boolean> | undefined>(true);
  check(all.length === 1 && first?.value === true, "many");

  const explanation: Explanation<Json | null> = engine.explain("beta", user);
  const conditions = explanation.steps.filter((step: Step) => step.step === "condition").map((step) => step.attribute);
  check(conditions.join() === "tenant.tier", "explain");

  const route: Route = engine.route("recruiters", user, { switches: { STOP: "true", OTHER: undefined } });
  const environment: Record<string, string | undefined> = {};
  check(route.emergency && route.read?.from === "recruiters" && route.write[0]?.ack === "required", "route");
  check(!engine.route("recruiters", null, { switches: environment }).emergency, "environment");

  const names: readonly string[] = [engine.digest, ...engine.flags, ...engine.migrations, ...engine.reads("beta")];
  const warnings: Diagnostic[] = engine.warnings();
  check(names.length === 4 && warnings.length === 0, "names");
  const loaded: object = engine;
  check(loaded instanceof Engine || loaded instanceof WasmEngine, "instanceof");
}

const imported: Imported = Engine.import("env", "USE_NEW=true", { timezone: "Europe/Paris" });
check(imported.diagnostics.length > 0 && Engine.check("").length > 0, "diagnostics");

try {
  Engine.fromString("cutover: 2");
} catch (error) {
  check(
    error instanceof CutoverError && error.diagnostics.every(({ severity }) => severity === "error"),
    "CutoverError",
  );
}

// @ts-expect-error engines are loaded, not constructed
const constructed = (): Engine => new Engine();
// @ts-expect-error there is no such kind of document
const wrong = (): Imported => Engine.import("yaml", "");
// @ts-expect-error a decision cannot be changed
const changed = (decision: Decision): void => (decision.value = null);
// @ts-expect-error a context is no text
const text = (engine: Engine): boolean => engine.isEnabled("beta", "user_1");
export const unused = [constructed, wrong, changed, text];
