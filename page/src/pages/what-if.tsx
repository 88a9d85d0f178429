/** What would happen: one context, decided on what is live and on the draft, and how each answer came about. */

import { Alert, Badge, Button, Group, NativeSelect, Stack, Table, Text, Textarea } from "@mantine/core";
import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { Decision, Explanation, Route } from "cutover/full";
import { Waiting } from "../app";
import { useDraft } from "../draft";
import { about, ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { Failure } from "../parts/failure";
import { RouteFacts } from "../parts/route-facts";
import { Steps } from "../parts/steps";
import { draw, valuesOf } from "../population";
import { usePlace } from "../router";
import { useSession } from "../session";
import { Heads } from "../parts/heads";
import { Scroll } from "../parts/scroll";

/** How many contexts are drawn to pick from. */
const PICKS = 12;

interface Side {
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly routes: ReadonlyMap<string, Route>;
}

async function decided(text: string, context: object, now: number): Promise<Side> {
  const { migrations } = await about(text);
  const [decisions, ...routes] = await Promise.all([
    ask(text, "decideAll", context, { now }),
    ...migrations.map((name) => ask(text, "route", name, context, { now })),
  ]);
  return {
    decisions: new Map(decisions.map((one) => [one.flag, one])),
    routes: new Map(routes.map((one) => [one.migration, one])),
  };
}

function contextOf(text: string): object | null {
  try {
    const value = JSON.parse(text.trim() === "" ? "{}" : text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export default function WhatIf(): ReactNode {
  const { t } = useWords();
  const { live } = useSession();
  const { working } = useDraft();
  const place = usePlace();
  const [typed, setTyped] = useState('{ "userId": "user_123" }');
  const [at, setAt] = useState("");
  const [picked, setPicked] = useState<string | null>(null);
  const context = useMemo(() => contextOf(typed), [typed]);
  const now = useMemo(() => (at === "" ? Date.now() : new Date(at).getTime()), [at, typed]);
  const before = live?.text;
  const after = working?.text;
  const was = useLoaded(async () => (before && context ? decided(before, context, now) : null), [before, context, now]);
  const is = useLoaded(async () => (after && context ? decided(after, context, now) : null), [after, context, now]);
  const people = useLoaded(async () => {
    const text = before ?? after;
    if (text === undefined) return [];
    const { flags, reads } = await about(text);
    const explained = await Promise.all(flags.map((flag) => ask(text, "explain", flag, {})));
    return draw(valuesOf([...new Set(Object.values(reads).flat())], explained), PICKS, 1);
  }, [before, after === undefined]);
  if (working === undefined) return <Waiting />;
  const flags = namesOf(was.value?.decisions, is.value?.decisions);
  const migrations = namesOf(was.value?.routes, is.value?.routes);
  const asked = picked ?? place.query.get("flag");
  const flag = asked !== null && flags.includes(asked) ? asked : flags[0];
  return (
    <Stack>
      <div className="two">
        <Textarea
          label={t("whatIf.context")}
          description={t("whatIf.contextAbout")}
          autosize
          minRows={4}
          maxRows={14}
          classNames={{ input: "code" }}
          value={typed}
          error={context === null ? t("whatIf.noObject") : undefined}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Stack gap="sm">
          <NativeSelect
            label={t("whatIf.pick")}
            description={t("whatIf.pickAbout")}
            value=""
            onChange={({ currentTarget }) => {
              const person = people.value?.[Number(currentTarget.value)];
              if (person) setTyped(JSON.stringify(person, null, 2));
            }}
            data={[
              { value: "", label: "—" },
              ...(people.value ?? []).map((person, index) => ({
                value: String(index),
                label: JSON.stringify(person).slice(0, 90),
              })),
            ]}
          />
          <Group align="end">
            <label className="field">
              <span>{t("whatIf.at")}</span>
              <input type="datetime-local" value={at} onChange={({ currentTarget }) => setAt(currentTarget.value)} />
            </label>
            <Button variant="default" onClick={() => setAt("")} disabled={at === ""}>
              {t("whatIf.now")}
            </Button>
          </Group>
        </Stack>
      </div>
      <Failure error={was.error} title={t("whatIf.liveRefused")} />
      <Failure error={is.error} title={t("whatIf.draftRefused")} />
      {live === null && <Alert>{t("nothing.title")}</Alert>}
      <Scroll>
        <Table aria-label={t("flags")}>
          <Heads names={[t("flag"), t("whatIf.live"), t("whatIf.draft")]} unseen={t("plan.change")} />
          <Table.Tbody>
            {flags.map((name) => {
              const left = was.value?.decisions.get(name);
              const right = is.value?.decisions.get(name);
              const same = JSON.stringify(left?.value) === JSON.stringify(right?.value) && left?.variant === right?.variant;
              return (
                <Table.Tr key={name} data-changed={!same || undefined} aria-selected={name === flag}>
                  <Table.Td>
                    <button type="button" className="link" aria-pressed={name === flag} onClick={() => setPicked(name)}>
                      {name}
                    </button>
                  </Table.Td>
                  <Table.Td>
                    <Served decision={left} />
                  </Table.Td>
                  <Table.Td>
                    <Served decision={right} />
                  </Table.Td>
                  <Table.Td>{!same && was.value && is.value && <Badge color="blue">{t("change.changed")}</Badge>}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Scroll>
      {flag !== undefined && context !== null && (
        <section aria-label={t("whatIf.why", { flag })}>
          <h2>{t("whatIf.why", { flag })}</h2>
          <div className="two">
            <Why title={t("whatIf.live")} text={before} flag={flag} context={context} now={now} />
            <Why title={t("whatIf.draft")} text={after} flag={flag} context={context} now={now} />
          </div>
        </section>
      )}
      {migrations.map((name) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          <div className="two">
            <RouteFacts title={t("whatIf.live")} route={was.value?.routes.get(name)} />
            <RouteFacts title={t("whatIf.draft")} route={is.value?.routes.get(name)} />
          </div>
        </section>
      ))}
    </Stack>
  );
}

function namesOf(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  return [...new Set(maps.flatMap((map) => [...(map?.keys() ?? [])]))].sort();
}

function Served({ decision }: { readonly decision: Decision | undefined }): ReactNode {
  if (decision === undefined) return <Text c="dimmed">—</Text>;
  return (
    <Group gap={8}>
      <code className="served">{JSON.stringify(decision.value)}</code>
      <Text size="xs" c="dimmed">
        {decision.variant} · {decision.error ?? decision.reason}
      </Text>
    </Group>
  );
}

interface WhyProps {
  readonly title: string;
  readonly text: string | undefined;
  readonly flag: string;
  readonly context: object;
  readonly now: number;
}

function Why({ title, text, flag, context, now }: WhyProps): ReactNode {
  const explained = useLoaded(
    async (): Promise<Explanation | null> =>
      (text === undefined ? null : ask(text, "explain", flag, context, { now })) as Promise<Explanation | null>,
    [text, flag, context, now],
  );
  return (
    <div className="panel">
      <h3>{title}</h3>
      {explained.value ? (
        <>
          <Served decision={explained.value.decision} />
          <Steps steps={explained.value.steps} />
        </>
      ) : (
        <Text c="dimmed">—</Text>
      )}
    </div>
  );
}
