/** The ladder of a migration, drawn: what each phase reads and writes, what each move can cost, and the emergency switch. */

import { Badge, Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Route, SafetyReport, SafetyRow } from "cutover/full";
import { Waiting } from "../app";
import { PhaseDrawing } from "../charts/phase";
import { documentOf, entryOf, inPhase, textOf } from "../document";
import { about, ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { EmergencySwitch } from "../parts/emergency";
import { Failure } from "../parts/failure";
import { Hazards, Stories, Verdict } from "../parts/hazards";
import { Nothing } from "../parts/nothing";
import { addressOf, usePlace } from "../router";
import { useSession } from "../session";

export default function MigrationPage(): ReactNode {
  const { t } = useWords();
  const { env, live } = useSession();
  const place = usePlace();
  const text = live?.text;
  const told = useLoaded(async () => (text === undefined ? null : about(text)), [text]);
  if (text === undefined) return <Nothing />;
  if (told.value === undefined) return told.error ? <Failure error={told.error} /> : <Waiting />;
  const names = told.value?.migrations ?? [];
  const name = names.find((one) => one === place.name) ?? names[0];
  if (name === undefined) return <Text>{t("migration.none")}</Text>;
  return (
    <Stack>
      <NativeSelect
        label={t("migration")}
        maw={320}
        value={name}
        onChange={({ currentTarget }) => location.assign(addressOf(env, "migrations", currentTarget.value))}
        data={[...names]}
      />
      <Ladder key={name} name={name} text={text} />
    </Stack>
  );
}

interface Phase {
  readonly name: string;
  readonly route: Route;
  readonly emergency: Route;
}

interface Drawn {
  readonly now: Route;
  readonly report: SafetyReport;
  readonly phases: readonly Phase[];
}

async function drawn(text: string, name: string): Promise<Drawn> {
  const [now, report] = await Promise.all([ask(text, "route", name, {}), ask(text, "safety", name)]);
  const names = report.rows.filter(({ kind }) => kind === "phase").map(({ from }) => from);
  const phases = await Promise.all(
    names.map(async (phase) => ({
      name: phase,
      route: await ask(inPhase(text, name, phase, false), "route", name, {}),
      emergency: await ask(inPhase(text, name, phase, true), "route", name, {}),
    })),
  );
  return { now, report, phases };
}

function Ladder({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  const { t } = useWords();
  const [open, setOpen] = useState<SafetyRow | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const loaded = useLoaded(() => drawn(text, name), [text, name]);
  if (loaded.value === undefined) return loaded.error ? <Failure error={loaded.error} /> : <Waiting />;
  const { now, report, phases } = loaded.value;
  const row = (kind: SafetyRow["kind"], from: string, to?: string): SafetyRow | undefined =>
    report.rows.find((one) => one.kind === kind && one.from === from && (to === undefined || one.to === to));
  const entry = entryOf(documentOf(text), "migrations", name);
  const stores = { old: textOf(entry, "old"), new: textOf(entry, "new") };
  const shown = phases.find((one) => one.name === (chosen ?? now.phase)) ?? phases[0];
  return (
    <Stack>
      <Group>
        <Badge color={report.safe ? "teal" : "orange"} size="lg">
          {report.safe ? t("safety.safe") : t("safety.unsafe")}
        </Badge>
        <Text size="sm">
          {report.last_reversible === null
            ? t("safety.noWayBack")
            : t("safety.lastReversible", { phase: report.last_reversible })}
        </Text>
        <Text size="sm" c="dimmed">
          {t("safety.bounds", { states: report.states, nodes: report.bounds.nodes, writes: report.bounds.writes })}
        </Text>
      </Group>
      <Legend />
      <ol className="ladder" aria-label={t("migration.ladder")}>
        {phases.map((phase, index) => {
          const next = phases[index + 1];
          const verdict = row("phase", phase.name);
          const current = phase.name === now.phase;
          return (
            <li key={phase.name} className="rung">
              <div className="phase" data-current={current || undefined} data-verdict={verdict?.verdict}>
                <Group justify="space-between" gap={6}>
                  <button
                    type="button"
                    className="link phase-name"
                    aria-pressed={phase.name === shown?.name}
                    onClick={() => (setChosen(phase.name), setOpen(verdict ?? null))}
                  >
                    {index + 1}. {phase.name}
                  </button>
                  <Group gap={4}>
                    {current && <Badge color="blue">{now.emergency ? t("emergency") : t("migration.here")}</Badge>}
                    {verdict && <Verdict verdict={verdict.verdict} />}
                  </Group>
                </Group>
                <PhaseDrawing route={current && now.emergency ? phase.emergency : phase.route} stores={stores} />
                {phase.route.hazards.length > 0 && (
                  <ul className="codes">
                    {[...new Set(phase.route.hazards.map(({ code }) => code))].map((code) => (
                      <li key={code}>{t(`hazard.${code}`)}</li>
                    ))}
                  </ul>
                )}
              </div>
              {next !== undefined && (
                <div className="moves">
                  <Move sign="→" row={row("forward", phase.name, next.name)} open={open} choose={setOpen} />
                  <Move sign="←" row={row("back", next.name, phase.name)} open={open} choose={setOpen} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {open !== null && (
        <section className="panel" aria-live="polite" aria-label={t("safety.stories")} data-testid="story">
          <h2>
            {t(`safety.kind.${open.kind}`)}: {open.from}
            {open.to !== null && ` → ${open.to}`}
          </h2>
          {open.findings.length === 0 ? <Text>{t("safety.nothing")}</Text> : <Stories findings={open.findings} />}
        </section>
      )}
      {shown !== undefined && shown.route.hazards.length > 0 && (
        <section className="panel">
          <h2>{t("migration.hazardsOf", { phase: shown.name })}</h2>
          <Hazards hazards={shown.route.hazards} />
        </section>
      )}
      <EmergencySwitch name={name} text={text} now={now} report={report} />
    </Stack>
  );
}

interface MoveProps {
  readonly sign: "→" | "←";
  readonly row: SafetyRow | undefined;
  readonly open: SafetyRow | null;
  readonly choose: (row: SafetyRow) => void;
}

/** A move between two phases, and the worst that can happen. */
function Move({ sign, row, open, choose }: MoveProps): ReactNode {
  const { t } = useWords();
  if (row === undefined) return null;
  return (
    <Button
      size="compact-xs"
      variant={open === row ? "filled" : "default"}
      color={open === row ? "dark" : undefined}
      className="move"
      data-verdict={row.verdict}
      aria-pressed={open === row}
      aria-label={`${row.from} → ${row.to ?? ""}: ${t(`verdict.${row.verdict}`)}`}
      onClick={() => choose(row)}
    >
      {sign} {t(`verdict.${row.verdict}`)}
    </Button>
  );
}

function Legend(): ReactNode {
  const { t } = useWords();
  return (
    <ul className="legend" aria-label={t("legend")}>
      {(["read", "fallback", "compare", "write", "outbox", "stream"] as const).map((kind) => (
        <li key={kind}>
          <svg viewBox="0 0 34 10" width="34" height="10" aria-hidden>
            <path d="M1,5 H33" className={`arrow ${kind}`} />
          </svg>
          {t(`legend.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
