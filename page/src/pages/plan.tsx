/** A rollout: where it stands, what its gates say, how the arms compare, and what somebody can decide now. */

import { Alert, Badge, Group, NativeSelect, Stack, Table, Tabs, Text } from "@mantine/core";
import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import type { PlanState } from "cutover/full";
import { Waiting } from "../app";
import { documentOf, entriesOf, entryOf, textOf } from "../document";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { Failure } from "../parts/failure";
import { Measures } from "../parts/measures";
import { Gates } from "../parts/gates";
import { Nothing } from "../parts/nothing";
import { Progress } from "../parts/progress";
import { PlanActions } from "../parts/plan-actions";
import { Simulation } from "../parts/simulation";
import { reasonOf } from "../parts/reasons";
import { Rollout, reachOf } from "../parts/rollout";
import { addressOf, usePlace } from "../router";
import { useSession } from "../session";
import { Guards } from "../parts/guards";
import { Heads } from "../parts/heads";
import { Scroll } from "../parts/scroll";

/** How often the page asks where a plan stands, in milliseconds. */
const EVERY_MS = 2_000;

export default function PlanPage(): ReactNode {
  const { t } = useWords();
  const { env, live } = useSession();
  const place = usePlace();
  const text = live?.text;
  const names = useMemo(() => entriesOf(documentOf(text ?? ""), "plans").map(([name]) => name), [text]);
  if (text === undefined) return <Nothing />;
  const name = names.find((one) => one === place.name) ?? names[0];
  if (name === undefined) return <Text>{t("plan.none")}</Text>;
  return (
    <Stack>
      <NativeSelect
        label={t("plan")}
        maw={320}
        value={name}
        onChange={({ currentTarget }) => location.assign(addressOf(env, "plans", currentTarget.value))}
        data={names}
      />
      <Tabs defaultValue="now" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="now">{t("plan.now")}</Tabs.Tab>
          <Tabs.Tab value="simulate">{t("plan.simulate")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="now" pt="md">
          <Now key={`${env}/${name}`} name={name} text={text} />
        </Tabs.Panel>
        <Tabs.Panel value="simulate" pt="md">
          <Simulation key={name} name={name} text={text} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Now({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  const { t, share } = useWords();
  const { client, env } = useSession();
  const loaded = useLoaded(() => client.plan(env, name), [client, env, name]);
  const { again } = loaded;
  useEffect(() => {
    const timer = setInterval(again, EVERY_MS);
    return () => clearInterval(timer);
  }, [again]);
  if (loaded.value === undefined) return loaded.error ? <Failure error={loaded.error} /> : <Waiting />;
  const { standing, report } = loaded.value;
  const { state } = standing;
  // A plan moves a flag, or a migration.
  const entry = entryOf(documentOf(text), "plans", name);
  const [flag, migration] = [textOf(entry, "flag"), textOf(entry, "migration")];
  const target = migration === "" ? { flags: [flag] } : { migrations: [migration] };
  const begun = state.stage !== "draft";
  return (
    <Stack gap="lg">
      <Failure error={loaded.error} />
      <Group gap="lg" aria-live="polite">
        <Stage state={state} />
        {begun && (
          <>
            <Text>
              {t("plan.step")} <strong>{report.step.number}</strong> / {report.step.of}
            </Text>
            <Text>
              {flag !== "" && (
                <>
                  {t("plan.share")} <strong>{share(state.millionths)}</strong>
                </>
              )}
              {state.segments.length > 0 && ` ${flag === "" ? "" : "+ "}${state.segments.join(", ")}`}
            </Text>
          </>
        )}
      </Group>
      {!begun && <Alert>{t("plan.notStarted")}</Alert>}
      <PlanActions name={name} target={target} text={text} state={state} done={again} />
      <Guards plan={name} epoch={state.epoch} guards={standing.waits_for ?? []} done={again} />
      {begun && <Progress report={report} />}
      {begun && <Rollout log={state.log} />}
      {begun && <Gates reports={report.gates} />}
      <Measures metrics={report.metrics} />
      {state.log.length > 0 && <Log log={state.log} />}
    </Stack>
  );
}

function Log({ log }: { readonly log: PlanState["log"] }): ReactNode {
  const { t, time, share } = useWords();
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t("plan.log")}</h2>
      <Scroll>
        <Table aria-labelledby="log">
          <Heads names={[t("history.when"), t("plan.change"), t("plan.step"), t("plan.share"), t("history.why")]} />
          <Table.Tbody>
            {log.toReversed().map((one) => (
              <Table.Tr key={one.seq}>
                <Table.Td>{time(one.time)}</Table.Td>
                <Table.Td>
                  {one.from === one.to ? t(`stage.${one.to}`) : `${t(`stage.${one.from}`)} → ${t(`stage.${one.to}`)}`}
                </Table.Td>
                <Table.Td>{one.step + 1}</Table.Td>
                <Table.Td>{reachOf(one, share)}</Table.Td>
                <Table.Td>
                  {[reasonOf(t, one.reason), one.gate, one.actor, one.note, one.accepted_cost].filter(Boolean).join(" · ")}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </section>
  );
}

const COLOURS: Partial<Record<PlanState["stage"], string>> = {
  progressing: "blue",
  baking: "blue",
  awaiting_approval: "orange",
  paused: "orange",
  rolling_back: "red",
  rolled_back: "red",
  promoted: "teal",
  completed: "teal",
};

function Stage({ state }: { readonly state: PlanState | null }): ReactNode {
  const { t } = useWords();
  const stage = state?.stage ?? "draft";
  return (
    <Badge size="xl" color={COLOURS[stage] ?? "gray"} data-testid="stage" data-stage={stage}>
      {t(`stage.${stage}`)}
    </Badge>
  );
}
