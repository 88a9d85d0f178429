/** The way in: an API key, kept for as long as the tab is open. */

import { Alert, Button, Group, Paper, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { FormEvent, ReactNode } from "react";
import { Problem, signsInElsewhere } from "../api/client";
import { useWords } from "../i18n";
import { useLoaded } from "../loaded";

interface Props {
  readonly enter: (key: string) => Promise<void>;
  readonly settings: ReactNode;
}

export function SignIn({ enter, settings }: Props): ReactNode {
  const { t } = useWords();
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const elsewhere = useLoaded(signsInElsewhere, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    enter(key.trim()).catch((problem: unknown) => {
      setBusy(false);
      const refused = problem instanceof Problem && (problem.status === 401 || problem.status === 403);
      setError(refused ? t("signIn.refused") : `${t("signIn.failed")} ${String((problem as Error).message)}`);
    });
  };
  return (
    <main className="sign-in">
      <Paper shadow="sm" p="xl" withBorder component="form" onSubmit={submit}>
        <Stack>
          <Group justify="space-between">
            <h1 className="brand">
              <img src="./icon.svg" alt="" width="28" height="28" />
              Cutover
            </h1>
            {settings}
          </Group>
          <Text size="sm">{t("signIn.about")}</Text>
          <PasswordInput
            label={t("signIn.key")}
            description={t("signIn.kept")}
            autoComplete="off"
            required
            value={key}
            onChange={({ currentTarget }) => setKey(currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("signIn.show") }}
          />
          {error !== null && (
            <Alert color="red" role="alert">
              {error}
            </Alert>
          )}
          <Button type="submit" loading={busy}>
            {t("signIn.enter")}
          </Button>
          {elsewhere.value === true && (
            <Button component="a" href="/auth/login" variant="default">
              {t("signIn.elsewhere")}
            </Button>
          )}
        </Stack>
      </Paper>
    </main>
  );
}
