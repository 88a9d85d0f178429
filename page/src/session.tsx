/** Who is signed in, in which environment, and what is live in it. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { Client, Problem, signsInElsewhere } from "./api/client";
import type { Environment, Live, Me } from "./api/types";
import { addressOf, usePlace } from "./router";

const KEPT_AS = "cutover.key";
/** How long a question for news stays open, in seconds. */
const WAIT_S = 30;
/** How long after a failure the page asks again, in milliseconds. */
const AGAIN_MS = 3_000;

export interface Session {
  readonly client: Client;
  readonly me: Me | null;
  readonly environments: readonly Environment[];
  readonly env: string;
  /** What is live; null where nothing is published, undefined while it is not known. */
  readonly live: Live | null | undefined;
  /** Why there is no news; null while there is a connection. */
  readonly lost: string | null;
  /** Asks for what is live now, after a change of one's own. */
  readonly refresh: () => Promise<void>;
  readonly signOut: () => void;
}

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (session === null) throw new Error("nobody is signed in");
  return session;
}

interface SignedIn {
  readonly client: Client;
  readonly me: Me | null;
  readonly environments: readonly Environment[];
}

/** With a key, or with the session of the browser where there is none. */
async function signedIn(key: string | null): Promise<SignedIn> {
  const client = new Client(key);
  const [me, environments] = await Promise.all([client.me(), client.environments()]);
  return { client, me, environments };
}

interface Props {
  readonly children: ReactNode;
  readonly signIn: (enter: (key: string) => Promise<void>) => ReactNode;
  readonly waiting: ReactNode;
}

/** Shows `children` to whoever is signed in, and otherwise what `signIn` gives. */
export function SessionProvider({ children, signIn, waiting }: Props): ReactNode {
  const [state, setState] = useState<SignedIn | null | undefined>(undefined);
  useEffect(() => {
    // The key is forgotten with the tab: it is in no cookie, and in nothing that outlives the session.
    const key = sessionStorage.getItem(KEPT_AS);
    const entered = async (): Promise<SignedIn | null> => (key !== null || (await signsInElsewhere()) ? signedIn(key) : null);
    entered().then(setState, () => setState(null));
  }, []);
  const enter = useCallback(async (key: string) => {
    const next = await signedIn(key);
    sessionStorage.setItem(KEPT_AS, key);
    setState(next);
  }, []);
  const client = state?.client;
  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEPT_AS);
    // Who could not be signed out still is, and is shown what they are.
    void (client?.signOut() ?? Promise.resolve()).then(() => setState(null));
  }, [client]);
  if (state === undefined) return waiting;
  if (state === null) return signIn(enter);
  return (
    <InEnvironment key={state.me?.name} signedIn={state} signOut={signOut}>
      {children}
    </InEnvironment>
  );
}

interface InProps {
  readonly signedIn: SignedIn;
  readonly signOut: () => void;
  readonly children: ReactNode;
}

function InEnvironment({ signedIn, signOut, children }: InProps): ReactNode {
  const { client, me, environments } = signedIn;
  const place = usePlace();
  const known = environments.find(({ name }) => name === place.env) ?? environments[0];
  const env = known?.name ?? "";
  useEffect(() => {
    if (env !== "" && place.env !== env) location.replace(addressOf(env, place.page, place.name));
  }, [env, place]);
  const { live, lost, refresh } = useLive(client, env);
  const session = useMemo<Session>(
    () => ({ client, me, environments, env, live, lost, refresh, signOut }),
    [client, me, environments, env, live, lost, refresh, signOut],
  );
  return <Context value={session}>{children}</Context>;
}

/** What is live, and again whenever it changes. */
function useLive(client: Client, env: string): Pick<Session, "live" | "lost" | "refresh"> {
  const [live, setLive] = useState<Live | null | undefined>(undefined);
  const [lost, setLost] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setLive(undefined);
    void (async () => {
      let version: number | undefined;
      while (!stop.signal.aborted) {
        try {
          const next = await client.live(env, version, version === undefined ? undefined : WAIT_S, stop.signal);
          if (stop.signal.aborted) return;
          setLost(null);
          if (next !== null || version === undefined) setLive(next);
          // Where nothing is published there is nothing to wait for.
          if (next === null && version === undefined) await pause(AGAIN_MS, stop.signal);
          version = next?.version ?? version;
        } catch (error) {
          if (stop.signal.aborted) return;
          setLost(error instanceof Problem ? error.message : String(error));
          await pause(AGAIN_MS, stop.signal);
        }
      }
    })();
    return () => stop.abort();
  }, [client, env]);
  const refresh = useCallback(async () => setLive(await client.live(env)), [client, env]);
  return { live: live?.env === env || !live ? live : undefined, lost, refresh };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
