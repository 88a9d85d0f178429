/** What sources are made of. */

import type { Engine } from "../api/engine.js";

/** What every source may be given. Times are milliseconds. */
export interface SourceOptions {
  /** Decides until the first ruleset is there, as an engine whose ruleset may be out of date. */
  readonly fallback?: Engine;
  /** After so long without a word the ruleset is stale, and every decision says so; null is never. A minute by default. */
  readonly staleAfterMs?: number | null;
  /** The name of this process, for reports; one of the machine's name and the process by default. */
  readonly node?: string;
}

/** A source whose rulesets have versions. */
export interface RemoteOptions extends SourceOptions {
  /** The environment, such as `production`. */
  readonly env: string;
  /** A file that keeps the last good ruleset, to start from where the other end is not to be had. */
  readonly cache?: string;
  /** Public keys by their ids: 32 bytes of Ed25519, as base64. Where there are any, what none has signed is refused. */
  readonly publicKeys?: Readonly<Record<string, string>>;
  /** How long a connection may take to open. Ten seconds by default. */
  readonly connectMs?: number;
  /** How long an open connection may be silent. 45 seconds by default. */
  readonly idleMs?: number;
  /** The longest wait before the first reconnect. Half a second by default, or what the server asks for. */
  readonly baseMs?: number;
  /** How many times longer each next one may be. 2 by default. */
  readonly factor?: number;
  /** The longest of all. Half a minute by default. */
  readonly capMs?: number;
}

/** Bad events and all of them, as a cumulative counter has them. */
export interface ArmCounts {
  readonly events: number;
  readonly total: number;
}

/** What was counted on the old side and on the new one, by the names of metrics. */
export type NodeCounts = Readonly<Record<string, { readonly old?: ArmCounts; readonly new?: ArmCounts }>>;

/** A control plane. */
export interface HttpOptions extends RemoteOptions {
  /** Where the server is, such as `https://cutover.example.org`. */
  readonly url: string;
  /** The key of this client. */
  readonly key?: string;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Authorities, besides those that Node knows: PEM. */
  readonly ca?: string | readonly string[];
  /** How often is told what runs here; null is never. Ten seconds by default. */
  readonly reportMs?: number | null;
  /**
   * What this process has counted since it began, by metric: the server sums the counts of all nodes, and plans measure by them.
   * Where it throws, or the server does not take it, that is warned of, and the rest is told without it.
   */
  readonly counts?: () => NodeCounts;
  /** How many seconds a long poll waits, where server-sent events do not get through. 50 by default. */
  readonly waitS?: number;
  /** A ruleset may have so many bytes. 64 MiB by default. */
  readonly maxBytes?: number;
}

/** A channel of Redis. The package `redis` has to be there. */
export interface RedisOptions extends RemoteOptions {
  /** Such as `redis://127.0.0.1:6379`. */
  readonly url: string;
}

/** A file. */
export interface FileOptions extends SourceOptions {
  /** How often it is looked at, beside what the system tells of changes. A second by default. */
  readonly pollMs?: number;
}

/** The environment of the process. */
export interface EnvironmentOptions extends SourceOptions {
  /** The variables; `process.env` by default. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** The first ruleset is there. */
export interface Ready {
  readonly epoch: number;
  /** Whether it comes from the disk. */
  readonly cached: boolean;
}

/** Another ruleset decides from now on. */
export interface Changed {
  readonly epoch: number;
  readonly digest: string;
  /** The flags that may decide otherwise: those that came, went or are another entry, and those that ask such a thing. */
  readonly flags: readonly string[];
  /** The migrations of which that is so. */
  readonly migrations: readonly string[];
}

/** Nothing was heard for too long. */
export interface Stale {
  /** When the ruleset was last known to be the newest. */
  readonly since: number;
}

/** What went wrong, by stable names. What runs stays. */
export type SourceErrorCode =
  | "unreachable"
  | "not_allowed"
  | "not_found"
  | "broken"
  | "version_back"
  | "unsigned"
  | "unknown_key"
  | "bad_signature"
  | "bad_cache"
  | "no_ruleset"
  | "closed";

/** What a source tells. */
export interface SourceEvents {
  readonly ready: Ready;
  readonly changed: Changed;
  readonly stale: Stale;
  readonly fresh: object;
  readonly error: SourceError;
}

/** Something went wrong at a source, or there is no ruleset yet. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
