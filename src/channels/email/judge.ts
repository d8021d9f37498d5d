// In: what a relay answered. Out: the outcome in the words that all channels share. RFC 5321, 4.2.1: a
// code that begins with 4 is temporary, one that begins with 5 is not.
import type { JudgedOutcome, Judgement, SendResult } from "../channel";
import { judgeStatus } from "../judge-status";

/** RFC 4954, 6: a login is demanded, too weak, wrong, or wants encryption first. */
const LOGIN_CODES = new Set([530, 534, 535, 538]);

const MEANINGS: Readonly<Record<number, string>> = {
  421: "it is not available now",
  450: "it does not take the message yet",
  451: "it does not take the message yet",
  452: "it has no room",
  550: "it refuses the message or all of its recipients",
  551: "the recipients are elsewhere",
  552: "the mailbox is full or the message too large",
  553: "it does not accept an address",
  554: "it refuses the message",
};

const outcomeOf = (code: number): JudgedOutcome => {
  if (code >= 200 && code < 300) return "delivered";
  if (LOGIN_CODES.has(code)) return "auth_error";
  return code >= 500 && code < 600 ? "client_error" : "server_error";
};

/** Of several recipients one is enough: who was refused stands in the evidence. */
export const judgeMail = (result: SendResult): Judgement => {
  const { statusCode, failure } = result;
  if (statusCode === null) {
    const { outcome, reason } = judgeStatus(result);
    return {
      outcome,
      reason: failure === "protocol" ? "What the relay answered is not SMTP." : reason,
      retry: outcome !== "invalid_config",
    };
  }
  const outcome = outcomeOf(statusCode);
  const meaning = outcome === "auth_error" ? "it did not accept the login" : MEANINGS[statusCode];
  return {
    outcome,
    reason: `The relay answered ${statusCode}${meaning === undefined ? "." : `: ${meaning}.`}`,
    retry: outcome === "server_error",
  };
};
