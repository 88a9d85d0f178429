/** Where somebody is in the page: `#/<environment>/<page>/<name>?<query>`, so that every view has an address. */

import { useSyncExternalStore } from "react";

export const PAGES = ["overview", "edit", "what-if", "impact", "migrations", "plans", "history", "audit"] as const;
export type PageName = (typeof PAGES)[number];

export interface Place {
  readonly env: string | null;
  readonly page: PageName;
  readonly name: string | null;
  readonly query: URLSearchParams;
}

/** What an address says. An unknown page is the overview. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [env, page, name] = path.split("/").map(decoded);
  const known = PAGES.find((one) => one === page) ?? "overview";
  return { env: env || null, page: known, name: name || null, query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place. */
export function addressOf(env: string, page: PageName, name?: string | null, query?: Readonly<Record<string, string>>): string {
  const path = [env, page, ...(name ? [name] : [])].map(encodeURIComponent).join("/");
  const rest = query === undefined ? "" : `?${new URLSearchParams(query)}`;
  return `#/${path}${rest}`;
}

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

let last = { hash: "\0", place: placeOf("") };

function current(): Place {
  if (last.hash !== location.hash) last = { hash: location.hash, place: placeOf(location.hash) };
  return last.place;
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, current);
}
