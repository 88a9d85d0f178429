import type { ReactNode } from "react";
import { useWords } from "../i18n";

/** A wide table on a narrow screen: it scrolls by itself, with the keyboard too. */
export function Scroll({ children }: { readonly children: ReactNode }): ReactNode {
  const { t } = useWords();
  return (
    <div className="scroll" role="group" aria-label={t("scroll")} tabIndex={0}>
      {children}
    </div>
  );
}
