/** What was measured of both arms: over time, and their difference with its interval, as the engine reports it. */

import { Badge, Group, Table, Text } from "@mantine/core";
import { useMemo } from "react";
import type { ReactNode } from "react";
import type { ArmAnswer, ArmComparison, Measure } from "cutover/full";
import { Chart } from "../charts/chart";
import { Interval } from "../charts/interval";
import { useWords } from "../i18n";
import { Heads } from "./heads";

const COLOURS: Readonly<Record<ArmAnswer, string>> = { better: "teal", worse: "red", not_yet_known: "gray" };

export function Measures({ metrics }: { readonly metrics: readonly Measure[] }): ReactNode {
  const { t } = useWords();
  const measured = metrics.filter(({ series, comparison, error }) => series.length > 0 || comparison !== null || error !== null);
  if (measured.length === 0) return null;
  return (
    <section aria-labelledby="arms">
      <h2 id="arms">{t("arms")}</h2>
      <div className="two">
        {measured.map((measure) => (
          <One key={measure.metric} measure={measure} />
        ))}
      </div>
    </section>
  );
}

function percent(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function One({ measure }: { readonly measure: Measure }): ReactNode {
  const { t } = useWords();
  const { metric, description, unit, answer, comparison, series, error, margin } = measure;
  const show = comparison === null ? plain : percent;
  const { times, lines } = useMemo(
    () => ({
      times: series.map(({ at }) => at),
      lines: [
        { label: t("arms.new"), colour: "--new", values: series.map(({ value }) => value) },
        ...(series.some(({ baseline }) => baseline !== null)
          ? [{ label: t("arms.old"), colour: "--old", values: series.map(({ baseline }) => baseline) }]
          : []),
      ],
    }),
    [series, t],
  );
  return (
    <div className="panel" data-testid="arm">
      <Group gap="xs">
        <h3>
          {metric}
          {unit !== null && <span className="count"> ({unit})</span>}
        </h3>
        {comparison !== null && <Badge color={COLOURS[answer]}>{t(`arms.${answer}`)}</Badge>}
      </Group>
      {description !== null && (
        <Text size="sm" c="dimmed">
          {description}
        </Text>
      )}
      {error !== null && (
        <Text size="sm" className="alarm">
          {error}
        </Text>
      )}
      {times.length > 1 && <Chart times={times} lines={lines} show={show} label={t("arms.chart", { metric })} height={170} />}
      {comparison !== null && <Compared metric={metric} comparison={comparison} margin={margin} />}
    </div>
  );
}

function Compared({
  metric,
  comparison,
  margin,
}: {
  readonly metric: string;
  readonly comparison: ArmComparison;
  readonly margin: number | null;
}): ReactNode {
  const { t, number } = useWords();
  const { old, new: fresh, interval, difference } = comparison;
  return (
    <>
      <Table aria-label={metric}>
        <Heads names={[t("arms.arm"), t("arms.events"), t("arms.requests"), t("arms.rate")]} />
        <Table.Tbody>
          {[
            { arm: t("arms.old"), ...old },
            { arm: t("arms.new"), ...fresh },
          ].map(({ arm, events, total, rate }) => (
            <Table.Tr key={arm}>
              <Table.Td>{arm}</Table.Td>
              <Table.Td>{number(events)}</Table.Td>
              <Table.Td>{number(total)}</Table.Td>
              <Table.Td>{rate === null ? "–" : percent(rate)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Interval
        low={interval[0]}
        high={interval[1]}
        value={difference}
        margin={margin}
        show={percent}
        label={t("arms.interval", { from: percent(interval[0]), to: percent(interval[1]) })}
      />
      <Text size="sm" c="dimmed">
        {t("arms.interval", { from: percent(interval[0]), to: percent(interval[1]) })}
      </Text>
    </>
  );
}
