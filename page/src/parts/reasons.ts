/** Why a plan moved: the engine's words, as a language has them. */

import type { Translate } from "../i18n";
import { en } from "../i18n/en";

type Reason = keyof typeof en & `reason.${string}`;

/** A reason in a few words; a word that this page does not know stays as it is. */
export function reasonOf(t: Translate, reason: string): string {
  const key = `reason.${reason}`;
  return Object.hasOwn(en, key) ? t(key as Reason) : reason;
}
