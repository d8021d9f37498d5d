// In: the reason code that a broker answered with. Out: the outcome in the words that all channels
// share. Codes by MQTT 5, 2.4; those of 3.1.1 are translated before they come here.
import type { JudgedOutcome, Judgement, SendResult } from "../channel";
import { judgeStatus } from "../judge-status";

const MEANINGS: Readonly<Record<number, readonly [JudgedOutcome, string]>> = {
  132: ["client_error", "it does not speak this version of MQTT"],
  133: ["client_error", "it does not accept the client ID"],
  134: ["auth_error", "user or password is wrong"],
  135: ["auth_error", "this is not allowed"],
  136: ["server_error", "it is not available now"],
  137: ["server_error", "it is busy"],
  138: ["auth_error", "this client is banned"],
  139: ["server_error", "it is shutting down"],
  140: ["auth_error", "it wants another kind of login"],
  142: ["server_error", "another client has the same client ID"],
  144: ["client_error", "it does not accept the topic"],
  147: ["rate_limited", "too much is on the way"],
  149: ["client_error", "the message is too large"],
  150: ["rate_limited", "there are too many messages"],
  151: ["rate_limited", "a quota is used up"],
  153: ["client_error", "it does not accept the payload"],
  154: ["client_error", "it retains nothing"],
  155: ["client_error", "it does not offer this quality of service"],
  159: ["rate_limited", "there are too many connections"],
};

/** What no repetition heals: the message or the settings have to change. */
const FINAL = new Set([132, 133, 144, 149, 153, 154, 155]);

/** Everything else is tried again, refused logins too: brokers refuse them while they start. */
export const judgeMqtt = (result: SendResult): Judgement => {
  const { statusCode, failure } = result;
  if (statusCode === null) {
    const { outcome, reason } = judgeStatus(result);
    return {
      outcome,
      reason: failure === "protocol" ? "What the broker answered is not MQTT." : reason,
      retry: outcome !== "invalid_config",
    };
  }
  if (statusCode < 128) return { outcome: "delivered", reason: "The broker has taken it.", retry: false };
  const [outcome, meaning] = MEANINGS[statusCode] ?? ["server_error", null];
  return {
    outcome,
    reason: `The broker answered ${statusCode}${meaning === null ? "." : `: ${meaning}.`}`,
    retry: !FINAL.has(statusCode),
  };
};
