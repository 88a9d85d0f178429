/** What CodeMirror needs to know of rulesets: their words, and where the engine's diagnostics stand. */

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { Diagnostic as Mark } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import type { Diagnostic } from "cutover/full";
import schema from "../../../docs/ruleset.schema.json";
import { placeAt } from "./place";
import { keysAt, valuesAt } from "./schema";
import type { Schema, Word } from "./schema";

/** Proposes the words of the schema at the cursor. */
export function complete(context: CompletionContext): CompletionResult | null {
  const text = context.state.doc.toString();
  const place = placeAt(text, context.pos);
  if (place === null || (!context.explicit && place.word === "")) return null;
  const root = schema as Schema;
  const words =
    place.kind === "key" ? keysAt(root, place.path, place.taken) : [...valuesAt(root, place.path), ...keysIn(root, place.path)];
  if (words.length === 0) return null;
  const json = /^\s*[{[]/.test(text);
  const quoted = text[place.from - 1] === '"';
  return { from: place.from, options: words.map((word) => option(word, json && !quoted)), validFor: /^[\w.]*$/ };
}

/** In a list, an item that is an object may begin with any of its keys. */
function keysIn(root: Schema, path: readonly (string | number)[]): Word[] {
  return typeof path.at(-1) === "number" ? keysAt(root, path) : [];
}

function option({ word, about, kind }: Word, quote: boolean): Completion {
  const bare = /^(true|false|-?\d+(\.\d+)?)$/.test(word);
  const written = quote && !(kind === "value" && bare) ? JSON.stringify(word) : word;
  return {
    label: word,
    type: kind === "key" ? "property" : "enum",
    apply: kind === "key" && !(written === word && quote) ? `${written}: ` : written,
    ...(about === "" ? {} : { info: about }),
  };
}

/** The diagnostics as marks in a document. Columns are counted in code points, CodeMirror counts in UTF-16 units. */
export function marksOf(document: Text, diagnostics: readonly Diagnostic[]): Mark[] {
  return diagnostics.map(({ line, column, severity, message, help, code }) => {
    const at = document.line(Math.min(Math.max(line ?? 1, 1), document.lines));
    const points = [...at.text];
    const from = Math.min(at.from + points.slice(0, (column ?? 1) - 1).join("").length, at.to);
    const word = /^("(?:[^"\\]|\\.)*"?|[^\s,:{}[\]]+|.)/u.exec(at.text.slice(from - at.from));
    const to = Math.min(from + (word?.[0].length ?? 0), at.to);
    return { from, to, severity, message: help === null ? message : `${message}\n${help}`, source: code };
  });
}
