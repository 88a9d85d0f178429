/** The frame around every page: where one is, what there is, and in which language and light. */

import { Alert, Anchor, Badge, Button, Group, Loader, NativeSelect, Text } from "@mantine/core";
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Suspense, lazy, useEffect, useRef } from "react";
import type { ComponentType, ReactNode } from "react";
import { DraftProvider } from "./draft";
import { useWords } from "./i18n";
import type { Key, Language } from "./i18n";
import { ErrorBoundary } from "./parts/boundary";
import { Overview } from "./pages/overview";
import { SignIn } from "./pages/sign-in";
import { PAGES, addressOf, usePlace } from "./router";
import type { PageName } from "./router";
import { SessionProvider, useSession } from "./session";

// Loaded when they are looked at: the editor and the charts are most of the page.
const pages: Readonly<Record<PageName, ComponentType>> = {
  overview: Overview,
  edit: lazy(() => import("./pages/edit")),
  "what-if": lazy(() => import("./pages/what-if")),
  impact: lazy(() => import("./pages/impact")),
  migrations: lazy(() => import("./pages/migration")),
  plans: lazy(() => import("./pages/plan")),
  history: lazy(() => import("./pages/history")),
  audit: lazy(() => import("./pages/audit")),
};

const titles: Readonly<Record<PageName, Key>> = {
  overview: "nav.overview",
  edit: "nav.edit",
  "what-if": "nav.whatIf",
  impact: "nav.impact",
  migrations: "nav.migrations",
  plans: "nav.plans",
  history: "nav.history",
  audit: "nav.audit",
};

export function App(): ReactNode {
  return (
    <SessionProvider signIn={(enter) => <SignIn enter={enter} settings={<Settings />} />} waiting={<Waiting />}>
      <WithDraft />
    </SessionProvider>
  );
}

function WithDraft(): ReactNode {
  const { env } = useSession();
  return (
    <DraftProvider key={env}>
      <Frame />
    </DraftProvider>
  );
}

export function Waiting(): ReactNode {
  const { t } = useWords();
  return (
    <div className="waiting" role="status">
      <Loader size="sm" aria-hidden />
      <Text size="sm">{t("loading")}</Text>
    </div>
  );
}

/** Language and light. */
function Settings(): ReactNode {
  const { language, speak, t } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  return (
    <Group gap="xs" wrap="nowrap">
      <NativeSelect
        size="xs"
        aria-label={t("settings.language")}
        value={language}
        onChange={({ currentTarget }) => speak(currentTarget.value as Language)}
        data={[
          { value: "en", label: "English" },
          { value: "fr", label: "Français" },
        ]}
      />
      <Button size="xs" variant="default" onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}>
        {scheme === "dark" ? t("settings.light") : t("settings.dark")}
      </Button>
    </Group>
  );
}

function Frame(): ReactNode {
  const { t } = useWords();
  const { me, environments, env, live, lost, signOut } = useSession();
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const title = t(titles[place.page]);
  const seen = useRef(place.page);
  useEffect(() => {
    document.title = `${title} · ${env} · Cutover`;
    // Whoever follows a link with the keyboard goes on where the new page begins.
    if (seen.current !== place.page) main.current?.focus();
    seen.current = place.page;
  }, [title, env, place.page]);
  const Page = pages[place.page];
  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {t("nav.skip")}
      </a>
      <header className="top">
        <Anchor href={addressOf(env, "overview")} className="brand" underline="never">
          <img src="./icon.svg" alt="" width="22" height="22" />
          Cutover
        </Anchor>
        <NativeSelect
          size="xs"
          aria-label={t("environment")}
          value={env}
          onChange={({ currentTarget }) => location.assign(addressOf(currentTarget.value, place.page))}
          data={environments.map(({ name }) => name)}
        />
        <Badge variant="default" className="plain" data-testid="version">
          {live ? t("version.n", { n: live.version }) : t("version.none")}
        </Badge>
        <span className="grow" />
        {me !== null && (
          <Text size="sm" c="dimmed">
            {me.name} · {t(`role.${me.role}`)}
          </Text>
        )}
        <Settings />
        <Button size="xs" variant="subtle" onClick={signOut}>
          {t("signOut")}
        </Button>
      </header>
      <nav className="side" aria-label={t("nav.label")}>
        {PAGES.map((page) => (
          <a key={page} href={addressOf(env, page)} aria-current={page === place.page ? "page" : undefined}>
            {t(titles[page])}
          </a>
        ))}
      </nav>
      <main className="main" ref={main} tabIndex={-1} id="main">
        <h1>{title}</h1>
        {lost !== null && (
          <Alert color="orange" title={t("lost.title")} mb="md">
            {t("lost.text")} {lost}
          </Alert>
        )}
        <ErrorBoundary key={`${env}/${place.page}`} title={t("failed")}>
          <Suspense fallback={<Waiting />}>{live === undefined ? <Waiting /> : <Page key={env} />}</Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}
