import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import type { Diagnostic } from "cutover/full";
import { useWords } from "../i18n";
import { Diagnostics } from "./diagnostics";

/** What went wrong, with the engine's diagnostics where there are any. Nothing where there is no error. */
export function Failure({ error, title }: { readonly error: Error | null; readonly title?: string }): ReactNode {
  const { t } = useWords();
  if (error === null) return null;
  const { diagnostics } = error as { readonly diagnostics?: readonly Diagnostic[] };
  return (
    <Alert color="red" title={title ?? t("failed")} role="alert">
      {diagnostics?.length ? <Diagnostics diagnostics={diagnostics} /> : error.message}
    </Alert>
  );
}
