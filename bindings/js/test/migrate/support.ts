/** What the tests of the executors share: rulesets, sides and a clock that stands still until it is told. */

import { Engine } from "../../dist/index.js";
import type { Clock, Side, Warned } from "../../dist/migrate.js";
import { Migration } from "../../dist/migrate.js";
import type { MigrationOptions } from "../../dist/migrate.js";

/** A ruleset with one migration `m`, from `left` to `right`, whose phase is written out. */
export function ruleset(more: string): string {
  return `cutover: 1\nmigrations: { m: { old: left, new: right, ${more} } }`;
}

export const dualRead = Engine.fromString(ruleset("ladder: recruiters_four_phase, phase: dual_read"));
export const standard = (phase: string, more = ""): Engine =>
  Engine.fromString(ruleset(`ladder: standard, phase: ${phase}${more}`));

/** A clock that goes when it is told to. */
export class ManualClock implements Clock {
  time = 1_000_000;
  #calls: { at: number; order: number; call: () => void }[] = [];
  #order = 0;

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.time + ms, order: (this.#order += 1), call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((known) => known !== entry);
    };
  }

  /** Lets time pass, and what was promised by then happen. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await quiet();
      const next = this.#calls.sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined || next.at > end) break;
      this.#calls.shift();
      this.time = Math.max(this.time, next.at);
      next.call();
    }
    this.time = end;
    await quiet();
  }
}

/** Lets promises be heard. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

export interface Record {
  n: number;
}

/** A side that says what it is told to, and remembers what it was asked. */
export class Told implements Side<Record> {
  readonly asked: string[] = [];
  reading: () => Record | null | undefined | PromiseLike<Record | null | undefined> = () => null;
  writing: (attempt: number) => unknown = () => undefined;

  read(key: string): ReturnType<Side<Record>["read"]> {
    this.asked.push(`read ${key}`);
    return this.reading();
  }

  write(key: string, record: Record, call: { idempotencyKey: string; version: number | null }): unknown {
    this.asked.push(`write ${key}=${record.n} ${call.idempotencyKey} v${call.version}`);
    return this.writing(this.asked.length);
  }

  delete(key: string, call: { idempotencyKey: string }): unknown {
    this.asked.push(`delete ${key} ${call.idempotencyKey}`);
    return this.writing(this.asked.length);
  }
}

/** A migration over two such sides. */
export function over(engine: Engine, more: Partial<MigrationOptions<Record>> = {}) {
  const [old, fresh] = [new Told(), new Told()];
  const clock = new ManualClock();
  const warned: Warned[] = [];
  const warn = (warning: Warned): void => void warned.push(warning);
  const migration = new Migration<Record>(engine, "m", { old, new: fresh, clock, warn, ...more });
  return { migration, old, fresh, clock, warned };
}

/** A promise that never comes to anything. */
export const never = (): Promise<never> => new Promise(() => {});
export const rejected = (message: string, more: object = {}): (() => Promise<never>) => () =>
  Promise.reject(Object.assign(new Error(message), more));
