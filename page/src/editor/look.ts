/** How editors look, in light and dark. */

import { HighlightStyle } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Custom properties of the page are seen in a shadow root too, and follow the scheme.
export const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-value)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--code-sign)" },
]);

export function look(dark: boolean): Extension {
  return EditorView.theme(
    {
      "&": { fontSize: "13px", backgroundColor: "var(--surface)", color: "var(--text)", height: "100%" },
      ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
      ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--faint)", border: "none" },
      ".cm-activeLine": { backgroundColor: "var(--active-line)" },
      ".cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
      ".cm-cursor": { borderLeftColor: "var(--text)" },
      "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "var(--selection)" },
      ".cm-selectionBackground": { background: "var(--selection)" },
      ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)" },
      ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
      ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "40rem" },
      // The library's own marks are pictures inside of the style, which the page's policy keeps out.
      ".cm-lintRange": { backgroundImage: "none", textDecorationSkipInk: "none" },
      ".cm-lintRange-error": { textDecoration: "underline wavy var(--danger)" },
      ".cm-lintRange-warning": { textDecoration: "underline wavy var(--warn)" },
      ".cm-lintPoint:after": { display: "none" },
      ".cm-lint-marker": { content: "normal" },
      ".cm-lint-marker:before": { content: '"●"', lineHeight: "1" },
      ".cm-lint-marker-error:before": { color: "var(--danger)" },
      ".cm-lint-marker-warning:before": { color: "var(--warn)" },
      ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)" },
      ".cm-completionInfo": { maxWidth: "22rem" },
      ".cm-collapsedLines": { background: "var(--sunken)", color: "var(--faint)", padding: "2px 8px" },
      ".cm-collapsedLines:before": { content: '"…"' },
      ".cm-collapsedLines:after": { content: '"…"' },
      ".cm-changedLine": { backgroundColor: "var(--added) !important" },
      ".cm-deletedChunk": { backgroundColor: "var(--removed) !important" },
      ".cm-changedText": { background: "var(--added-strong) !important" },
      ".cm-deletedText": { background: "var(--removed-strong) !important" },
    },
    { dark },
  );
}
