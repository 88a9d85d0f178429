/** What asks the service `nexten`. */

import type { Match } from "./algorithms/index.js";
import type { Candidate } from "./candidate.js";

/** An algorithm that may take its time, or fail. */
export type Asked = (candidate: Candidate, signal: AbortSignal) => Promise<readonly Match[]>;

export function remote(url: string): Asked {
  return async (candidate, signal) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/rank`, { method: "POST", headers, body: JSON.stringify(candidate), signal });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    return (await answer.json()) as Match[];
  };
}
