/** What the gates of a plan say, check by check. */

import { Badge, Group, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { GateReport, GateVerdict } from "cutover/full";
import { useWords } from "../i18n";
import { Scroll } from "./scroll";

const COLOURS: Readonly<Record<GateVerdict, string>> = {
  pass: "teal",
  inconclusive: "gray",
  no_data: "gray",
  stale: "orange",
  error: "orange",
  fail: "red",
};

export function GateBadge({ verdict }: { readonly verdict: GateVerdict }): ReactNode {
  const { t } = useWords();
  return <Badge color={COLOURS[verdict]}>{t(`gate.${verdict}`)}</Badge>;
}

export function Gates({ reports }: { readonly reports: readonly GateReport[] }): ReactNode {
  const { t, number, time } = useWords();
  if (reports.length === 0) return null;
  return (
    <section aria-labelledby="gates">
      <h2 id="gates">{t("gates")}</h2>
      {reports.map(({ gate, verdict, dry_run, now, checks }) => (
        <div key={gate} className="panel">
          <Group gap="xs">
            <h3>{gate}</h3>
            <GateBadge verdict={verdict} />
            {dry_run !== null && (
              <>
                <Text size="sm">{t("gate.dryRun")}</Text>
                <GateBadge verdict={dry_run} />
              </>
            )}
            <Text size="xs" c="dimmed">
              {time(now)}
            </Text>
          </Group>
          <Scroll>
            <Table aria-label={gate}>
              <Table.Tbody>
                {checks.map((check) => (
                  <Table.Tr key={check.check}>
                    <Table.Td>{check.check}</Table.Td>
                    <Table.Td>
                      <GateBadge verdict={check.verdict} />
                    </Table.Td>
                    <Table.Td>
                      {check.value === null ? "–" : number(check.value)}
                      {check.threshold !== null && (
                        <Text component="span" size="sm" c="dimmed">
                          {" "}
                          / {number(check.threshold)}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td>{check.reason}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        </div>
      ))}
    </section>
  );
}
