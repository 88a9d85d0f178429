/** What is live: flags, migrations and plans, with a search over all of it. */

import { Anchor, Badge, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { Route } from "cutover/full";
import { documentOf, entriesOf, textOf } from "../document";
import { about, ask } from "../engine";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { Nothing } from "../parts/nothing";
import { Failure } from "../parts/failure";
import { Heads } from "../parts/heads";
import { addressOf } from "../router";
import { Proposals } from "../parts/proposals";
import { useSession } from "../session";
import { Scroll } from "../parts/scroll";

export function Overview(): ReactNode {
  const { t } = useWords();
  const { env, live } = useSession();
  const text = live?.text ?? "";
  const [search, setSearch] = useState("");
  const document = useMemo(() => documentOf(text), [text]);
  const loaded = useLoaded(async () => {
    if (text === "") return null;
    const told = await about(text);
    const routes = await Promise.all(told.migrations.map((name) => ask(text, "route", name, {})));
    return { told, routes: new Map(told.migrations.map((name, index) => [name, routes[index]] as const)) };
  }, [text]);
  if (live === null) return <Nothing />;
  const wanted = search.trim().toLowerCase();
  const found = (...texts: string[]): boolean => texts.some((one) => one.toLowerCase().includes(wanted));
  const flags = entriesOf(document, "flags").filter(([name, flag]) =>
    found(name, textOf(flag, "owner"), textOf(flag, "description")),
  );
  const migrations = entriesOf(document, "migrations").filter(([name, one]) =>
    found(name, textOf(one, "owner"), textOf(one, "description"), textOf(one, "old"), textOf(one, "new")),
  );
  const plans = entriesOf(document, "plans").filter(([name, plan]) => found(name, movedBy(plan), textOf(plan, "owner")));
  return (
    <Stack gap="lg">
      <TextInput
        type="search"
        label={t("overview.search")}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        maw={520}
      />
      <Failure error={loaded.error} />
      <Proposals />
      <section aria-labelledby="flags">
        <Heading id="flags" title={t("flags")} count={flags.length} />
        <Scroll>
          <Table aria-labelledby="flags">
            <Heads names={[t("name"), t("about"), t("owner"), t("overview.reads"), t("overview.state")]} />
            <Table.Tbody>
              {flags.map(([name, flag]) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Name name={name} href={addressOf(env, "what-if", null, { flag: name })} />
                  </Table.Td>
                  <Table.Td>{textOf(flag, "description")}</Table.Td>
                  <Table.Td>{textOf(flag, "owner")}</Table.Td>
                  <Table.Td>
                    <Text size="sm" c="dimmed">
                      {loaded.value?.told.reads[name]?.join(", ")}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {flag["enabled"] === false ? (
                      <Badge color="gray">{t("flag.disabled")}</Badge>
                    ) : (
                      <Badge color="teal">{t("flag.enabled")}</Badge>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      </section>
      <section aria-labelledby="migrations">
        <Heading id="migrations" title={t("migrations")} count={migrations.length} />
        <Scroll>
          <Table aria-labelledby="migrations">
            <Heads names={[t("name"), t("about"), t("migration.move"), t("migration.phase"), t("hazards")]} />
            <Table.Tbody>
              {migrations.map(([name, one]) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Name name={name} href={addressOf(env, "migrations", name)} />
                  </Table.Td>
                  <Table.Td>{textOf(one, "description")}</Table.Td>
                  <Table.Td>
                    {textOf(one, "old")} → {textOf(one, "new")}
                  </Table.Td>
                  <Table.Td>
                    <Standing route={loaded.value?.routes.get(name)} />
                  </Table.Td>
                  <Table.Td>
                    <Group gap={4}>
                      {loaded.value?.routes.get(name)?.hazards.map((hazard) => (
                        <Badge
                          key={hazard.code + hazard.message}
                          color={hazard.severity === "error" ? "red" : "orange"}
                          title={hazard.message}
                        >
                          {t(`hazard.${hazard.code}`)}
                        </Badge>
                      ))}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      </section>
      <section aria-labelledby="plans">
        <Heading id="plans" title={t("plans")} count={plans.length} />
        <Scroll>
          <Table aria-labelledby="plans">
            <Heads names={[t("name"), t("about"), t("plan.flag"), t("owner")]} />
            <Table.Tbody>
              {plans.map(([name, plan]) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Name name={name} href={addressOf(env, "plans", name)} />
                  </Table.Td>
                  <Table.Td>{textOf(plan, "description")}</Table.Td>
                  <Table.Td>{movedBy(plan)}</Table.Td>
                  <Table.Td>{textOf(plan, "owner")}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
      </section>
    </Stack>
  );
}

/** The flag or the migration that a plan moves. */
function movedBy(plan: Parameters<typeof textOf>[0]): string {
  return textOf(plan, "flag") || textOf(plan, "migration");
}

/** A name that leads to its view, with the way to its place in the editor. */
function Name({ name, href }: { readonly name: string; readonly href: string }): ReactNode {
  const { t } = useWords();
  const { env } = useSession();
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Anchor href={href}>{name}</Anchor>
      <Anchor size="xs" href={addressOf(env, "edit", null, { find: name })} aria-label={t("edit.of", { name })}>
        {t("nav.edit")}
      </Anchor>
    </Group>
  );
}

function Heading({ id, title, count }: { readonly id: string; readonly title: string; readonly count: number }): ReactNode {
  return (
    <h2 id={id}>
      {title} <span className="count">{count}</span>
    </h2>
  );
}

function Standing({ route }: { readonly route: Route | undefined }): ReactNode {
  const { t } = useWords();
  if (route === undefined) return null;
  return (
    <Group gap={6}>
      <Badge variant="default" className="plain">
        {route.phase ?? t("migration.noPhase")}
      </Badge>
      {route.emergency && <Badge color="red">{t("emergency")}</Badge>}
    </Group>
  );
}
