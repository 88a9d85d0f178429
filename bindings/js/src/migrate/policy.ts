/** The policy that a migration follows: that of its ruleset, with what is given in code before it. */

import type { DeliveryPolicy } from "../api/delivery.js";
import type { Decider, Engine } from "../api/engine.js";
import { step } from "./machines.js";
import type { MigrationOptions } from "./options.js";

/** How the side effects of a migration are carried out. */
export type Policy = Omit<DeliveryPolicy, "policy">;

/**
 * The policy of a migration. An engine that has only decisions, such as one of compiled programs, tells none: then what is
 * not given is as it is by default.
 *
 * @throws CutoverError where the numbers make no sense.
 */
export function policyOf<R>(engine: Decider, migration: string, options: MigrationOptions<R>): Policy {
  const known = engine.migrations.includes(migration);
  const { policy: _, ...base } = (known && (engine as Partial<Engine>).deliveryOf?.(migration)) || {};
  const { retry, breakers, shadow, timeouts, abandonedAfterMs } = options;
  const given = {
    retry,
    breakers,
    shadow,
    timeouts: { read_ms: timeouts?.readMs, other_ms: timeouts?.otherMs, write_ms: timeouts?.writeMs },
    worker: { abandoned_after_ms: abandonedAfterMs },
  };
  const { effects } = step<null, { policy: Policy }>("policy", JSON.stringify(base), null, { event: "asked", given });
  return (effects[0] as { policy: Policy }).policy;
}
