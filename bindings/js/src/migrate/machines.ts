/** The machines of the engine: what to do next, as data. An executor performs it. */

import { addon } from "../addon.js";
import { CutoverError } from "../api/diagnostic.js";
import { Handed } from "../handed.js";
import { UNUSUAL } from "../native-backend.js";
import type { Addon, Hot } from "../native-backend.js";
import type { WasmBackend } from "../wasm-backend.js";
import { encoder } from "../wasm-instance.js";
import { wasmBackend } from "../wasm-module.js";

/** What the engine knows of side effects; texts are JSON. */
export interface Machines {
  step(machine: string, config: string, state: string, event: string): string;
  readMachine(fallbackOn: number): string;
  draw(key: string): number;
  breakerCreate(config: string): number | string;
  breakerAsk(breaker: number, now: number): number;
  breakerReport(breaker: number, permit: number, outcome: number, durationMs: number, now: number): number;
  breakerForce(breaker: number, to: string, now: number): void;
  breakerAbout(breaker: number): string;
  breakerRelease(breaker: number): void;
}

/** The machines in the addon. What each read asks is handed over in memory. */
export class NativeMachines implements Machines {
  readonly #addon: Addon;
  readonly #hot: Hot;
  readonly #handed: Handed;

  constructor(addon: Addon) {
    this.#addon = addon;
    this.#hot = { ...addon.hot() };
    this.#handed = new Handed(this.#hot.memory);
  }

  step(machine: string, config: string, state: string, event: string): string {
    return this.#addon.step(machine, config, state, event);
  }

  readMachine(fallbackOn: number): string {
    return this.#addon.readMachine(fallbackOn);
  }

  draw(key: string): number {
    const drawn = this.#hot.draw(key);
    return drawn === UNUSUAL ? this.#addon.draw(key) : drawn;
  }

  breakerCreate(config: string): number | string {
    return this.#addon.breakerCreate(config);
  }

  breakerAsk(breaker: number, now: number): number {
    this.#handed.ask(breaker, 0, now);
    return this.#hot.breakerAsk();
  }

  breakerReport(breaker: number, permit: number, outcome: number, durationMs: number, now: number): number {
    const handed = this.#handed;
    handed.ask(breaker, outcome, now);
    handed.number(0, permit);
    handed.number(1, durationMs);
    return this.#hot.breakerReport();
  }

  breakerForce(breaker: number, to: string, now: number): void {
    this.#addon.breakerForce(breaker, to, now);
  }

  breakerAbout(breaker: number): string {
    return this.#addon.breakerAbout(breaker);
  }

  breakerRelease(breaker: number): void {
    this.#addon.breakerRelease(breaker);
  }
}

/** The machines in the WebAssembly module. */
export class WasmMachines implements Machines {
  readonly #module: WasmBackend;

  constructor(module: WasmBackend) {
    this.#module = module;
  }

  step(machine: string, config: string, state: string, event: string): string {
    const texts = [machine, config, state, event].map((text) => encoder.encode(text));
    const [name, settings, from, said] = texts.map((text) => text.length) as [number, number, number, number];
    this.#module.give(...texts);
    return this.#module.text((exports) => exports.step(name, settings, from, said));
  }

  readMachine(fallbackOn: number): string {
    return this.#module.text((exports) => exports.read_machine(fallbackOn));
  }

  draw(key: string): number {
    const bytes = this.#module.give(encoder.encode(key));
    return this.#module.ask((exports) => exports.draw(bytes)) >>> 0;
  }

  breakerCreate(config: string): number | string {
    const bytes = this.#module.give(encoder.encode(config));
    const breaker = this.#module.ask((exports) => exports.breaker_create(bytes));
    return breaker < 0 ? this.#module.answer() : breaker;
  }

  breakerAsk(breaker: number, now: number): number {
    return this.#module.ask((exports) => exports.breaker_ask(breaker, now));
  }

  breakerReport(breaker: number, permit: number, outcome: number, durationMs: number, now: number): number {
    return this.#module.ask((exports) => exports.breaker_report(breaker, permit, outcome, durationMs, now));
  }

  breakerForce(breaker: number, to: string, now: number): void {
    const bytes = this.#module.give(encoder.encode(to));
    const known: unknown = this.#module.ask((exports) => exports.breaker_force(breaker, bytes, now));
    if (known === 0 || known === false) throw new CutoverError(`a breaker has no state \`${to}\``);
  }

  breakerAbout(breaker: number): string {
    return this.#module.text((exports) => exports.breaker_about(breaker));
  }

  breakerRelease(breaker: number): void {
    this.#module.ask((exports) => exports.breaker_release(breaker));
  }
}

/** The machines of this process. */
export const machines: Machines = found();

function found(): Machines {
  const native = addon();
  return native === null ? new WasmMachines(wasmBackend("cutover_delivery")) : new NativeMachines(native);
}

/** What a machine says. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/**
 * One step of a machine. Without a state it begins.
 *
 * @throws CutoverError where the engine refuses what it is given.
 */
export function step<State, Effect>(machine: string, config: string, state: unknown, event: object): Step<State, Effect> {
  const from = state === null || state === undefined ? "" : JSON.stringify(state);
  const reply = machines.step(machine, config, from, JSON.stringify(event));
  const { answer, refusal } = JSON.parse(reply) as { answer?: Step<State, Effect>; refusal?: string };
  if (answer === undefined) throw new CutoverError(refusal ?? "the engine has no answer");
  return answer;
}
