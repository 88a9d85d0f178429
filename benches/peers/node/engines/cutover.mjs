// Cutover, through the package that `bindings/js` builds.
import { readFileSync } from "node:fs";

const js = new URL("../../../../bindings/js/", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", js), "utf8"));
const plain = ({ userId, email, country, age, tier, version }) => ({
  userId,
  email,
  country,
  age,
  tenant: { tier },
  version,
});

/**
 * A row of the table. `entry` is the file of the package: `index` decides natively, `wasm` by WebAssembly. A `prepared`
 * context is made by `engine.context`, a plain one is the object itself. With `decide` the whole decision is asked for.
 */
export async function cutover({ entry, prepared, decide }) {
  const { Engine } = await import(new URL(`dist/${entry}.js`, js).href);
  const call = decide ? "engine.decide(flag, context).value" : "engine.isEnabled(flag, context); W4 by decide().value";
  const context = prepared ? "a context from engine.context(object), which remembers its answers" : "the plain object";
  return {
    packages: [`cutover ${version}${entry === "wasm" ? "/wasm" : ` (${Engine.backend})`}`],
    how: `${call}, on ${context}`,
    Engine,
    open(text) {
      const engine = Engine.fromString(text);
      return {
        engine,
        context: prepared ? (user) => engine.context(plain(user)) : plain,
        isOn: decide
          ? (flag, context) => engine.decide(flag, context).value
          : (flag, context) => engine.isEnabled(flag, context),
        variant: (flag, context) => engine.decide(flag, context).value,
      };
    },
  };
}

/** The row that loads compiled programs, as far as the package has them; it is in the table of loading alone. */
export async function compiled({ entry }) {
  const { Engine } = await import(new URL(`dist/${entry}.js`, js).href);
  const names = ["toCompiled", "compiled"];
  return {
    packages: [`cutover ${version}`],
    how: "Engine.fromCompiled(bytes)",
    binary: true,
    /** The program of a ruleset; undefined where the package cannot load one. */
    compiled(text) {
      if (typeof Engine.fromCompiled !== "function") return undefined;
      const engine = Engine.fromString(text);
      const name = names.find((one) => typeof engine[one] === "function");
      return name === undefined ? undefined : engine[name]();
    },
    open(bytes) {
      const engine = Engine.fromCompiled(bytes);
      return { engine, context: plain, isOn: (flag, context) => engine.isEnabled(flag, context) };
    },
  };
}
