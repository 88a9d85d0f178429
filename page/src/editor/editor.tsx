/**
 * The editor of a ruleset. It stands in a shadow root: there CodeMirror's styles are style sheets that are constructed,
 * which a policy without inline styles allows.
 */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  tooltips,
} from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useImperativeHandle, useRef } from "react";
import type { ReactNode, Ref } from "react";
import type { Diagnostic } from "cutover/full";
import { complete, marksOf } from "./language";
import { colours, look } from "./look";

/** What can be done to an editor from outside. */
export interface EditorHandle {
  go(diagnostic: Diagnostic): void;
}

/** Where a name is written as a key. */
function placeOf(text: string, name: string): number | null {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`^[ \\t]*["']?${quoted}["']?[ \\t]*:`, "m").exec(text);
  return found === null ? null : found.index + found[0].indexOf(name);
}

interface Props {
  /** What stands in it at first, and again whenever `turn` changes. */
  readonly text: string;
  readonly turn: number;
  /** The name to begin at. */
  readonly find?: string | null;
  readonly label: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly change: (text: string) => void;
  readonly handle: Ref<EditorHandle>;
}

function grammar(text: string): Extension {
  return /^\s*[{[]/.test(text) ? json() : yaml();
}

export default function Editor({ text, turn, find = null, label, diagnostics, change, handle }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(change);
  changed.current = change;
  const parts = useRef({ theme: new Compartment(), grammar: new Compartment() }).current;
  const dark = useComputedColorScheme("light") === "dark";
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const extensions = [
      lineNumbers(),
      foldGutter(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      autocompletion({ override: [complete] }),
      tooltips({ parent: root as unknown as HTMLElement, position: "fixed" }),
      keymap.of([
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...completionKeymap,
        ...lintKeymap,
        indentWithTab,
      ]),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed.current(update.state.doc.toString());
      }),
      parts.grammar.of(grammar(text)),
      parts.theme.of(look(dark)),
      syntaxHighlighting(colours),
    ];
    const made = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: root, root });
    view.current = made;
    const at = find === null ? null : placeOf(text, find);
    if (at !== null)
      made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 60 }) });
    return () => {
      made.destroy();
      view.current = null;
    };
    // The editor lives as long as its element; what changes goes in by the effects below.
  }, []);
  useEffect(() => {
    view.current?.dispatch({ effects: parts.theme.reconfigure(look(dark)) });
  }, [dark, parts]);
  useEffect(() => {
    const made = view.current;
    if (made === null || made.state.doc.toString() === text) return;
    made.dispatch({
      changes: { from: 0, to: made.state.doc.length, insert: text },
      effects: parts.grammar.reconfigure(grammar(text)),
    });
    // Not `text`: what is typed comes back as a text that is older than what was typed meanwhile.
  }, [turn, parts]);
  useEffect(() => {
    const made = view.current;
    if (made) made.dispatch(setDiagnostics(made.state, marksOf(made.state.doc, diagnostics)));
  }, [diagnostics]);
  useImperativeHandle(handle, () => ({
    go({ line, column }) {
      const made = view.current;
      if (made === null) return;
      const at = made.state.doc.line(Math.min(Math.max(line ?? 1, 1), made.state.doc.lines));
      const anchor = Math.min(at.from + (column ?? 1) - 1, at.to);
      made.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      made.focus();
    },
  }));
  return <div ref={host} className="editor" />;
}
