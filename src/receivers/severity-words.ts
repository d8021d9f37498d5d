// In: a word that a sender uses for how bad something is. Out: the severity of the alert. Pure.
import { SEVERITIES, type Severity } from "../core/severity";
import { wordKeyOf } from "./words";

const WORDS: Readonly<Record<Severity, readonly string[]>> = {
  critical: [
    "critical",
    "crit",
    "page",
    "error",
    "err",
    "fatal",
    "emergency",
    "alert",
    "disaster",
    "high",
    "major",
    "down",
    "p1",
    "p2",
    "sev1",
    "1",
  ],
  warning: ["warning", "warn", "minor", "medium", "average", "degraded", "p3", "sev2", "2"],
  info: [
    "info",
    "information",
    "informational",
    "notice",
    "none",
    "low",
    "ok",
    "p4",
    "p5",
    "sev3",
    "3",
    "not classified",
    "not_classified",
  ],
};

const BY_WORD: ReadonlyMap<string, Severity> = new Map(
  SEVERITIES.flatMap((severity) => WORDS[severity].map((word): [string, Severity] => [word, severity])),
);

/** Undefined for a word that is not known. */
export const severityOfWord = (word: string): Severity | undefined => BY_WORD.get(wordKeyOf(word));
