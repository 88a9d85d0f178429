/** A rollout before it is begun: the engine follows the plan under a scenario. */

import { Badge, Button, Group, NativeSelect, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import type { PlanSimulation } from "cutover/full";
import { ask } from "../engine";
import { useWords } from "../i18n";
import { useTask } from "../task";
import { Failure } from "./failure";
import { reasonOf } from "./reasons";
import { Rollout, reachOf } from "./rollout";

const SCENARIOS = ["healthy", "harmful", "harmful@1", "harmful@2", "no_data", "errors", "srm", "inconclusive"];

export function Simulation({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  const { t, span, share, number } = useWords();
  const [scenario, setScenario] = useState("healthy");
  const [seed, setSeed] = useState(1);
  const task = useTask();
  const [result, setResult] = useState<PlanSimulation | null>(null);
  const run = async (): Promise<void> => {
    const simulated = await task.run(async () => setResult(await ask(text, "simulate", name, { scenario, seed })));
    if (!simulated) setResult(null);
  };
  return (
    <Stack>
      <Text size="sm" maw={760}>
        {t("simulate.about")}
      </Text>
      <Group align="end">
        <NativeSelect
          label={t("simulate.scenario")}
          value={scenario}
          onChange={({ currentTarget }) => setScenario(currentTarget.value)}
          data={SCENARIOS}
        />
        <label className="field">
          <span>{t("impact.seed")}</span>
          <input
            type="number"
            min={1}
            max={999999}
            value={seed}
            onChange={({ currentTarget }) => setSeed(Number(currentTarget.value) || 1)}
          />
        </label>
        <Button loading={task.busy} onClick={() => void run()}>
          {t("simulate.run")}
        </Button>
      </Group>
      <Failure error={task.error} />
      {result !== null && (
        <>
          <Group role="status">
            <Badge size="lg" color={result.state.stage === "rolled_back" ? "red" : "teal"} data-testid="simulated">
              {t(`stage.${result.state.stage}`)}
            </Badge>
            <Text>
              {t("simulate.ended", { share: share(result.state.millionths), time: span(result.ended), ticks: result.ticks })}
            </Text>
          </Group>
          <Rollout log={result.log} relative />
          {result.risks.length > 0 && (
            <section aria-labelledby="risks">
              <h2 id="risks">{t("simulate.risks")}</h2>
              <Table aria-labelledby="risks">
                <Table.Tbody>
                  {result.risks.map((risk) => (
                    <Table.Tr key={`${risk.gate}/${risk.check}`}>
                      <Table.Td>
                        {risk.gate} · {risk.check}
                      </Table.Td>
                      <Table.Td>
                        {t("simulate.risk", {
                          rate: number(risk.rate),
                          threshold: number(risk.threshold),
                          plan: share(Math.round(risk.plan * 1e6)),
                        })}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </section>
          )}
          <details>
            <summary>{t("plan.log")}</summary>
            <Table aria-label={t("plan.log")}>
              <Table.Tbody>
                {result.log.map((one) => (
                  <Table.Tr key={one.seq}>
                    <Table.Td>{span(one.time)}</Table.Td>
                    <Table.Td>{t(`stage.${one.to}`)}</Table.Td>
                    <Table.Td>{reachOf(one, share)}</Table.Td>
                    <Table.Td>{reasonOf(t, one.reason)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </details>
        </>
      )}
    </Stack>
  );
}
