/** What is wrong with a document: every problem at once, each with its place and what to do about it. */

/** How bad a {@link Diagnostic} is: a document with an `error` is refused, one with a `warning` loads. */
export type Severity = "error" | "warning";

/** One problem of a document. */
export interface Diagnostic {
  /** A stable name of the kind of problem, such as `unknown_operator`. */
  readonly code: string;
  readonly severity: Severity;
  /** The path in the document, such as `flags.a.rules[0].if`; empty for the document itself. */
  readonly path: string;
  /** The line, from 1; null where there is none. */
  readonly line: number | null;
  /** The column in Unicode code points, from 1; null where there is none. */
  readonly column: number | null;
  /** What stands there; null where that says nothing. */
  readonly found: string | null;
  /** What could stand there. */
  readonly expected: readonly string[];
  /** One sentence that says what is wrong. */
  readonly message: string;
  /** What to do about it; null where there is nothing to say. */
  readonly help: string | null;
}

/** What came of {@link EngineConstructor.import}. */
export interface Imported {
  /** A ruleset as YAML, which loads without an error; null where any diagnostic is an error. */
  readonly ruleset: string | null;
  /** Every problem of the imported document, in its order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A refused ruleset, with all that is wrong with it. Its message lists the errors, one a line.
 *
 * What an engine is asked in vain is one too, with a `code`; and so is a fault of the engine itself, of which there should
 * be none. Then there are no diagnostics.
 *
 * @example
 * try {
 *   Engine.fromString("cutover: 1\nflags: { beta: { rules: [{ if: { attribute: plan, iss: pro }, serve: on }] } }");
 * } catch (error) {
 *   error instanceof CutoverError; // true
 *   error.diagnostics[0].code; // "unknown_operator"
 * }
 */
export class CutoverError extends Error {
  override readonly name = "CutoverError";
  /** Every problem found, errors and warnings, in the order of the document. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * What is wrong with a question: `unknown_name` where the ruleset has nothing of that name, `bad_path` where the path of a
   * request could be read in two ways, `bad_argument`; null for all else.
   */
  readonly code: string | null;

  constructor(message: string, diagnostics: readonly Diagnostic[] = [], options?: ErrorOptions & { readonly code?: string }) {
    super(message, options);
    this.diagnostics = diagnostics;
    this.code = options?.code ?? null;
  }
}
