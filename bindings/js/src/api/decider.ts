/** The decider alone. */

import type { Decider } from "./engine.js";

/** How deciders are made. There is no `new Decider()`. */
export interface DeciderConstructor extends Function {
  readonly prototype: Decider;

  /** What decides. */
  readonly backend: "wasm";

  /**
   * Loads a program from the bytes that {@link Engine.toCompiled} gave, here or in another language. It decides as the
   * engine that it came from.
   *
   * @throws TypeError where `bytes` is no view of bytes, such as a `Uint8Array`.
   * @throws CutoverError without diagnostics where the bytes are no program of this version, or changed on the way.
   *
   * @example
   * const engine = Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * const decider = Decider.fromCompiled(engine.toCompiled());
   * decider.isEnabled("beta", { userId: "user_123" }); // true
   */
  fromCompiled(bytes: Uint8Array): Decider;
}
