/** Every version that was published: by whom, why, what it changed, and the way back to it. */

import { Badge, Button, Group, Stack, Table, Text } from "@mantine/core";
import { Suspense, lazy, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { Waiting } from "../app";
import { readable } from "../document";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";
import { Failure } from "../parts/failure";
import { Publish } from "../parts/publish";
import type { Origin } from "../parts/publish";
import { addressOf, usePlace } from "../router";
import { useSession } from "../session";
import { Heads } from "../parts/heads";
import { Scroll } from "../parts/scroll";

const Difference = lazy(() => import("../editor/difference"));

export default function History(): ReactNode {
  const { t, time } = useWords();
  const { client, env, environments, live } = useSession();
  const [shown, setShown] = useState<number | null>(null);
  const [back, setBack] = useState<{ text: string; origin: Origin } | null>(null);
  const versions = useLoaded(() => client.versions(env), [client, env, live?.version]);
  const [error, setError] = useState<Error | null>(null);
  // Somebody comes from an environment before this one, with a version to be taken over.
  const place = usePlace();
  const [from, taken] = [place.query.get("from"), Number(place.query.get("version"))];
  useEffect(() => {
    if (from === null) return;
    client
      .version(from, taken)
      .then(({ body }) => setBack({ text: body, origin: { is: "elsewhere", from, version: taken } }), setError);
  }, [client, from, taken]);
  const close = (): void => {
    setBack(null);
    if (from !== null) location.replace(addressOf(env, "history"));
  };
  const next = environments[environments.findIndex(({ name }) => name === env) + 1];
  if (versions.value === undefined) return versions.error ? <Failure error={versions.error} /> : <Waiting />;
  return (
    <Stack>
      <Failure error={error} />
      <Scroll>
        <Table aria-label={t("nav.history")}>
          <Heads
            names={[t("history.version"), t("history.when"), t("history.who"), t("history.why"), t("history.accepted")]}
            unseen={t("history.actions")}
          />
          <Table.Tbody>
            {versions.value.map(({ version, published_at, actor, reason, accepted, kind }) => (
              <Table.Tr key={version}>
                <Table.Td>
                  <Group gap={6} wrap="nowrap">
                    {version}
                    {version === live?.version && <Badge color="teal">{t("live")}</Badge>}
                    {kind !== "publish" && (
                      <Badge variant="default" className="plain">
                        {kind}
                      </Badge>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td>{time(published_at)}</Table.Td>
                <Table.Td>{actor}</Table.Td>
                <Table.Td>{reason}</Table.Td>
                <Table.Td>
                  {accepted.map((code) => (
                    <Badge key={code} color="orange" mr={4}>
                      {code}
                    </Badge>
                  ))}
                </Table.Td>
                <Table.Td>
                  <Group gap={6} wrap="nowrap" justify="end">
                    <Button
                      size="xs"
                      variant="default"
                      aria-expanded={shown === version}
                      aria-label={t("history.showOf", { n: version })}
                      onClick={() => setShown(shown === version ? null : version)}
                    >
                      {t("history.show")}
                    </Button>
                    {version === live?.version && next !== undefined && (
                      <Button
                        size="xs"
                        variant="default"
                        component="a"
                        href={addressOf(next.name, "history", null, { from: env, version: String(version) })}
                      >
                        {t("history.promote", { env: next.name })}
                      </Button>
                    )}
                    {version !== live?.version && (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={t("history.backTo", { n: version })}
                        onClick={() =>
                          client
                            .version(env, version)
                            .then(({ body }) => setBack({ text: body, origin: { is: "version", version } }), setError)
                        }
                      >
                        {t("history.back")}
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      {shown !== null && <Change version={shown} before={versions.value.find((one) => one.version < shown)?.version} />}
      {back !== null && <Publish text={back.text} origin={back.origin} close={close} />}
    </Stack>
  );
}

/** What a version changed. */
function Change({ version, before }: { readonly version: number; readonly before: number | undefined }): ReactNode {
  const { t } = useWords();
  const { client, env } = useSession();
  const texts = useLoaded(async () => {
    const [from, to] = await Promise.all([
      before === undefined ? null : client.version(env, before),
      client.version(env, version),
    ]);
    return { from: from === null ? "" : readable(from.body), to: readable(to.body) };
  }, [client, env, version, before]);
  return (
    <section aria-label={t("history.showOf", { n: version })}>
      <h2>{t("history.changes", { n: version })}</h2>
      <Failure error={texts.error} />
      {texts.value?.from === texts.value?.to && texts.value !== undefined && <Text size="sm">{t("history.same")}</Text>}
      {texts.value !== undefined && (
        <Suspense fallback={<Waiting />}>
          <Difference from={texts.value.from} to={texts.value.to} label={t("history.changes", { n: version })} />
        </Suspense>
      )}
    </section>
  );
}
