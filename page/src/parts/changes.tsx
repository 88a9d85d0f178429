/** What a draft changes, place by place. */

import type { ReactNode } from "react";
import type { DiffReport } from "cutover/full";
import { useWords } from "../i18n";

interface Props {
  readonly changes: NonNullable<DiffReport["changes"]>;
  /** What the list is called by those who hear it. */
  readonly label: string;
}

export function Changes({ changes, label }: Props): ReactNode {
  const { t } = useWords();
  return (
    <ul className="changes" tabIndex={0} aria-label={label}>
      {changes.map(({ path, change, from, to }) => (
        <li key={path}>
          <code>{path}</code> <span>{t(`change.${change}`)}</span> <span className="was">{from}</span>{" "}
          {from !== null && to !== null && "→"} <span className="is">{to}</span>
        </li>
      ))}
    </ul>
  );
}
