/** Blast radius: whom a draft would move, of a population that is uploaded or drawn. */

import { Alert, Button, FileInput, Group, NativeSelect, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { DiffReport, Example } from "cutover/full";
import { Waiting } from "../app";
import { Flow } from "../charts/flow";
import type { Ribbon } from "../charts/flow";
import { useDraft } from "../draft";
import { about, ask } from "../engine";
import { useWords } from "../i18n";
import { Failure } from "../parts/failure";
import { Hazards, Stories } from "../parts/hazards";
import { Nothing } from "../parts/nothing";
import { draw, readLines, valuesOf } from "../population";
import type { Person } from "../population";
import { useSession } from "../session";
import { useTask } from "../task";

const SIZES = ["1000", "10000", "50000"];

interface Result {
  readonly report: DiffReport;
  readonly drawn: boolean;
}

export default function Impact(): ReactNode {
  const { t, number } = useWords();
  const { live } = useSession();
  const { working } = useDraft();
  const [size, setSize] = useState("10000");
  const [seed, setSeed] = useState(1);
  const [file, setFile] = useState<File | null>(null);
  const { busy, error, run } = useTask();
  const [refused, setRefused] = useState<readonly number[]>([]);
  const [result, setResult] = useState<Result | null>(null);
  if (live === null || live === undefined) return <Nothing />;
  if (working === undefined) return <Waiting />;

  const population = async (): Promise<readonly Person[]> => {
    if (file !== null) {
      const read = readLines(await file.text());
      setRefused(read.refused);
      return read.contexts;
    }
    setRefused([]);
    const [was, is] = await Promise.all([about(live.text), about(working.text)]);
    const explained = await Promise.all([
      ...was.flags.map((flag) => ask(live.text, "explain", flag, {})),
      ...is.flags.map((flag) => ask(working.text, "explain", flag, {})),
    ]);
    const reads = [...Object.values(was.reads), ...Object.values(is.reads)].flat();
    return draw(valuesOf([...new Set(reads)], explained), Number(size), seed);
  };
  const count = async (): Promise<void> => {
    const counted = await run(async () => {
      const people = await population();
      const report = await ask(live.text, "diff", working.text, { from: live.text, population: people });
      setResult({ report, drawn: file === null });
    });
    if (!counted) setResult(null);
  };
  return (
    <Stack>
      <Text size="sm" maw={760}>
        {t("impact.about")}
      </Text>
      <Group align="end">
        <FileInput
          label={t("impact.file")}
          placeholder={t("impact.drawn")}
          clearable
          clearButtonProps={{ "aria-label": t("impact.clear") }}
          accept=".ndjson,.jsonl,application/x-ndjson"
          value={file}
          onChange={setFile}
          w={280}
        />
        <NativeSelect
          label={t("impact.size")}
          disabled={file !== null}
          value={size}
          onChange={({ currentTarget }) => setSize(currentTarget.value)}
          data={SIZES}
        />
        <label className="field">
          <span>{t("impact.seed")}</span>
          <input
            type="number"
            min={1}
            max={999999}
            disabled={file !== null}
            value={seed}
            onChange={({ currentTarget }) => setSeed(Number(currentTarget.value) || 1)}
          />
        </label>
        <Button loading={busy} onClick={() => void count()}>
          {t("impact.count")}
        </Button>
      </Group>
      {refused.length > 0 && (
        <Alert color="orange">{t("impact.refused", { n: refused.length, lines: refused.slice(0, 8).join(", ") })}</Alert>
      )}
      <Failure error={error} />
      {result !== null && (
        <>
          <Text role="status" size="lg" fw={600}>
            {t("impact.moved", {
              moved: number(result.report.population.moved),
              of: number(result.report.population.contexts),
            })}
          </Text>
          {result.drawn && (
            <Text size="sm" c="dimmed">
              {t("impact.drawnNote")}
            </Text>
          )}
          <Report report={result.report} />
        </>
      )}
    </Stack>
  );
}

function Report({ report }: { readonly report: DiffReport }): ReactNode {
  const { t, number } = useWords();
  const total = report.population.contexts;
  const flags = report.flags.filter(({ moved, change }) => moved > 0 || (change !== "same" && change !== null));
  const migrations = report.migrations.filter(({ moves }) => moves.length > 0);
  if (flags.length === 0 && migrations.length === 0) return <Text>{t("impact.nobody")}</Text>;
  return (
    <Stack gap="lg">
      {flags.map(({ flag, moved, moves, keys, by, change }) => {
        const ribbons: Ribbon[] = moves.map(({ from, to, contexts }) => ({
          from: from ?? t("impact.default"),
          to: to ?? t("impact.default"),
          count: contexts,
        }));
        return (
          <section key={flag} className="panel" aria-label={flag}>
            <h2>
              {flag} <span className="count">{change === null ? "" : t(`change.${change}`)}</span>
            </h2>
            <Text size="sm">
              {t("impact.movedOf", { moved: number(moved), of: number(total) })}
              {keys !== null && ` · ${t("impact.keys", { n: number(keys.count), by: by.join(", ") })}`}
            </Text>
            <Flow ribbons={ribbons} same={total - moved} label={t("impact.drawing", { flag })} />
            {moves.map((move, index) => (
              <Examples
                key={index}
                title={`${move.from ?? t("impact.default")} → ${move.to ?? t("impact.default")}`}
                examples={move.examples}
              />
            ))}
          </section>
        );
      })}
      {migrations.map(({ migration, moves, moved }) => (
        <section key={migration} className="panel" aria-label={migration}>
          <h2>{migration}</h2>
          {moves.map((move, index) => (
            <div key={index}>
              <h3>
                {move.from?.phase ?? "–"} → {move.to?.phase ?? "–"}{" "}
                <span className="count">
                  {move.everybody ? t("impact.everybody") : t("impact.movedOf", { moved: number(moved), of: number(total) })}
                </span>
              </h3>
              <Hazards hazards={move.hazards} />
              {move.findings.length > 0 && (
                <details>
                  <summary>{t("safety.stories")}</summary>
                  <Stories findings={move.findings} />
                </details>
              )}
              <Examples title={t("impact.examples")} examples={move.examples} />
            </div>
          ))}
        </section>
      ))}
    </Stack>
  );
}

function Examples({ title, examples }: { readonly title: string; readonly examples: readonly Example[] }): ReactNode {
  const { t } = useWords();
  if (examples.length === 0) return null;
  return (
    <details>
      <summary>
        {t("impact.examples")}: {title}
      </summary>
      <Table>
        <Table.Tbody>
          {examples.map(({ line, context }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td>
                <code>{JSON.stringify(context)}</code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}
