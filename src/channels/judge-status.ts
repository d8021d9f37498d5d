// In: the status code of an answer, or the word for why there was none. Out: the outcome that the
// API, the UI, logs and metrics share, with a sentence. Retrying is each channel type's own decision.
import type { JudgedOutcome, SendFailure, SendResult } from "./channel";

const FAILURES: Record<SendFailure, { outcome: JudgedOutcome; reason: string }> = {
  timeout: { outcome: "timeout", reason: "The endpoint did not answer in time." },
  dns: { outcome: "dns", reason: "The host name was not found." },
  dns_mute: { outcome: "dns", reason: "The DNS server does not answer." },
  dns_broken: { outcome: "dns", reason: "The DNS server gave no answer of use." },
  unreachable: { outcome: "refused", reason: "The address can't be reached from here." },
  refused: { outcome: "refused", reason: "Nothing listens at the address, or it can't be reached." },
  reset: { outcome: "reset", reason: "The endpoint closed the connection before it answered." },
  tls: { outcome: "tls", reason: "The certificate was not accepted, or TLS could not be agreed on." },
  protocol: { outcome: "server_error", reason: "What the endpoint answered is not HTTP." },
  blocked: { outcome: "blocked", reason: "The outbound policy does not allow this address." },
  invalid_config: { outcome: "invalid_config", reason: "The channel's settings can't be used." },
  internal: { outcome: "internal", reason: "The attempt failed inside Andon." },
};

const outcomeOfStatus = (status: number): JudgedOutcome => {
  if (status >= 200 && status < 300) return "delivered";
  if (status >= 300 && status < 400) return "redirect";
  if (status === 401 || status === 403) return "auth_error";
  if (status === 408) return "timeout";
  if (status === 429) return "rate_limited";
  if (status >= 400 && status < 500) return "client_error";
  return "server_error";
};

const STATUS_REASONS: Partial<Record<JudgedOutcome, string>> = {
  redirect: "redirects are not followed; enter the final address",
  auth_error: "the endpoint did not accept the credentials",
  rate_limited: "the endpoint asks for fewer messages",
};

/** The status decides, whatever became of the body. */
export const judgeStatus = ({
  statusCode,
  failure,
}: SendResult): { outcome: JudgedOutcome; reason: string } => {
  if (statusCode === null) return FAILURES[failure ?? "internal"];
  const outcome = outcomeOfStatus(statusCode);
  const detail = STATUS_REASONS[outcome];
  return {
    outcome,
    reason: `The endpoint answered ${statusCode}${detail === undefined ? "." : `: ${detail}.`}`,
  };
};
