/** The way back out of a phase, written for whoever is called at night. */

/** Which procedures: all of them, or those of a `phase`, or the way back `from` one phase `to` another. */
export interface RunbookOptions {
  /** A phase, or a group of phases. */
  readonly phase?: string;
  /** Only the emergency of the phase. */
  readonly emergency?: boolean;
  readonly from?: string;
  readonly to?: string;
  /** The language of its sentences; `en` where it is not given. */
  readonly language?: "en" | "fr";
  /** What the ruleset is called in commands; `ruleset.yaml` where it is not given. */
  readonly file?: string;
}

/** One step: what it does, its command, and how to see that it is done. */
export interface RunbookStep {
  readonly title: string;
  readonly command: string | null;
  readonly notes: readonly string[];
  readonly verify: readonly { readonly text: string; readonly command: string | null }[];
}

/** One procedure. */
export interface Procedure {
  readonly emergency: boolean;
  readonly from: readonly string[];
  /** Null for an emergency, which stays in its phase. */
  readonly to: string | null;
  /** How soon it has to be done, in seconds. */
  readonly within: number | null;
  /** Nothing where it is empty. */
  readonly costs: readonly { readonly kind: "stale" | "lost"; readonly text: string; readonly count: string | null }[];
  readonly before: readonly string[];
  readonly steps: readonly RunbookStep[];
  readonly after: readonly string[];
}

/** What a handbook is to be. */
export interface HandbookOptions {
  /** Where a plan stands: a share such as `60%`, or a segment that a step reaches; its last step where it is not given. */
  readonly at?: string;
  readonly language?: "en" | "fr";
  readonly file?: string;
}

/** The procedures of a plan, of a plan of work, or of incidents, as data and as Markdown. */
export interface Handbook {
  readonly markdown: string;
  readonly runbook: {
    readonly of: "plan" | "work" | "incidents";
    readonly name: string;
    readonly owner: string | null;
    readonly language: string;
    readonly sheets: readonly { readonly title: string; readonly lines: readonly string[] }[];
    readonly procedures: readonly {
      readonly title: string;
      readonly urgent: boolean;
      readonly within: number | null;
      readonly notes: readonly string[];
      readonly moves: readonly string[];
      readonly costs: Procedure["costs"];
      readonly before: readonly string[];
      readonly steps: readonly RunbookStep[];
      readonly escalation: readonly string[];
      readonly after: readonly string[];
    }[];
    readonly digest: string;
  };
}

/** The procedures of a migration, as data and as Markdown. */
export interface Runbook {
  readonly markdown: string;
  readonly runbook: {
    readonly migration: string;
    readonly old: string;
    readonly new: string;
    readonly language: "en" | "fr";
    readonly procedures: readonly Procedure[];
    readonly digest: string;
  };
}
