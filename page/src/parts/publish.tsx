/** The last question before a text goes live: what it changes, which hazards that has, and why it is done. */

import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { HazardCode } from "cutover/full";
import { Problem } from "../api/client";
import type { Proposal, Publishing } from "../api/types";
import { useDraft } from "../draft";
import type { Working } from "../draft";
import { ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { useSession } from "../session";
import { useTask } from "../task";
import { Changes } from "./changes";
import { Failure } from "./failure";
import { Accept, Hazards, Stories } from "./hazards";

/** What a text is: a draft, an older version, or a version of another environment. */
export type Origin =
  | { readonly is: "draft"; readonly draft: Working }
  | { readonly is: "version"; readonly version: number }
  | { readonly is: "elsewhere"; readonly from: string; readonly version: number };

interface Props {
  readonly text: string;
  readonly origin: Origin;
  readonly close: () => void;
}

const TITLES = { draft: "publish.title", version: "publish.back", elsewhere: "publish.promote" } as const;
const DOINGS = { draft: "publish.do", version: "publish.doBack", elsewhere: "publish.doPromote" } as const;

export function Publish({ text, origin, close }: Props): ReactNode {
  const { t } = useWords();
  const { client, env, live, refresh } = useSession();
  const { published } = useDraft();
  // What was looked at is what is replaced: where somebody publishes meanwhile, the control plane refuses.
  const [seen] = useState(live);
  const [reason, setReason] = useState("");
  const [accept, setAccept] = useState<readonly HazardCode[]>([]);
  // Where another person has to approve it, it is not live yet, and the draft stays.
  const [proposed, setProposed] = useState<Proposal | null>(null);
  const { busy, error: refused, run } = useTask();
  const from = seen?.text;
  const diff = useLoaded(
    async () => (from === undefined ? null : ask(from, "diff", text, { from, accept })),
    [from, text, accept],
  );
  const report = diff.value;
  const moves = report?.migrations.flatMap(({ migration, moves }) => moves.map((move) => ({ migration, move }))) ?? [];
  const codes = report?.hazards ?? [];
  const gone = async (): Promise<void> => {
    await refresh();
    close();
  };
  const publishDraft = async (draft: Working, now: number, publishing: Publishing): Promise<void> => {
    // A draft that is kept as it is goes by its name, and is gone afterwards.
    const kept = draft.revision > 0 && draft.saved === text;
    const done = await client.publish(env, kept ? { draft: draft.name } : { ruleset: text }, now, publishing);
    if ("state" in done) return setProposed(done);
    if (draft.revision > 0 && !kept) await client.dropDraft(env, draft.name);
    published();
    await gone();
  };
  const publish = async (): Promise<void> => {
    const now = seen?.version ?? 0;
    const publishing = { reason, accept };
    if (origin.is === "draft") return publishDraft(origin.draft, now, publishing);
    const done =
      origin.is === "version"
        ? await client.rollBack(env, origin.version, now, publishing)
        : await client.promote(env, origin.from, origin.version, now, publishing);
    if ("state" in done) setProposed(done);
    else await gone();
  };
  const conflict = refused instanceof Problem && refused.status === 412;
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t(TITLES[origin.is], {
        env,
        n: "version" in origin ? origin.version : 0,
        from: "from" in origin ? origin.from : "",
      })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Failure error={diff.error} />
        {report?.changes && (
          <section>
            <h3>{t("publish.changes", { n: report.changes.length + report.untold })}</h3>
            <Changes changes={report.changes} label={t("publish.changes", { n: report.changes.length + report.untold })} />
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
        {proposed !== null && (
          <Alert color="blue" title={t("publish.proposed")} role="status">
            {t("publish.proposedText")}
          </Alert>
        )}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t(proposed === null ? "cancel" : "close")}
          </Button>
          <Button
            onClick={() => void run(publish)}
            loading={busy}
            disabled={proposed !== null || reason.trim() === "" || (seen !== null && report === undefined)}
          >
            {t(DOINGS[origin.is])}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
