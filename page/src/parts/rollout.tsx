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
  const { times, lines, shares } = useMemo(() => {
    // A plan whose steps are phases or segments reaches no share.
    const shares = log.some(({ millionths }) => millionths > 0);
    // The last of what happened in one instant is what stands.
    const at = new Map(log.map(({ time, millionths, step }) => [time, shares ? millionths / PERCENT : step + 1]));
    const ordered = [...at].toSorted(([a], [b]) => a - b);
    return {
      shares,
      times: ordered.map(([time]) => time),
      lines: [
        {
          label: shares ? t("plan.share") : t("plan.step"),
          colour: "--new",
          stepped: true,
          values: ordered.map(([, value]) => value),
        },
      ],
    };
  }, [log, t]);
  if (times.length < 2) return null;
  return (
    <Chart
      times={times}
      lines={lines}
      {...(shares ? { range: WHOLE, show: percent } : { show: String })}
      label={t("plan.chart")}
      {...(relative ? { when: span } : {})}
    />
  );
}

/** Whom a line of the log says is reached: a share, or the last of the segments or phases. */
export function reachOf(
  { millionths, segments }: PlanRecord & { readonly segments?: readonly string[] },
  share: (millionths: number) => string,
): string {
  const last = segments?.at(-1);
  return millionths === 0 && last !== undefined ? last : share(millionths);
}

function percent(value: number): string {
  return `${value} %`;
}
