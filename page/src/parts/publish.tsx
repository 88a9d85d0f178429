/** The last question before a text goes live: what it changes, which hazards that has, and why it is done. */

import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { HazardCode } from "cutover/full";
import { Problem } from "../api/client";
import { useDraft } from "../draft";
import type { Working } from "../draft";
import { ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { useSession } from "../session";
import { Failure } from "./failure";
import { Accept, Hazards, Stories } from "./hazards";

interface Props {
  readonly text: string;
  /** The draft that it is. */
  readonly draft?: Working;
  /** The older version that this text is; without it, it is a draft. */
  readonly version?: number;
  readonly close: () => void;
}

export function Publish({ text, draft, version, close }: Props): ReactNode {
  const { t } = useWords();
  const { client, env, live, refresh } = useSession();
  const { published } = useDraft();
  // What was looked at is what is replaced: where somebody publishes meanwhile, the control plane refuses.
  const [seen] = useState(live);
  const [reason, setReason] = useState("");
  const [accept, setAccept] = useState<readonly HazardCode[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Error | null>(null);
  const from = seen?.text;
  const diff = useLoaded(
    async () => (from === undefined ? null : ask(from, "diff", text, { from, accept })),
    [from, text, accept],
  );
  const report = diff.value;
  const moves = report?.migrations.flatMap(({ migration, moves }) => moves.map((move) => ({ migration, move }))) ?? [];
  const codes = report?.hazards ?? [];
  const publish = async (): Promise<void> => {
    setBusy(true);
    setRefused(null);
    const now = seen?.version ?? 0;
    const publishing = { reason, accept };
    try {
      // A draft that is kept as it is goes by its name, and is gone afterwards.
      const kept = draft !== undefined && draft.revision > 0 && draft.saved === text;
      if (version !== undefined) await client.rollBack(env, version, now, publishing);
      else await client.publish(env, kept ? { draft: draft.name } : { ruleset: text }, now, publishing);
      if (draft !== undefined && draft.revision > 0 && !kept) await client.dropDraft(env, draft.name);
      if (draft !== undefined) published();
      await refresh();
      close();
    } catch (error) {
      setRefused(error as Error);
      setBusy(false);
    }
  };
  const conflict = refused instanceof Problem && refused.status === 412;
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={version === undefined ? t("publish.title", { env }) : t("publish.back", { env, n: version })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Failure error={diff.error} />
        {report?.changes && (
          <section>
            <h3>{t("publish.changes", { n: report.changes.length + report.untold })}</h3>
            <ul className="changes">
              {report.changes.map(({ path, change, from, to }) => (
                <li key={path}>
                  <code>{path}</code> <span>{t(`change.${change}`)}</span>{" "}
                  <span className="was">{from}</span> {from !== null && to !== null && "→"} <span className="is">{to}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {moves.map(({ migration, move }, index) => (
          <section key={index}>
            <h3>
              {migration}: {move.from?.phase ?? "–"} → {move.to?.phase ?? "–"}
            </h3>
            <Hazards hazards={move.hazards} />
            {move.findings.length > 0 && (
              <details>
                <summary>{t("safety.stories")}</summary>
                <Stories findings={move.findings} />
              </details>
            )}
          </section>
        ))}
        {report?.gates?.map(({ gate, because }) => (
          <Text key={gate} size="sm">
            {t("publish.gate", { gate })} {because}
          </Text>
        ))}
        {codes.length > 0 && <Accept codes={codes} accepted={accept} change={setAccept} />}
        {report && report.refused.length > 0 && (
          <Text size="sm" c="red" className="alarm">
            {t("publish.notAccepted", { codes: report.refused.map((code) => t(`hazard.${code}`)).join(", ") })}
          </Text>
        )}
        <Textarea
          label={t("publish.reason")}
          required
          autosize
          minRows={2}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          data-autofocus
        />
        {conflict && (
          <Alert color="orange" title={t("publish.conflict")}>
            {t("publish.conflictText")}
          </Alert>
        )}
        <Failure error={refused} title={t("publish.refused")} />
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button onClick={() => void publish()} loading={busy} disabled={reason.trim() === "" || (seen !== null && report === undefined)}>
            {version === undefined ? t("publish.do") : t("publish.doBack")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
