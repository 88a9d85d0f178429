/** What a component waits for. */

import { useCallback, useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why there is no answer; null where there is one, or while there is none yet. */
  readonly error: Error | null;
  readonly again: () => void;
}

/** Asks whenever `deps` change. An answer that comes after a newer question is dropped. */
export function useLoaded<T>(question: () => Promise<T>, deps: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value: T | undefined; error: Error | null }>({ value: undefined, error: null });
  const [turn, setTurn] = useState(0);
  const asked = useRef(turn);
  useEffect(() => {
    let current = true;
    // The same question once more: the last answer stays while there is no newer one.
    const repeated = asked.current !== turn;
    asked.current = turn;
    question().then(
      (value) => current && setState({ value, error: null }),
      (problem: unknown) => {
        const error = problem instanceof Error ? problem : new Error(String(problem));
        if (current) setState((now) => ({ value: repeated ? now.value : undefined, error }));
      },
    );
    return () => {
      current = false;
    };
    // The question is made anew with each rendering; what it depends on is in `deps`.
  }, [...deps, turn]);
  return { ...state, again: useCallback(() => setTurn((turn) => turn + 1), []) };
}
