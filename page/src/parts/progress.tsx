/** Where a plan is among its steps, how long it has been watched there, and what the engine recommends. */

import { Alert, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { PlanReport } from "cutover/full";
import { useWords } from "../i18n";

const COLOURS: Readonly<Record<PlanReport["recommendation"]["advice"], string>> = {
  advance: "teal",
  hold: "gray",
  roll_back: "red",
  nothing: "gray",
};

export function Progress({ report }: { readonly report: PlanReport }): ReactNode {
  const { t, span } = useWords();
  const { step, recommendation, triggers, warnings } = report;
  const { number, of, to, next, baked_ms, bake_ms, acknowledged } = step;
  return (
    <section className="panel" aria-label={t("plan.progress")}>
      <ol className="progress" aria-label={t("plan.progress")}>
        {Array.from({ length: of }, (_, index) => (
          <li
            key={index}
            data-state={index + 1 < number ? "past" : index + 1 === number ? "now" : "ahead"}
            aria-current={index + 1 === number ? "step" : undefined}
          >
            {index + 1}
          </li>
        ))}
      </ol>
      <Group gap="lg">
        <Text size="sm">
          {t("plan.reaches", { to })}
          {next !== null && ` · ${t("plan.next", { to: next })}`}
        </Text>
        <Text size="sm">{acknowledged ? t("plan.acknowledged") : t("plan.notAcknowledged")}</Text>
        {bake_ms > 0 && (
          <label className="bake">
            {t("plan.baked", { done: span(baked_ms), of: span(bake_ms) })}
            <progress value={Math.min(baked_ms, bake_ms)} max={bake_ms} />
          </label>
        )}
      </Group>
      <Alert mt="sm" color={COLOURS[recommendation.advice]} title={t(`advice.${recommendation.advice}`)}>
        {recommendation.summary}
        {recommendation.why.length > 0 && (
          <ul>
            {recommendation.why.map((why) => (
              <li key={why}>{why}</li>
            ))}
          </ul>
        )}
      </Alert>
      {triggers
        .filter(({ firing }) => firing)
        .map(({ name, fired }) => (
          <Alert key={name} mt="sm" color="red" title={fired ? t("trigger.fired", { name }) : t("trigger.firing", { name })} />
        ))}
      {warnings.map((warning) => (
        <Text key={warning} size="sm" c="orange" mt="xs">
          {warning}
        </Text>
      ))}
    </section>
  );
}
