/** An outbox in memory, with the meaning of the durable ones, for tests that bring their own time and crashes. */

import { BEGUN, OutboxError } from "../../dist/migrate.js";
import type { ClaimOptions, Entry, NewEntry, OutboxCounts, OutboxStore, RedriveOptions } from "../../dist/migrate.js";

export class MemoryOutbox implements OutboxStore {
  entries: Entry[] = [];
  #sequence = 0;

  init(): Promise<void> {
    return Promise.resolve();
  }

  put(entry: NewEntry): Promise<boolean> {
    const { payload = "null", version = null, epoch = "", createdMs, dueMs = createdMs } = entry;
    const known = this.#find(entry.id);
    if (known !== undefined) {
      if (known.payload !== payload) return Promise.reject(new OutboxError("id_reused", `${entry.id} is another write`));
      return Promise.resolve(false);
    }
    const fresh = { state: "pending", attempt: 0, leaseUntilMs: null, worker: null, generation: 0, reason: null } as const;
    this.entries.push({ ...entry, payload, version, epoch, dueMs, ...fresh, sequence: (this.#sequence += 1) });
    return Promise.resolve(true);
  }

  claim({ now, limit, leaseMs, worker, skipDead = false }: ClaimOptions): Promise<Entry[]> {
    const claimed: Entry[] = [];
    const seen = new Set<string>();
    for (const entry of this.entries) {
      if (seen.has(entry.key) || (entry.state === "dead" && skipDead)) continue;
      seen.add(entry.key);
      const due = entry.state === "pending" ? entry.dueMs : entry.state === "claimed" ? (entry.leaseUntilMs ?? 0) : Infinity;
      if (due > now || claimed.length === limit) continue;
      const { attempt, generation } = entry;
      const more = { state: "claimed", attempt: attempt + 1, generation: generation + 1 } as const;
      claimed.push(this.#change(entry, { ...more, leaseUntilMs: now + leaseMs, worker }));
    }
    return Promise.resolve(claimed);
  }

  extend(id: string, generation: number, leaseUntilMs: number): Promise<boolean> {
    return this.#held(id, generation, (entry) => this.#change(entry, { leaseUntilMs }));
  }

  withdraw(id: string): Promise<boolean> {
    return this.#pending(id, (entry) => this.#remove(entry));
  }

  amend(id: string, payload: string, generation?: number): Promise<boolean> {
    const then = (entry: Entry): unknown => this.#change(entry, { payload });
    return generation === undefined ? this.#pending(id, then) : this.#held(id, generation, then);
  }

  finish(id: string, generation: number): Promise<boolean> {
    return this.#held(id, generation, (entry) => this.#remove(entry));
  }

  retry(id: string, generation: number, dueMs: number, reason: string): Promise<boolean> {
    return this.#held(id, generation, (entry) => this.#change(entry, { state: "pending", dueMs, reason, leaseUntilMs: null }));
  }

  bury(id: string, generation: number, reason: string): Promise<boolean> {
    return this.#held(id, generation, (entry) => this.#change(entry, { state: "dead", reason, leaseUntilMs: null }));
  }

  redrive({ id, now }: RedriveOptions): Promise<number> {
    const dead = this.entries.filter((entry) => entry.state === "dead" && (id === undefined || entry.id === id));
    for (const entry of dead) {
      this.#change(entry, { state: "pending", attempt: 0, generation: entry.generation + 1, dueMs: now });
    }
    return Promise.resolve(dead.length);
  }

  discard(id: string): Promise<boolean> {
    const entry = this.#find(id);
    if (entry?.state === "dead") this.#remove(entry);
    return Promise.resolve(entry?.state === "dead");
  }

  counts(now: number): Promise<OutboxCounts> {
    const dead = this.entries.filter((entry) => entry.state === "dead").length;
    const begun = this.entries.filter((entry) => entry.state !== "dead" && entry.side === BEGUN).length;
    const owed = this.entries.filter((entry) => entry.state !== "dead" && entry.side !== BEGUN);
    const pending = owed.filter((entry) => entry.state === "pending").length;
    const open = owed.map((entry) => now - entry.createdMs);
    const counts = { pending, claimed: owed.length - pending, dead, begun };
    return Promise.resolve({ ...counts, oldestAgeMs: Math.max(0, ...open) });
  }

  dead(limit: number): Promise<Entry[]> {
    return Promise.resolve(this.entries.filter((entry) => entry.state === "dead").slice(0, limit));
  }

  #find(id: string): Entry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  #change(entry: Entry, more: Partial<Entry>): Entry {
    const changed = { ...entry, ...more };
    this.entries[this.entries.indexOf(entry)] = changed;
    return changed;
  }

  #remove(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  #held(id: string, generation: number, then: (entry: Entry) => unknown): Promise<boolean> {
    const entry = this.#find(id);
    const held = entry?.state === "claimed" && entry.generation === generation;
    if (held) then(entry);
    return Promise.resolve(held);
  }

  #pending(id: string, then: (entry: Entry) => unknown): Promise<boolean> {
    const entry = this.#find(id);
    if (entry?.state === "pending") then(entry);
    return Promise.resolve(entry?.state === "pending");
  }
}
