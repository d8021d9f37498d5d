// In: what a probe ran into. Out: what it saw, in the words that results, incidents and tests share.
import type { SendFailure } from "../channels/channel";
import { allSpellings } from "../channels/secret-values";
import { redact } from "../lib/secrets";
import type { Check } from "./expect";

/** What one look at an endpoint saw. */
export interface Sight {
  outcome: "up" | "down" | "unknown";
  /** One sentence without secrets; null when all is well. May name addresses: for staff. */
  reason: string | null;
  /** Why there was no answer at all; null when there was one. */
  failure: SendFailure | null;
  /** Status of HTTP; 0 when it could not be reached; null where the protocol has none. */
  code: number | null;
  /** Until the answer began, or until the look was given up, in whole ms. */
  latencyMs: number;
  /** What was dialled last, with its port. */
  address: string | null;
  checks: Check[];
  /** For whoever may see answers: what came back, cut to 4 KiB. */
  answer: { headers: Record<string, string>; body: string } | null;
}

/** For everybody, status pages included: names neither addresses nor anything from inside. */
const PLAIN_WORDS: Record<SendFailure, string> = {
  timeout: "It did not answer in time.",
  dns: "Its name is unknown.",
  dns_mute: "Its name could not be looked up.",
  dns_broken: "Its name could not be looked up.",
  refused: "It refused the connection.",
  unreachable: "It could not be reached.",
  reset: "It closed the connection.",
  tls: "It could not be reached securely.",
  protocol: "Its answer could not be read.",
  blocked: "It could not be reached.",
  invalid_config: "It could not be reached.",
  internal: "It could not be checked.",
};

/** What an incident says to the public. */
export const publicReasonOf = ({ failure, reason }: Pick<Sight, "failure" | "reason">): string =>
  failure === null ? (reason ?? "It answers.") : PLAIN_WORDS[failure];

/** Nothing came back. */
export const unanswered = (
  failure: SendFailure,
  reason: string,
  { latencyMs, address }: { latencyMs: number; address: string | null },
): Sight => ({
  // Our own mistakes say nothing about the endpoint.
  outcome: failure === "internal" ? "unknown" : "down",
  reason,
  failure,
  code: 0,
  latencyMs: Math.round(latencyMs),
  address,
  checks: [],
  answer: null,
});

/** Something came back, and this is what was made of it. */
export const judged = (
  checks: Check[],
  seen: Pick<Sight, "code" | "address" | "answer"> & { latencyMs: number },
): Sight => {
  const failed = checks.find(({ ok }) => !ok);
  return {
    ...seen,
    outcome: failed === undefined ? "up" : "down",
    reason: failed?.detail ?? null,
    failure: null,
    latencyMs: Math.round(seen.latencyMs),
    checks,
  };
};

/** An endpoint may repeat what it was sent; what people are shown of its answer does not. */
export const withoutSecrets = (sight: Sight, secrets: readonly string[]): Sight => {
  if (sight.answer === null) return sight;
  const spellings = allSpellings(secrets);
  const { headers, body } = sight.answer;
  const shown = Object.entries(headers).map(([name, value]) => [name, redact(value, spellings)]);
  return {
    ...sight,
    answer: {
      headers: Object.fromEntries(shown) as Record<string, string>,
      body: redact(body, spellings),
    },
  };
};
