/** Routing requests by path. */

/** A request, as far as a path table asks about it. */
export interface PathRequest {
  /** In capitals; `GET` where it is not given. */
  readonly method?: string;
  /** The path, with or without a query. */
  readonly target: string;
  /** Headers, as Node has them: of several values the first counts. */
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined };
  /** Attributes that a percentage may hash. */
  readonly attributes?: { readonly [name: string]: string | number };
}

/** Who serves a request. */
export interface PathFound {
  readonly table: string;
  readonly path: string;
  readonly entry: {
    readonly index: number;
    readonly name: string | null;
    readonly path: string;
    readonly migrated_at: string | null;
    readonly planned: string | null;
    readonly deprecated_at: string | null;
    readonly sunset: string | null;
  };
  readonly service: string;
  readonly side: "old" | "new";
  readonly store: string | null;
  readonly migrated: boolean;
  /** Whether the entry's percentage takes the unit; null where it has none. */
  readonly inside: boolean | null;
  readonly lifecycle: "active" | "deprecated" | "sunset";
  /** Who may serve the request where the service fails. */
  readonly fallback: string | null;
  readonly params: { readonly [name: string]: string };
  /** Headers for the answer: `X-Data-Source`, `X-Service`, `X-Migrated`, and past deprecation `Deprecation` and `Sunset`. */
  readonly headers: { readonly [name: string]: string };
  /** The headers for the answer of the fallback; null where there is none. */
  readonly fallback_headers: { readonly [name: string]: string } | null;
}
