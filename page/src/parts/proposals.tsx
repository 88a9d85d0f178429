/** What waits for another person: what it changes, and yes or no to it. */

import { Button, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Proposal } from "../api/types";
import { ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { useSession } from "../session";
import { useTask } from "../task";
import { Changes } from "./changes";
import { Failure } from "./failure";

export function Proposals(): ReactNode {
  const { t } = useWords();
  const { client, env, live } = useSession();
  const waiting = useLoaded(() => client.proposals(env), [client, env, live?.version]);
  const all = waiting.value ?? [];
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">{t("proposals.title", { n: all.length })}</h2>
      <Stack>
        {all.map((proposal) => (
          <Waiting key={proposal.id} proposal={proposal} again={waiting.again} />
        ))}
      </Stack>
    </section>
  );
}

function Waiting({ proposal, again }: { readonly proposal: Proposal; readonly again: () => void }): ReactNode {
  const { t } = useWords();
  const { client, env, live, refresh } = useSession();
  const [answer, setAnswer] = useState("");
  const { busy, error, run } = useTask();
  const from = live?.text;
  const diff = useLoaded(async () => {
    const { text } = await client.proposed(env, proposal.id);
    return from === undefined || text === undefined ? null : ask(from, "diff", text, { from, accept: [] });
  }, [client, env, proposal.id, from]);
  const decide = (verdict: "approve" | "reject"): Promise<boolean> =>
    run(async () => {
      await client.decide(env, proposal.id, verdict, answer);
      await refresh();
      again();
    });
  return (
    <Paper withBorder p="md" data-testid="proposal">
      <Stack gap="xs">
        <Text>
          {t("proposals.by", { who: proposal.proposed_by, n: proposal.base })} <strong>{proposal.reason}</strong>
        </Text>
        {proposal.accepted.length > 0 && <Text c="red">{proposal.accepted.join(", ")}</Text>}
        <Failure error={diff.error} />
        {diff.value?.changes && <Changes changes={diff.value.changes} label={t("proposals.look")} />}
        <TextInput
          label={t("proposals.reason")}
          value={answer}
          onChange={({ currentTarget }) => setAnswer(currentTarget.value)}
        />
        <Failure error={error} />
        <Group>
          <Button loading={busy} onClick={() => void decide("approve")}>
            {t("proposals.approve")}
          </Button>
          <Button loading={busy} variant="default" onClick={() => void decide("reject")}>
            {t("proposals.reject")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
