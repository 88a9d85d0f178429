/** What the data of a move has to wait for. What no node and no stream tells, somebody says here. */

import { Alert, Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import type { DataGuard } from "cutover/full";
import { useWords } from "../i18n";
import { useSession } from "../session";
import { useTask } from "../task";
import { Failure } from "./failure";

/** Whom to wait for instead of a person: the control plane counts nodes, and whoever reads a stream tells how far it is. */
const TOLD_BY: Readonly<Partial<Record<DataGuard, "nodes" | "stream">>> = {
  nodes_acknowledged: "nodes",
  operations_over: "nodes",
  streams_caught_up: "stream",
};

interface Props {
  readonly plan: string;
  readonly epoch: number;
  readonly guards: readonly DataGuard[];
  readonly done: () => void;
}

export function Guards({ plan, epoch, guards, done }: Props): ReactNode {
  const { t } = useWords();
  const { client, env } = useSession();
  const { busy, error, run } = useTask();
  if (guards.length === 0) return null;
  const holds = async (guard: DataGuard): Promise<void> => {
    await client.tell(env, plan, { event: "guard", epoch, guard, holds: true });
    done();
  };
  return (
    <Alert color="orange" title={t("plan.waitsFor")}>
      <Failure error={error} />
      <ul>
        {guards.map((guard) => {
          const teller = TOLD_BY[guard];
          return (
            <li key={guard}>
              <Group gap="xs">
                {t(`guard.${guard}`)}
                {teller !== undefined && <span>({t(`guard.toldBy.${teller}`)})</span>}
                {teller === undefined && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    loading={busy}
                    aria-label={t("guard.holdsOf", { guard: t(`guard.${guard}`) })}
                    onClick={() => void run(() => holds(guard))}
                  >
                    {t("guard.holds")}
                  </Button>
                )}
              </Group>
            </li>
          );
        })}
      </ul>
    </Alert>
  );
}
