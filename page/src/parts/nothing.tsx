import { Alert, Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { useWords } from "../i18n";
import { addressOf } from "../router";
import { useSession } from "../session";

/** Says that nothing is published yet, and where to begin. */
export function Nothing(): ReactNode {
  const { t } = useWords();
  const { env } = useSession();
  return (
    <Alert title={t("nothing.title")}>
      {t("nothing.text")} <Anchor href={addressOf(env, "edit")}>{t("nav.edit")}</Anchor>
    </Alert>
  );
}
