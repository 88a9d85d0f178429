/** The draft that somebody works on: one for the whole page, so that what is typed is what is tried and counted. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { Client } from "./api/client";
import type { Draft, Live } from "./api/types";
import { readable } from "./document";
import { useSession } from "./session";

export interface Working {
  readonly name: string;
  readonly text: string;
  /** The version that it was begun from. */
  readonly base: number;
  /** What the control plane has of it; 0 where it has nothing. */
  readonly revision: number;
  /** What the control plane has kept. */
  readonly saved: string;
  /** Changes where another text took the place of what was typed. */
  readonly turn: number;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  /** Undefined while it is not known. */
  readonly working: Working | undefined;
  readonly write: (text: string) => void;
  /** Goes on with a draft of that name, or begins it from what is live. */
  readonly open: (name: string) => void;
  readonly save: () => Promise<void>;
  /** Throws the draft away, and begins again from what is live. */
  readonly drop: () => Promise<void>;
  /** Begins again from what is live. */
  readonly restart: () => void;
  /** What became of the draft once it was published. */
  readonly published: () => void;
}

const Context = createContext<Drafts | null>(null);
const FIRST_NAME = "draft";

export function useDraft(): Drafts {
  const drafts = useContext(Context);
  if (drafts === null) throw new Error("there is no DraftProvider around this");
  return drafts;
}

/** What a new draft begins as. */
interface Origin {
  readonly text: string;
  readonly version: number;
}

const NOTHING: Origin = { text: "cutover: 1\n", version: 0 };

/** What is live, as somebody wrote it: with its comments, and in YAML where it was YAML. */
async function originOf(client: Client, live: Live | null): Promise<Origin> {
  if (live === null) return NOTHING;
  const { version } = live;
  try {
    const { source } = await client.version(live.env, version);
    return { text: readable(source), version };
  } catch {
    // What services get says the same.
    return { text: readable(live.text), version };
  }
}

function workingOn({ name, text, base, revision }: Draft): Working {
  return { name, text, base, revision, saved: text, turn: nextTurn() };
}

let turns = 0;

function nextTurn(): number {
  turns += 1;
  return turns;
}

export function DraftProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { client, env, live } = useSession();
  const [drafts, setDrafts] = useState<readonly Draft[]>([]);
  const [working, setWorking] = useState<Working>();
  const [origin, setOrigin] = useState<Origin>();
  useEffect(() => {
    if (live === undefined) return;
    let current = true;
    void originOf(client, live).then((found) => current && setOrigin(found));
    return () => {
      current = false;
    };
  }, [client, live]);
  const fresh = useCallback(
    (name: string): Working => {
      const { text, version } = origin ?? NOTHING;
      return { name, text, base: version, revision: 0, saved: text, turn: nextTurn() };
    },
    [origin],
  );
  const known = origin !== undefined;
  useEffect(() => {
    if (!known) return;
    let current = true;
    const take = (found: readonly Draft[]): void => {
      if (!current) return;
      setDrafts(found);
      const newest = found.toSorted((a, b) => b.updated_at - a.updated_at)[0];
      setWorking((now) => now ?? (newest === undefined ? fresh(FIRST_NAME) : workingOn(newest)));
    };
    // Whoever may not see drafts can still try one of their own.
    client.drafts(env).then(take, () => take([]));
    return () => {
      current = false;
    };
    // Once for each environment: news of what is live leave the draft alone.
  }, [client, env, known]);
  // A draft that nobody touched follows what is live.
  useEffect(() => {
    if (!known) return;
    setWorking((now) =>
      now && now.revision === 0 && now.text === now.saved && now.base !== origin?.version ? fresh(now.name) : now,
    );
  }, [fresh, known, origin]);

  const write = useCallback((text: string) => setWorking((now) => now && { ...now, text }), []);
  const restart = useCallback(() => {
    const { text, version } = origin ?? NOTHING;
    setWorking((now) => now && { ...now, text, base: version, turn: nextTurn() });
  }, [origin]);
  const published = useCallback(() => {
    setDrafts((all) => all.filter(({ name }) => name !== working?.name));
    // It follows what is live from now on, as a draft that nobody touched.
    setWorking((now) => now && { ...now, revision: 0, saved: now.text });
  }, [working?.name]);
  const open = useCallback(
    (name: string) => {
      const found = drafts.find((one) => one.name === name);
      setWorking(found === undefined ? fresh(name) : workingOn(found));
    },
    [drafts, fresh],
  );
  const save = useCallback(async () => {
    if (working === undefined) return;
    const kept = await client.saveDraft(env, working.name, working.text, working.base, working.revision);
    setDrafts((all) => [...all.filter(({ name }) => name !== kept.name), kept]);
    setWorking((now) => now && { ...now, revision: kept.revision, saved: working.text });
  }, [client, env, working]);
  const drop = useCallback(async () => {
    if (working === undefined) return;
    if (working.revision > 0) await client.dropDraft(env, working.name);
    setDrafts((all) => all.filter(({ name }) => name !== working.name));
    setWorking(fresh(working.name));
  }, [client, env, working, fresh]);
  const all = useMemo<Drafts>(
    () => ({ drafts, working, write, open, save, drop, restart, published }),
    [drafts, working, write, open, save, drop, restart, published],
  );
  return <Context value={all}>{children}</Context>;
}
