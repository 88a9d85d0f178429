/** What a button starts. */

import { useState } from "react";

export interface Task {
  readonly busy: boolean;
  /** Why the last turn failed; null where it did not, or while there is another one. */
  readonly error: Error | null;
  /** Does it, and says whether that went well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (problem) {
      setError(problem instanceof Error ? problem : new Error(String(problem)));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
