// In: why a stored channel can't be used. Out: a channel type that stands in for its own, sends
// nothing, loses nothing, and shows the reason; correcting the settings replaces it.
import { AppError } from "../core/errors";
import { MASK } from "../lib/secrets";
import { NEVER_COMPOSED, type AnyChannelType } from "./channel";

export const brokenType = (kind: string, reason: string): AnyChannelType => {
  const refuse = (): never => {
    throw new AppError("invalid", reason, { field: "config" });
  };
  return {
    kind,
    label: kind,
    description: reason,
    fields: [],
    audience: "program",
    defaultEvents: [],
    parse: refuse,
    behaviour: () => ({
      timeoutMs: 5_000,
      retryDelaysSeconds: [],
      jitter: false,
      defaultEvents: [],
      whenExhausted: "fail_delivery",
      pauseAfterFailures: null,
      ordered: false,
      handshake: false,
    }),
    compose: () => NEVER_COMPOSED,
    request: refuse,
    judge: () => ({ outcome: "invalid_config", retry: false, reason }),
    targets: () => [],
    eventAliases: () => ({}),
    testEvents: () => ["channel.test"],
    secrets: () => [],
    // Which of its values are secret is not known: none is shown.
    mask: (config) =>
      Object.fromEntries(Object.keys(config as Record<string, unknown>).map((key) => [key, MASK])),
  };
};
