/** What the stories begin with: rulesets of the examples, and a plan that is over in seconds. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

const example = (path: string): string => readFileSync(join(import.meta.dirname, "../../examples", path), "utf8");

/** A ruleset that has something of everything. */
export const PRODUCTION = `# What the page's tests begin with.
cutover: 1
timezone: Europe/Paris

segments:
  pilots:
    if: { attribute: userId, in: [operator_3, operator_8, operator_12] }

flags:
  use_v2:
    description: Requests are answered by the second version
    owner: matching-team
    rules:
      - { if: { segment: pilots }, serve: on }
      - { serve: { rollout: 0%, by: candidateId } } # the plan moves this share
  orders_mongodb:
    description: Orders are read from MongoDB
    owner: orders-team
    rules:
      - { if: { attribute: tenant.tier, in: [enterprise, premium] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  orders_of_pilots:
    description: Pilots order from the new store
    owner: orders-team
    rules:
      - { serve: { rollout: 0%, by: userId } }
  offers_per_page:
    description: How many offers a list holds
    owner: offers-team
    variants: { short: 20, long: 100 }
    rules:
      - { if: { attribute: client, is: page }, serve: short }
      - { serve: { split: { short: 3, long: 1 }, by: establishmentId } }

metrics:
  errors: { kind: ratio }

gates:
  no_harm:
    checks:
      - { metric: errors, test: harm }

plans:
  pilot:
    description: From a few to everybody, in seconds
    owner: matching-team
    flag: use_v2
    bake: 2s
    gate: no_harm
    steps:
      - { to: 5%, approval: true }
      - 50%
      - 100%
    fresh: 1m
    rollback: { steps: [0%], every: 1s }
  by_hand:
    description: A share that somebody takes back in steps
    owner: orders-team
    flag: orders_of_pilots
    bake: 1s
    steps:
      - { to: 25%, approval: true }
      - { to: 50%, approval: true }
      - { to: 100%, approval: true }
    rollback: { steps: [25%, 0%], every: 1s, ack_within: 1m }
  prices_up:
    description: Prices move as soon as their data may
    owner: catalogue-team
    migration: prices
    gate: no_harm
    bake: 1s
    steps: [sync, dual_write]

migrations:
  prices: { description: Prices leave SQL, owner: catalogue-team, old: sql, new: mongo, ladder: standard, phase: "off" }
  recruiters:
    description: Offers move out of the documents of their recruiters
    owner: offers-team
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
  catalogue:
    description: The catalogue leaves SQL
    owner: catalogue-team
    old: sql
    new: mongo
    ladder: standard
    phase: live
`;

export const RULESETS: Readonly<Record<string, string>> = {
  dev: example("recruiters/ruleset.yaml"),
  staging: example("plans/progressive.yaml"),
  production: PRODUCTION,
};
