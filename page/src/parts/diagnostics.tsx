import { Badge, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Diagnostic } from "cutover/full";
import { useWords } from "../i18n";

interface Props {
  readonly diagnostics: readonly Diagnostic[];
  /** Goes to where a problem is. */
  readonly go?: (diagnostic: Diagnostic) => void;
}

/** The engine's diagnostics, in its own words. */
export function Diagnostics({ diagnostics, go }: Props): ReactNode {
  const { t } = useWords();
  return (
    <ul className="diagnostics">
      {diagnostics.map((one, index) => (
        <li key={index}>
          <Badge color={one.severity === "error" ? "red" : "orange"} size="sm">
            {t(`severity.${one.severity}`)}
          </Badge>{" "}
          {go === undefined ? (
            <code>{place(one)}</code>
          ) : (
            <button type="button" className="link" onClick={() => go(one)}>
              <code>{place(one)}</code>
            </button>
          )}{" "}
          {one.message}
          {one.help !== null && (
            <Text component="span" c="dimmed" size="sm">
              {" "}
              {one.help}
            </Text>
          )}
        </li>
      ))}
    </ul>
  );
}

function place({ line, column, path, code }: Diagnostic): string {
  const at = line === null ? "" : `${line}:${column ?? 1} `;
  return `${at}${path || code}`;
}
