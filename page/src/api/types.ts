/** What the control plane answers, as far as the page reads it. */

import type { Diagnostic, HazardCode } from "cutover/full";

export type Role = "viewer" | "editor" | "operator" | "admin" | "server" | "client";

/** Whose key it is. */
export interface Me {
  readonly name: string;
  readonly role: Role;
  /** The environment that it is good for; null where it is good for all. */
  readonly env: string | null;
  /** What goes with each change where no key is sent; null for a key. */
  readonly csrf?: string | null;
}

/** What waits for another person, or waited. */
export interface Proposal {
  readonly id: string;
  readonly env: string;
  /** The version that it was made for. */
  readonly base: number;
  readonly kind: string;
  readonly reason: string;
  readonly accepted: readonly string[];
  readonly proposed_by: string;
  /** Milliseconds since the epoch. */
  readonly proposed_at: number;
  readonly state: "open" | "outdated" | "approved" | "rejected";
  /** The ruleset; not in a list. */
  readonly text?: string;
}

export interface Environment {
  readonly name: string;
  readonly place: number;
  /** The version that is published; 0 where none is. */
  readonly current: number;
}

/** What is published. */
export interface Live {
  readonly env: string;
  readonly version: number;
  /** The exact text, which is JSON. */
  readonly text: string;
}

export interface VersionLine {
  readonly version: number;
  readonly digest: string;
  readonly kind: string;
  readonly actor: string;
  readonly reason: string;
  readonly accepted: readonly string[];
  /** Milliseconds since the epoch. */
  readonly published_at: number;
}

/** A published version with its texts. */
export interface Version extends VersionLine {
  /** The ruleset as JSON: what services get. */
  readonly body: string;
  /** The ruleset as somebody wrote it. */
  readonly source: string;
}

export interface Draft {
  readonly name: string;
  readonly text: string;
  /** The published version that it was begun from. */
  readonly base: number;
  /** Rises with each change. */
  readonly revision: number;
  readonly actor: string;
  readonly updated_at: number;
}

/** An entry of the audit log. Each holds the hash of the one before. */
export interface AuditEntry {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly env: string;
  readonly target: string;
  readonly reason: string;
  readonly accepted: readonly string[];
  readonly detail: unknown;
  readonly before: string;
  readonly hash: string;
}

/** Why and how something is published. */
export interface Publishing {
  readonly reason: string;
  readonly accept: readonly HazardCode[];
}

/** What was published. */
export interface Publication {
  readonly version: number;
  readonly changed: boolean;
  readonly accepted: readonly string[];
}

/** A problem document of RFC 9457. */
export interface ProblemDetails {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly hazards?: readonly HazardCode[];
}
