/** A source of rulesets: does what the engine's machine says, and holds the engine of the moment. */

import { createPublicKey, randomBytes, verify } from "node:crypto";
import { hostname } from "node:os";
import type { Engine } from "../api/engine.js";
import { coreOf } from "../decider.js";
import type { LoadedDecider } from "../decider.js";
import type { FullProgram } from "../backend.js";
import { Engine as Engines } from "../node.js";
import { Cache } from "./cache.js";
import { EnvironmentTransport } from "./environment.js";
import { Epochs } from "./epochs.js";
import { FileTransport } from "./file.js";
import { HttpTransport } from "./http.js";
import { Machine } from "./machine.js";
import type { Effect, Kind, Said } from "./machine.js";
import { SourceError } from "./options.js";
import type {
  Changed,
  EnvironmentOptions,
  FileOptions,
  HttpOptions,
  RedisOptions,
  RemoteOptions,
  SourceErrorCode,
  SourceEvents,
  SourceOptions,
} from "./options.js";
import { RedisTransport } from "./redis.js";
import { messageOf } from "./transport.js";
import type { Listener, Makes, Offer, Transport } from "./transport.js";

/** The longest time that a timer of Node takes. */
const LONGEST_MS = 0x7fff_ffff;
/** What stands before the 32 bytes of a public key in its usual form. */
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");

type Listeners = { [Name in keyof SourceEvents]: Set<(event: SourceEvents[Name]) => unknown> };

/** The time, which does not jump with the clock of the machine. */
function now(): number {
  return Math.trunc(performance.timeOrigin + performance.now());
}

/**
 * Where rulesets come from while a process runs. It begins at once; {@link ready} is fulfilled with the first ruleset.
 *
 * The engine of the moment is {@link engine}: ask for it at each decision, or give the source to a `Migration`. Whoever holds
 * an engine goes on with it undisturbed; another ruleset is another engine. What is refused leaves what runs.
 *
 * @example
 * const source = Source.environment({ variables: { USE_JOBS_PARTNERS_READ: "true", USE_JOBS_PARTNERS_WRITE: "false" } });
 * await source.ready();
 * source.engine.route("recruiters", {}).phase; // "dual_read"
 * await source.close();
 */
export class Source {
  /** The name of this process in reports. */
  readonly node: string;
  readonly #machine: Machine;
  readonly #transport: Transport;
  readonly #cache: Cache | null;
  readonly #epochs = new Epochs();
  readonly #listeners: Listeners = { ready: new Set(), changed: new Set(), stale: new Set(), fresh: new Set(), error: new Set() };
  readonly #said: Said[] = [];
  readonly #waiting = new Set<(error: SourceError | null) => void>();
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  /** What is looked at now. */
  #offer: Offer | null = null;
  /** What was compiled, and is not decided by yet. */
  #loaded: Engine | null = null;
  #fresh: Engine | null = null;
  #text: Uint8Array | null = null;
  #engine: Engine | null;
  #epoch: number | null = null;
  #stale = false;
  #error: SourceError | null = null;
  #closing: Promise<void> | null = null;

  /** Made by {@link http}, {@link redis}, {@link file} and {@link environment}. */
  protected constructor(kind: Kind, options: SourceOptions & Partial<RemoteOptions>, makes: Makes, more: object = {}) {
    this.node = options.node ?? `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`;
    const { env = "", publicKeys = {}, staleAfterMs } = options;
    const given = {
      ...{ kind, env, node: this.node, public_keys: publicKeys, stale_after_ms: staleAfterMs },
      ...{ connect_ms: options.connectMs, idle_ms: options.idleMs },
      ...{ base_ms: options.baseMs, factor: options.factor, cap_ms: options.capMs },
    };
    this.#machine = new Machine({ ...given, ...more });
    this.#engine = options.fallback?.stale() ?? null;
    this.#cache = options.cache === undefined ? null : new Cache(options.cache, env);
    this.#transport = makes(this.#listener());
    // Listeners are there by then.
    queueMicrotask(() => this.#start());
  }

  /**
   * A control plane, by server-sent events; by long polls where those do not get through.
   *
   * @throws CutoverError where an option makes no sense; TypeError where the address is none.
   *
   * @example
   * const served = Source.http({ url: "http://127.0.0.1:9", env: "production", fallback: Engine.fromString("cutover: 1") });
   * served.stale; // true
   * await served.close();
   */
  static http(options: HttpOptions): Source {
    const more = { report_ms: options.reportMs, wait_s: options.waitS };
    return new Source("http", options, (listener) => new HttpTransport(options, listener), more);
  }

  /**
   * A channel of Redis, `cutover:<env>`, and the key of that name, which holds its last message.
   *
   * @example
   * const channel = Source.redis({ url: "redis://127.0.0.1:9", env: "production", fallback: Engine.fromString("cutover: 1") });
   * channel.epoch; // null
   * await channel.close();
   */
  static redis(options: RedisOptions): Source {
    const { url, env, connectMs = 10_000, idleMs = 45_000 } = options;
    return new Source("redis", options, (listener) => new RedisTransport(url, env, connectMs, idleMs, listener));
  }

  /**
   * A file, YAML or JSON, that is watched.
   *
   * @example
   * import { writeFileSync } from "node:fs";
   * writeFileSync("ruleset.yaml", "cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }");
   * const watched = Source.file("ruleset.yaml");
   * await watched.ready();
   * watched.engine.isEnabled("beta", {}); // true
   * await watched.close();
   */
  static file(path: string, options: FileOptions = {}): Source {
    return new Source("file", options, (listener) => new FileTransport(path, options.pollMs ?? 1_000, listener));
  }

  /**
   * The switches of a migration in the environment of the process, read once.
   *
   * @example
   * const switched = Source.environment({ variables: { FORCE_RECRUITERS_FALLBACK: "true" } });
   * await switched.ready();
   * switched.engine.route("recruiters", {}).emergency; // true
   * await switched.close();
   */
  static environment(options: EnvironmentOptions = {}): Source {
    const variables = options.variables ?? process.env;
    return new Source("environment", options, (listener) => new EnvironmentTransport(variables, Engines.import, listener));
  }

  /**
   * The engine of the moment.
   *
   * @throws SourceError where there is no ruleset yet, and no fallback.
   */
  get engine(): Engine {
    if (this.#engine === null) {
      throw new SourceError("no_ruleset", `there is no ruleset yet: await ready(), or give a \`fallback\`${because(this.#error)}`);
    }
    return this.#engine;
  }

  /** The version that runs; null before the first. Those of a file are counted from 1. */
  get epoch(): number | null {
    return this.#epoch;
  }

  /** Whether what runs may be out of date. */
  get stale(): boolean {
    return this.#stale || this.#epoch === null;
  }

  /** The version under which the oldest operation began that is still open; null where none is. */
  get oldestOpen(): number | null {
    return this.#epochs.oldest;
  }

  /**
   * Fulfilled once there is a ruleset, be it the one from the disk.
   *
   * @throws SourceError where there is none within `timeoutMs`, with what went wrong last, or where the source is closed.
   */
  async ready(timeoutMs?: number): Promise<void> {
    if (this.#epoch !== null) return;
    if (this.#closing !== null) throw new SourceError("closed", "the source is closed");
    let timer: NodeJS.Timeout | undefined;
    const waiting = new Promise<SourceError | null>((resolve) => {
      this.#waiting.add(resolve);
      const late = (): void => resolve(new SourceError("no_ruleset", `there is no ruleset after ${timeoutMs} ms${because(this.#error)}`));
      if (timeoutMs !== undefined) timer = setTimeout(late, timeoutMs);
    });
    const error = await waiting.finally(() => clearTimeout(timer));
    if (error !== null) throw error;
  }

  /** Listens; what is given ends that. What a listener throws is nobody's error but its own, and is told by the process. */
  on<Name extends keyof SourceEvents>(name: Name, listener: (event: SourceEvents[Name]) => unknown): () => void {
    const listeners = this.#listeners[name];
    if (listeners === undefined) throw new TypeError(`a source has no event ${JSON.stringify(name)}`);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /**
   * An operation begins under the version that runs: call what is given when it is over. A `Migration` of this source does so
   * by itself. What the oldest is, the server is told.
   */
  begin(): () => void {
    return this.#epochs.begin(this.#epoch ?? 0);
  }

  /** Tells the server for the last time what runs here, and ends. The engine stays. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#say({ event: "closed" });
    clearTimeout(this.#timer);
    this.#wake(new SourceError("closed", "the source is closed"));
    await Promise.all([this.#transport.close(), this.#cache?.settled()]);
  }

  #start(): void {
    if (this.#closing !== null) return;
    const kept = this.#cache?.read() ?? null;
    if (typeof kept === "string") this.#failed("bad_cache", `${this.#cache?.path} is not taken: ${kept}`);
    const found = typeof kept === "string" ? null : kept;
    if (found !== null) this.#offer = { version: found.cached.version, signature: found.cached.signature, text: found.text };
    this.#say({ event: "started", cached: found?.cached ?? null });
  }

  #listener(): Listener {
    return {
      opened: () => this.#say({ event: "opened" }),
      heard: (retryMs = null) => this.#say({ event: "heard", retry_ms: retryMs }),
      offered: (offer) => {
        const { version, signature, text } = offer;
        if (text !== null) this.#offer = offer;
        this.#say({ event: "offered", version, signature, has_text: text !== null });
      },
      failed: (why, status = null, retryAfterMs = null) =>
        this.#say({ event: "failed", why, status, retry_after_ms: retryAfterMs }),
      ended: (bye) => this.#say({ event: "ended", bye }),
      fetchFailed: () => this.#say({ event: "fetch_failed" }),
      reported: (version) => this.#say({ event: "reported", version }),
    };
  }

  /** Tells the machine, and does what it says, one after the other. */
  #say(said: Said): void {
    this.#said.push(said);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#said.shift(); next !== undefined; next = this.#said.shift()) {
        for (const effect of this.#machine.say(next, now())) this.#perform(effect);
      }
    } finally {
      this.#busy = false;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.effect) {
      case "connect":
        return this.#transport.connect(effect.how, effect.version, effect.wait_s);
      case "disconnect":
        return this.#transport.disconnect();
      case "fetch":
        return this.#transport.fetch(effect.version);
      case "verify":
        return this.#say({ event: "verified", version: effect.version, good: this.#isSigned(effect) });
      case "load":
        return this.#load(effect.version);
      case "adopt":
        return this.#adopt(effect);
      case "save":
        return this.#save(effect.version);
      case "stale":
        this.#stale = true;
        this.#engine = this.#fresh?.stale() ?? this.#engine;
        return this.#tell("stale", { since: effect.since });
      case "fresh":
        this.#stale = false;
        this.#engine = this.#fresh;
        return this.#tell("fresh", {});
      case "error":
        return this.#failed(effect.code as SourceErrorCode, effect.message);
      case "report":
        return this.#transport.report({ node: this.node, epoch: effect.epoch, oldest_open: this.oldestOpen });
      case "wake_at":
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#say({ event: "woke" }), Math.min(Math.max(0, effect.at - now()), LONGEST_MS));
    }
  }

  #isSigned({ key, signature, prefix }: { key: string; signature: string; prefix: string }): boolean {
    const der = Buffer.concat([ED25519, Buffer.from(key, "base64")]);
    const message = Buffer.concat([Buffer.from(prefix), this.#offer?.text ?? Buffer.alloc(0)]);
    try {
      const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
      return verify(null, message, publicKey, Buffer.from(signature, "base64"));
    } catch {
      return false;
    }
  }

  #load(version: number): void {
    const text = this.#offer?.text ?? new Uint8Array();
    try {
      this.#loaded = this.#fresh === null ? Engines.fromString(text) : this.#fresh.apply(text);
    } catch (error) {
      return this.#say({ event: "broken", version, why: messageOf(error) });
    }
    this.#say({ event: "loaded", version });
  }

  #adopt({ version, first, cached }: { version: number; first: boolean; cached: boolean }): void {
    const [engine, before, text] = [this.#loaded as Engine, this.#text, this.#offer?.text ?? null];
    [this.#fresh, this.#engine, this.#loaded, this.#text] = [engine, engine, null, text];
    this.#epoch = version;
    this.#error = null;
    if (first) {
      this.#tell("ready", { epoch: version, cached });
      this.#wake(null);
    } else if (this.#listeners.changed.size > 0) {
      this.#tell("changed", { epoch: version, digest: engine.digest, ...changedOf(engine, before, text) });
    }
  }

  #save(version: number): void {
    const { text = null, signature = null } = this.#offer ?? {};
    const cache = this.#cache;
    if (cache === null || text === null) return;
    cache.write(text, version, signature, now()).catch((error: unknown) => {
      this.#failed("bad_cache", `${cache.path} is not written: ${messageOf(error)}`);
    });
  }

  #failed(code: SourceErrorCode, message: string): void {
    this.#error = new SourceError(code, message);
    this.#tell("error", this.#error);
  }

  #wake(error: SourceError | null): void {
    for (const resolve of this.#waiting) resolve(error);
    this.#waiting.clear();
  }

  #tell<Name extends keyof SourceEvents>(name: Name, event: SourceEvents[Name]): void {
    for (const listener of [...this.#listeners[name]]) {
      try {
        listener(event);
      } catch (error) {
        process.emitWarning(`a listener of \`${name}\` has thrown: ${messageOf(error)}`, "CutoverSource");
      }
    }
  }
}

function because(error: SourceError | null): string {
  return error === null ? "" : ` (${error.code}: ${error.message})`;
}

/** The names of what may decide otherwise. */
function changedOf(engine: Engine, before: Uint8Array | null, after: Uint8Array | null): Pick<Changed, "flags" | "migrations"> {
  const [from, to] = [before, after].map((text) => Buffer.from(text ?? []).toString("utf8"));
  const { program } = coreOf(engine as unknown as LoadedDecider<FullProgram>);
  const reply = program.call("changed", JSON.stringify({ from, to }));
  const { answer } = JSON.parse(reply) as { answer?: Pick<Changed, "flags" | "migrations"> };
  return answer ?? { flags: [], migrations: [] };
}
