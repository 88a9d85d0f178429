/** The changes of a store on their way to the other one: in partitions, with poison, read by consumers that crash. */

import { Consumer } from "../../../dist/migrate.js";
import type { Change, DeadChange, PartitionState } from "../../../dist/migrate.js";
import type { Life, World } from "./world.js";
import { carry } from "./stores.js";
import type { Event, Faults, Item, SimStore } from "./stores.js";

/** A partition, and what is kept of it durably: its messages, the offset, the state of its consumer, and dead letters. */
class Partition {
  /** What was meant, also by what cannot be read. */
  readonly meant: Item[] = [];
  readonly log: Change<Item>[] = [];
  committed = 0;
  state: PartitionState | null = null;
  readonly letters = new Map<string, DeadChange<Item>>();
  /** The offsets of all letters that there ever were. */
  readonly kept = new Set<number>();
  /** Whose turn it is to read: nobody else may commit. */
  turn = 0;
  consumer: Consumer<Item> | null = null;
  offset = 0;
  wake: () => void = () => {};

  constructor(readonly name: string) {}

  parked(): string[] {
    return Object.keys((this.consumer?.state as { parked?: object } | null)?.parked ?? {});
  }
}

const MAX_PARKED = 2;

/** What is wrong with what a consumer is given: it forgets dead letters, or says that it has written before it has. */
export type Careless = "forgets" | "hurries";

export class Topic {
  readonly #partitions: readonly Partition[];
  readonly #world: World;
  readonly #target: SimStore;
  readonly #faults: Faults;
  readonly #careless: Careless | undefined;
  #tending = false;
  /** What must not be. */
  wrong: Error | null = null;
  /** Messages, and those of them that became dead letters. */
  readonly counted = { messages: 0, letters: 0 };

  constructor(world: World, target: SimStore, faults: Faults, careless?: Careless) {
    this.#careless = careless;
    this.#world = world;
    this.#target = target;
    // A consumer waits for its target without a deadline.
    this.#faults = { ...faults, silent: 0 };
    this.#partitions = [0, 1].map((number) => new Partition(`to-${target.name}-${number}`));
  }

  /** A change of the source. One in five of them goes where others of its key do not, as after a new partitioning. */
  append(key: string, event: Event): void {
    if (!("put" in event)) throw new Error("consumers know of no undoing");
    const { chance } = this.#world;
    const { version, gone } = event.put;
    const usual = key.charCodeAt(0) % this.#partitions.length;
    const partition = this.#partitions[chance.in(0.2) ? chance.below(this.#partitions.length) : usual] as Partition;
    const op = gone ? "d" : chance.pick(["c", "u", "r"]);
    const message = { op, key, version, record: gone ? null : event.put, readable: !chance.in(0.05) };
    // Twice now and then; after a deletion comes a message without a value.
    const messages: Omit<Change<Item>, "offset">[] = chance.in(0.1) ? [message, message] : [message];
    if (gone) messages.push({ key });
    for (const each of messages) {
      partition.log.push({ ...each, offset: partition.log.length });
      partition.meant.push(event.put);
    }
    this.counted.messages += messages.length;
    partition.wake();
  }

  /** Whether all was applied, and no letter is left. */
  get drained(): boolean {
    const done = ({ log, offset, letters, consumer }: Partition): boolean =>
      offset === log.length && letters.size === 0 && consumer?.halted !== true;
    return this.#partitions.every(done);
  }

  /** What there is to say where it never ends. */
  get standing(): string {
    const one = ({ name, log, offset, letters, consumer }: Partition): string =>
      `${name} ${offset}/${log.length} ${letters.size} ${JSON.stringify(consumer?.state)}`;
    return this.#partitions.map(one).join("; ");
  }

  /** A process reads a partition: from the offset that was committed, or from before it. */
  async read(number: number, life: Life): Promise<void> {
    const partition = this.#partitions[number] as Partition;
    const consumer = (partition.consumer = this.#consumer(partition, life));
    const { chance } = this.#world;
    partition.offset = Math.max(0, partition.committed - chance.below(3));
    while (life.alive) {
      const change = partition.log[partition.offset];
      if (change === undefined) await new Promise<void>((resolve) => (partition.wake = life.reach(resolve)));
      else if ((await consumer.apply(change)) !== "halted") partition.offset += 1;
      else {
        this.#tend();
        await new Promise<void>((resolve) => life.after(50, resolve));
      }
    }
  }

  #consumer(partition: Partition, life: Life): Consumer<Item> {
    const [world, target] = [this.#world, this.#target];
    const turn = (partition.turn += 1);
    const far = <T>(effect: () => T): Promise<T> => carry(world, life, this.#faults, () => 1, effect);
    const write = (key: string, version: number, gone: boolean) => {
      const written = far(() => target.follow(key, { put: { version, gone } }));
      if (this.#careless !== "hurries") return written;
      written.catch(() => {});
    };
    /** Who has lost the partition keeps nothing of it. */
    const mine = (effect: () => void) => far(() => void (partition.turn === turn && effect()));
    return new Consumer<Item>({
      partition: partition.name,
      state: partition.state,
      clock: life,
      retry: { base_ms: 20, cap_ms: 200 },
      maxParked: MAX_PARKED,
      target: {
        current: (key) =>
          far(() => {
            const { version, gone } = target.get(key);
            return version === 0 ? "none" : gone ? { tombstone: version } : { version };
          }),
        write: (key, _, version) => write(key, version, false),
        delete: (key, version) => write(key, version, true),
      },
      persist: (state) => mine(() => (partition.state = structuredClone(state))),
      commit: (next) => mine(() => this.#commit(partition, next)),
      deadLetter: (letter) =>
        far(() => {
          // The same letter once more changes nothing, also where somebody has seen to it meanwhile.
          if (partition.kept.has(letter.change.offset) || this.#careless === "forgets") return;
          partition.kept.add(letter.change.offset);
          partition.letters.set(letter.id, letter);
          this.counted.letters += 1;
          this.#tend();
        }),
    });
  }

  /** An offset is never committed before the work. */
  #commit(partition: Partition, next: number): void {
    for (const { offset, op, key, version } of partition.log.slice(partition.committed, next)) {
      if (op === undefined || partition.kept.has(offset) || !this.#target.versions) continue;
      if (this.#target.version(key as string) >= (version as number)) continue;
      this.wrong ??= new Error(`${partition.name} has committed ${next}, and ${key} v${version} of ${offset} is not there`);
    }
    partition.committed = next;
  }

  /** Somebody sees to dead letters, the oldest of each key first, and lets what has halted go on. */
  #tend(): void {
    if (this.#tending) return;
    this.#tending = true;
    this.#world.after(100 + this.#world.chance.below(300), () => {
      this.#tending = false;
      for (const partition of this.#partitions) this.#mend(partition);
      if (!this.#partitions.every(({ letters, consumer }) => letters.size === 0 && !consumer?.halted)) this.#tend();
    });
  }

  #mend(partition: Partition): void {
    const { letters, meant, consumer } = partition;
    const say = (said: Promise<void> | undefined): void => void said?.catch(() => this.#tend());
    const waiting = [...letters.values()].sort((one, other) => one.change.offset - other.change.offset);
    for (const key of new Set([...waiting.map((letter) => letter.change.key as string), ...partition.parked()])) {
      const [oldest, ...rest] = waiting.filter(({ change }) => change.key === key);
      if (oldest !== undefined) {
        const { version, gone = false } = meant[oldest.change.offset] as Item;
        this.#target.follow(key, { put: { version, gone } });
        letters.delete(oldest.id);
      }
      say(consumer?.settle(key, rest.length));
    }
    if (consumer?.halted === true) say(consumer.release());
  }
}
