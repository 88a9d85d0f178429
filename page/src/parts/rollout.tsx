/** The share over time, as a plan's log says it. */

import { useMemo } from "react";
import type { ReactNode } from "react";
import type { PlanRecord } from "cutover/full";
import { Chart } from "../charts/chart";
import { useWords } from "../i18n";

const PERCENT = 10_000;
const WHOLE = [0, 105] as const;

interface Props {
  readonly log: readonly PlanRecord[];
  /** Whether times are counted from the beginning, as in a simulation. */
  readonly relative?: boolean;
}

export function Rollout({ log, relative = false }: Props): ReactNode {
  const { t, span } = useWords();
  const { times, lines } = useMemo(() => {
    // The last of what happened in one instant is what stands.
    const at = new Map(log.map(({ time, millionths }) => [time, millionths / PERCENT]));
    const ordered = [...at].toSorted(([a], [b]) => a - b);
    return {
      times: ordered.map(([time]) => time),
      lines: [{ label: t("plan.share"), colour: "--new", stepped: true, values: ordered.map(([, value]) => value) }],
    };
  }, [log, t]);
  if (times.length < 2) return null;
  return <Chart times={times} lines={lines} range={WHOLE} show={percent} label={t("plan.chart")} {...(relative ? { when: span } : {})} />;
}

function percent(value: number): string {
  return `${value} %`;
}
