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
/** So many of the newest are searched. */
const SEARCHED = 5_000;

export default function Audit(): ReactNode {
  const { t, time } = useWords();
  const { client, env, live } = useSession();
  const [shown, setShown] = useState(PAGE);
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const reach = wanted === "" ? shown : Math.max(shown, SEARCHED);
  // One more than is looked at says whether there is more.
  const log = useLoaded(() => client.audit(env, reach + 1), [client, env, live?.version, reach]);
  if (log.value === undefined) return log.error ? <Failure error={log.error} /> : <Waiting />;
  const more = log.value.length > reach;
  const found = log.value.slice(0, reach).filter((entry) => JSON.stringify(entry).toLowerCase().includes(wanted));
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
            {found.map(({ seq, at, actor, action, target, reason, accepted, hash }) => (
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
        <Button variant="default" onClick={() => setShown(reach + PAGE)} disabled={!more}>
          {more ? t("audit.more") : t("audit.end")}
        </Button>
      </Group>
    </Stack>
  );
}
