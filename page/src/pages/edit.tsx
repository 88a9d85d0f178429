/** A draft: edited, checked by the engine while it is typed, kept, and published. */

import { Alert, Badge, Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Suspense, lazy, useCallback, useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { Diagnostic } from "cutover/full";
import { Waiting } from "../app";
import { readable } from "../document";
import { useDraft } from "../draft";
import type { Working } from "../draft";
import type { EditorHandle } from "../editor/editor";
import { check } from "../engine";
import { useWords } from "../i18n";
import { Diagnostics } from "../parts/diagnostics";
import { Failure } from "../parts/failure";
import { Publish } from "../parts/publish";
import { usePlace } from "../router";
import { useSession } from "../session";

const Editor = lazy(() => import("../editor/editor"));
const Difference = lazy(() => import("../editor/difference"));

/** How long somebody has stopped typing before the engine is asked, in milliseconds. */
const QUIET_MS = 250;

export default function Edit(): ReactNode {
  const { working } = useDraft();
  return working === undefined ? <Waiting /> : <Editing key={working.name} working={working} />;
}

function Editing({ working }: { readonly working: Working }): ReactNode {
  const { t } = useWords();
  const { live } = useSession();
  const place = usePlace();
  const { drafts, write, open, save, drop, restart } = useDraft();
  const editor = useRef<EditorHandle>(null);
  const [diagnostics, setDiagnostics] = useState<readonly Diagnostic[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [compared, setCompared] = useState(false);
  const [quiet] = useDebouncedValue(working.text, QUIET_MS);
  useEffect(() => {
    let current = true;
    check(quiet).then(
      (found) => current && setDiagnostics(found),
      (problem: Error) => current && setError(problem),
    );
    return () => {
      current = false;
    };
  }, [quiet]);
  const attempt = useCallback((what: () => Promise<void>) => {
    setError(null);
    what().catch(setError);
  }, []);
  const errors = diagnostics?.filter(({ severity }) => severity === "error").length ?? 0;
  const stale = live !== null && live !== undefined && working.base !== live.version;
  const dirty = working.text !== working.saved || working.revision === 0;
  return (
    <Stack>
      <Group align="end">
        <NativeSelect
          label={t("edit.draft")}
          value={working.name}
          onChange={({ currentTarget }) => open(currentTarget.value)}
          data={[...new Set([...drafts.map(({ name }) => name), working.name, freeName(drafts.map(({ name }) => name))])]}
        />
        <Badge variant="default" className="plain">
          {t("edit.base", { n: working.base })}
        </Badge>
        <Badge color={dirty ? "gray" : "teal"}>{dirty ? t("edit.unsaved") : t("edit.saved")}</Badge>
        <span className="grow" />
        <Button
          variant="default"
          onClick={() => setCompared((now) => !now)}
          aria-pressed={compared}
          title={t("edit.compareAbout")}
        >
          {t("edit.compare")}
        </Button>
        <Button variant="default" onClick={restart} title={t("edit.startOverAbout")}>
          {t("edit.startOver")}
        </Button>
        {working.revision > 0 && (
          <Button variant="default" color="red" onClick={() => attempt(drop)} title={t("edit.dropAbout")}>
            {t("edit.drop")}
          </Button>
        )}
        <Button variant="default" disabled={!dirty} onClick={() => attempt(save)} title={t("edit.saveAbout")}>
          {t("edit.save")}
        </Button>
        <Button data-testid="publish" disabled={diagnostics === null || errors > 0} onClick={() => setPublishing(true)}>
          {t("edit.publish")}
        </Button>
      </Group>
      {stale && (
        <Alert color="orange" title={t("edit.staleTitle")}>
          {t("edit.stale", { base: working.base, live: live.version })}
        </Alert>
      )}
      <Failure error={error} />
      <Suspense fallback={<Waiting />}>
        {compared && live ? (
          <Difference from={readable(live.text)} to={working.text} label={t("edit.compare")} />
        ) : (
          <Editor
            handle={editor}
            text={working.text}
            turn={working.turn}
            find={place.query.get("find")}
            label={t("edit.editor")}
            diagnostics={diagnostics ?? []}
            change={write}
          />
        )}
      </Suspense>
      <section aria-live="polite" aria-label={t("edit.problems")}>
        {diagnostics !== null && diagnostics.length === 0 && (
          <Text size="sm" c="teal">
            {t("edit.fine")}
          </Text>
        )}
        {diagnostics !== null && diagnostics.length > 0 && (
          <Diagnostics diagnostics={diagnostics} go={(one) => editor.current?.go(one)} />
        )}
      </section>
      {publishing && <Publish text={working.text} origin={{ is: "draft", draft: working }} close={() => setPublishing(false)} />}
    </Stack>
  );
}

/** A name that no draft has. */
function freeName(names: readonly string[]): string {
  for (let n = names.length + 1; ; n += 1) {
    const name = `draft-${n}`;
    if (!names.includes(name)) return name;
  }
}
