/** Who did what, when and why, and which hazards they accepted. */

import { Badge, Button, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import { Waiting } from "../app";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { Failure } from "../parts/failure";
import { useSession } from "../session";
import { Heads } from "../parts/heads";
import { Scroll } from "../parts/scroll";

/** How many entries are shown at a time. */
const PAGE = 100;

export default function Audit(): ReactNode {
  const { t, time } = useWords();
  const { client, env, live } = useSession();
  const [shown, setShown] = useState(PAGE);
  const [search, setSearch] = useState("");
  const log = useLoaded(() => client.audit(env), [client, env, live?.version]);
  if (log.value === undefined) return log.error ? <Failure error={log.error} /> : <Waiting />;
  const wanted = search.trim().toLowerCase();
  const found = log.value.filter((entry) => JSON.stringify(entry).toLowerCase().includes(wanted));
  return (
    <Stack>
      <TextInput
        type="search"
        label={t("audit.search")}
        maw={420}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <Scroll>
        <Table aria-label={t("nav.audit")}>
          <Heads
            names={[
              "#",
              t("history.when"),
              t("history.who"),
              t("audit.what"),
              t("history.why"),
              t("history.accepted"),
              t("audit.hash"),
            ]}
          />
          <Table.Tbody>
            {found.slice(0, shown).map(({ seq, at, actor, action, target, reason, accepted, hash }) => (
              <Table.Tr key={seq}>
                <Table.Td>{seq}</Table.Td>
                <Table.Td>{time(at)}</Table.Td>
                <Table.Td>{actor}</Table.Td>
                <Table.Td>
                  <strong>{action}</strong> {target}
                </Table.Td>
                <Table.Td>{reason}</Table.Td>
                <Table.Td>
                  {accepted.map((code) => (
                    <Badge key={code} color="orange" mr={4}>
                      {code}
                    </Badge>
                  ))}
                </Table.Td>
                <Table.Td>
                  <Text size="xs" c="dimmed" ff="monospace" title={hash}>
                    {hash.slice(0, 12)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      <Group>
        <Button variant="default" onClick={() => setShown((now) => now + PAGE)} disabled={shown >= found.length}>
          {shown >= found.length ? t("audit.end") : t("audit.more")}
        </Button>
      </Group>
    </Stack>
  );
}
