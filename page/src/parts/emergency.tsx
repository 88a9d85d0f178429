/** The emergency switch: what throwing it costs, said before, and a confirmation that nobody gives by accident. */

import { Alert, Button, Group, Modal, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Route, Runbook, SafetyReport, SafetyRow } from "cutover/full";
import { ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { useSession } from "../session";
import { useTask } from "../task";
import { Failure } from "./failure";
import { Stories, Verdict } from "./hazards";

interface Props {
  readonly name: string;
  readonly text: string;
  readonly now: Route;
  readonly report: SafetyReport;
}

export function EmergencySwitch({ name, text, now, report }: Props): ReactNode {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const on = now.emergency;
  // What the engine says of the move: into the emergency of this phase, or out of it.
  const row = report.rows.find(({ kind, from, to }) =>
    on ? kind === "clear" && to === now.phase : kind === "emergency" && from === now.phase,
  );
  return (
    <section className="panel emergency" data-on={on || undefined} aria-labelledby="emergency">
      <h2 id="emergency">{t("emergency.title")}</h2>
      <Stack gap="sm">
        <Text size="sm">{on ? t("emergency.isOn") : t("emergency.isOff", { phase: now.phase ?? "–" })}</Text>
        {row ? (
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {on ? t("emergency.costOff") : t("emergency.costOn")}
            </Text>
            <Verdict verdict={row.verdict} />
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t("emergency.noRow")}
          </Text>
        )}
        <Group>
          <Button color="red" variant={on ? "outline" : "filled"} onClick={() => setAsking(true)}>
            {on ? t("emergency.end") : t("emergency.throw")}
          </Button>
        </Group>
      </Stack>
      {asking && <Confirm name={name} text={text} now={now} row={row} close={() => setAsking(false)} />}
    </section>
  );
}

interface ConfirmProps {
  readonly name: string;
  readonly text: string;
  readonly now: Route;
  readonly row: SafetyRow | undefined;
  readonly close: () => void;
}

function Confirm({ name, text, now, row, close }: ConfirmProps): ReactNode {
  const { t, language } = useWords();
  const { client, env, refresh } = useSession();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const { busy, error, run } = useTask();
  const on = now.emergency;
  const book = useLoaded(
    async (): Promise<Runbook | null> =>
      on || now.phase === null ? null : ask(text, "runbook", name, { phase: now.phase, emergency: true, language }),
    [text, name, now.phase, on, language],
  );
  const costs = book.value?.runbook.procedures.flatMap((procedure) => procedure.costs) ?? [];
  const act = async (): Promise<void> => {
    await client.emergency(env, { migrations: [name] }, !on, reason);
    await refresh();
    close();
  };
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={on ? t("emergency.confirmEnd", { name, env }) : t("emergency.confirm", { name, env })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Alert color={row?.verdict === "safe" ? "teal" : "red"} title={t("emergency.cost")}>
          {costs.length > 0 && (
            <ul>
              {costs.map((cost) => (
                <li key={cost.text}>{cost.text}</li>
              ))}
            </ul>
          )}
          {row !== undefined && row.findings.length > 0 && (
            <details open={costs.length === 0}>
              <summary>{t("safety.stories")}</summary>
              <Stories findings={row.findings} />
            </details>
          )}
          {row?.verdict === "safe" && <Text size="sm">{t("safety.nothing")}</Text>}
        </Alert>
        <TextInput
          label={t("emergency.type", { name })}
          required
          autoComplete="off"
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label={t("publish.reason")}
          required
          autosize
          minRows={2}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Failure error={error} />
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button color="red" loading={busy} disabled={typed !== name || reason.trim() === ""} onClick={() => void run(act)}>
            {on ? t("emergency.end") : t("emergency.throw")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
