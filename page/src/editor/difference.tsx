/** Two texts of a ruleset, one beside or below the other, with what differs. */

import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { syntaxHighlighting } from "@codemirror/language";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { useWords } from "../i18n";
import { colours, look } from "./look";

interface Props {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export default function Difference({ from, to, label }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const { t } = useWords();
  const dark = useComputedColorScheme("light") === "dark";
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const extensions = [
      lineNumbers(),
      /^\s*[{[]/.test(to) ? json() : yaml(),
      syntaxHighlighting(colours),
      look(dark),
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      EditorState.phrases.of({ "$ unchanged lines": t("edit.unchanged", { n: "$" }) }),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", "aria-readonly": "true" }),
      unifiedMergeView({ original: from, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
    ];
    const view = new EditorView({ state: EditorState.create({ doc: to, extensions }), parent: root, root });
    return () => view.destroy();
  }, [from, to, label, dark, t]);
  return <div ref={host} className="editor difference" />;
}
