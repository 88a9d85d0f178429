/** How a decision came about, step by step, as the engine tells it. */

import { Badge, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Step, Truth } from "cutover/full";
import { useWords } from "../i18n";

const COLOURS: Readonly<Record<Truth, string>> = { true: "teal", false: "gray", unknown: "orange" };

export function Steps({ steps }: { readonly steps: readonly Step[] }): ReactNode {
  const { t } = useWords();
  if (steps.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("steps.none")}
      </Text>
    );
  }
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        <li key={index} data-depth={Math.min(step.depth, 4)} data-step={step.step}>
          <Said step={step} />
          {"result" in step && (
            <Badge size="sm" color={COLOURS[step.result]}>
              {t(`truth.${step.result}`)}
            </Badge>
          )}
        </li>
      ))}
    </ol>
  );
}

function Said({ step }: { readonly step: Step }): ReactNode {
  const { t, share } = useWords();
  const json = (value: unknown): string => JSON.stringify(value);
  switch (step.step) {
    case "condition":
      return (
        <span>
          <code>{step.attribute}</code> {step.operator} <code>{json(step.expected)}</code> · {t("steps.found")}{" "}
          <code>{json(step.found)}</code>
        </span>
      );
    case "bucket":
      return (
        <span>
          {t("steps.bucketOf")} <code>{step.by}</code> = <code>{json(step.unit)}</code> · <code>{step.hash}</code>{" "}
          {step.bucket === null ? "–" : step.bucket} ∈ <code>{json(step.ranges)}</code> / {step.buckets}
        </span>
      );
    case "segment":
      return (
        <span>
          {t("steps.segment")} <code>{step.segment}</code>
        </span>
      );
    case "time":
      return (
        <span>
          {t("steps.time")} <code>{step.timezone}</code>
        </span>
      );
    case "flag":
      return (
        <span>
          {t("flag")} <code>{step.flag}</code> {json(step.expected)} · {t("steps.found")} <code>{json(step.found)}</code>
        </span>
      );
    case "rule":
      return <strong>{t("steps.rule", { n: step.rule + 1 })}</strong>;
    case "share":
      return (
        <span className="bucket">
          {t("steps.share", { share: share(step.share_ppm) })} <code>{step.by}</code>
          {step.unit !== null && (
            <>
              {" = "}
              <code>{json(step.unit)}</code>
            </>
          )}{" "}
          <Badge size="sm" color={step.inside ? "teal" : "gray"}>
            {step.inside ? t("steps.inside") : t("steps.outside")}
          </Badge>
          <Bucket bucket={step.bucket} boundary={step.boundary} buckets={step.buckets} />
        </span>
      );
    case "split":
      return (
        <span className="bucket">
          {t("steps.split")} <code>{step.by}</code> = <code>{json(step.unit)}</code>
          <Bucket bucket={step.bucket} boundary={step.boundary} buckets={step.buckets} />
        </span>
      );
    case "no_unit":
      return (
        <span>
          {t("steps.noUnit")} <code>{step.by}</code> · {step.error}
        </span>
      );
  }
}

interface BucketProps {
  readonly bucket: number | null;
  readonly boundary: number | null;
  readonly buckets: number | null;
}

/** Where a unit lies among all buckets, and where the share ends. */
function Bucket({ bucket, boundary, buckets }: BucketProps): ReactNode {
  const { t } = useWords();
  if (bucket === null || boundary === null || buckets === null) return null;
  const at = (value: number): number => (value / buckets) * 200;
  return (
    <svg className="bucket-line" viewBox="-4 0 208 14" role="img" aria-label={t("steps.bucket", { bucket, boundary, buckets })}>
      <rect x="0" y="4" width="200" height="6" rx="3" className="outside" />
      <rect x="0" y="4" width={at(boundary)} height="6" rx="3" className="inside" />
      <circle cx={at(bucket)} cy="7" r="4" className="unit" />
    </svg>
  );
}
