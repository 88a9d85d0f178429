import { Badge, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Route } from "cutover/full";
import { useWords } from "../i18n";
import { Hazards } from "./hazards";

/** A route in words. */
export function RouteFacts({ title, route }: { readonly title: string; readonly route: Route | undefined }): ReactNode {
  const { t } = useWords();
  const { forward, reverse } = route?.streams ?? {};
  const streams =
    forward && reverse
      ? `${t("route.forward")} ${t(`stream.${forward}`)}, ${t("route.reverse")} ${t(`stream.${reverse}`)}`
      : "–";
  return (
    <div className="panel">
      <h3>{title}</h3>
      {route === undefined ? (
        <Text c="dimmed">—</Text>
      ) : (
        <>
          <Group gap={6}>
            <Badge variant="default" className="plain">
              {route.phase ?? t("migration.noPhase")}
            </Badge>
            {route.emergency && <Badge color="red">{t("emergency")}</Badge>}
            {route.cohort && <Badge color="blue">{t("migration.cohort")}</Badge>}
          </Group>
          <dl className="facts">
            <dt>{t("route.read")}</dt>
            <dd>
              {route.read?.from ?? "–"}
              {route.read?.fallback && ` → ${route.read.fallback} (${route.read.fallback_on.join(", ")})`}
              {route.read?.compare && ` · ${t("route.compare")} ${route.read.compare.with}`}
            </dd>
            <dt>{t("route.write")}</dt>
            <dd>{route.write.map(({ to, ack }) => `${to} (${t(`ack.${ack}`)})`).join(", ") || "–"}</dd>
            <dt>{t("route.streams")}</dt>
            <dd>
              {streams}
            </dd>
          </dl>
          <Hazards hazards={route.hazards} />
        </>
      )}
    </div>
  );
}
