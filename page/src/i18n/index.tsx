/** The words of the page, in the language that somebody chose or that the browser asks for. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { en } from "./en";
import { fr } from "./fr";

export type Key = keyof typeof en;
export type Language = "en" | "fr";
export type Translate = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

const dictionaries: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { en, fr };

interface Words {
  readonly language: Language;
  readonly speak: (language: Language) => void;
  readonly t: Translate;
  /** A time, as the language writes it. */
  readonly time: (ms: number) => string;
  /** A share in millionths, as a percentage. */
  readonly share: (millionths: number) => string;
  readonly number: (value: number) => string;
  /** A length of time, in its largest unit. */
  readonly span: (ms: number) => string;
}

const KEPT_AS = "cutover.language";

function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === "en" || kept === "fr") return kept;
  return navigator.language.startsWith("fr") ? "fr" : "en";
}

/** A sentence of a dictionary, with its values in it. */
export function say(language: Language, key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return dictionaries[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

function spanOf(language: Language, ms: number): string {
  const [unit, size] = UNITS.find(([, size]) => ms >= size) ?? (["second", 1_000] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(
    ms / size,
  );
}

const Context = createContext<Words | null>(null);

export function WordsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState(preferred);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speak = useCallback((next: Language) => {
    localStorage.setItem(KEPT_AS, next);
    setLanguage(next);
  }, []);
  const words = useMemo<Words>(() => {
    const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const shares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 4 });
    const numbers = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 });
    return {
      language,
      speak,
      t: (key, values) => say(language, key, values),
      time: (ms) => times.format(ms),
      share: (millionths) => shares.format(millionths / 1_000_000),
      number: (value) => numbers.format(value),
      span: (ms) => spanOf(language, ms),
    };
  }, [language, speak]);
  return <Context value={words}>{children}</Context>;
}

export function useWords(): Words {
  const words = useContext(Context);
  if (words === null) throw new Error("there is no WordsProvider around this");
  return words;
}
