// In: what a mail client notes of its dialogue with a relay. Out: the dialogue as evidence: commands and
// answers, never credentials, never the message itself, at most 4 KiB.
import type { ExternalLogger } from "nodemailer/lib/shared";
import { MASK } from "../lib/secrets";
import { MOST_KEPT_BYTES } from "./answer";

export interface Transcript {
  /** For the client. */
  readonly logger: ExternalLogger;
  text(): string;
}

/** Lines of a dialogue that nobody needs more of: 100 recipients and what goes before and after. */
const MOST_LINES = 512;

/** `onAnswer` is called with the first line that the relay says. */
export const createTranscript = (onAnswer: () => void): Transcript => {
  const lines: string[] = [];
  let hasAnswered = false;
  let isSigningIn = false;

  const note = (side: "C" | "S", text: string): void => {
    if (lines.length < MOST_LINES) for (const line of text.split(/\r?\n/)) lines.push(`${side}: ${line}`);
  };

  const take = (entry: unknown, text: unknown): void => {
    const from = (entry as { tnx?: unknown } | null)?.tnx;
    if (typeof text !== "string") return;
    if (from === "server") {
      if (!hasAnswered) onAnswer();
      hasAnswered = true;
      // 334 asks for more of the credentials (RFC 4954).
      if (isSigningIn && !text.startsWith("334")) isSigningIn = false;
      note("S", isSigningIn ? text.slice(0, 3) : text);
    } else if (from === "client") {
      const mechanism = /^AUTH\s+\S+/i.exec(text)?.[0];
      if (mechanism !== undefined) isSigningIn = true;
      note("C", isSigningIn ? `${mechanism ?? ""} ${MASK}`.trim() : text);
    }
  };

  return {
    logger: { trace: take, debug: take, info: take, warn: take, error: take, fatal: take },
    text: () => {
      const text = lines.join("\n");
      return text.length <= MOST_KEPT_BYTES ? text : `${text.slice(0, MOST_KEPT_BYTES - 2)}\n…`;
    },
  };
};
