// In: what a test wants of a channel type. Out: the type, registered until the file or the test that asked
// for it is over: plain JSON of the message to a URL whose path is secret, for people unless told otherwise.
import { afterAll } from "bun:test";
import { invalid } from "../../src/core/errors";
import type { AnyChannelType, ChannelBehaviour, ChannelType } from "../../src/channels/channel";
import { judgeStatus } from "../../src/channels/judge-status";
import { channelTypes } from "../../src/channels/registry";
import { wordingOf } from "../../src/channels/wording";

interface Config {
  url: string;
  given: Record<string, unknown>;
}

const encoder = new TextEncoder();

/**
 * To be called at the top of a file or inside a test, not in a hook: the registry is shared by all files
 * of a run, and what is left in it would be taken for a type of the product.
 */
export const registerType = (
  kind: string,
  parts: Partial<Omit<ChannelType<Config>, "behaviour" | "kind">> & {
    behaviour?: Partial<ChannelBehaviour>;
  } = {},
): void => {
  const { behaviour, ...rest } = parts;
  const type: ChannelType<Config> = {
    kind,
    label: kind,
    description: "A type of the tests.",
    fields: [{ name: "url", label: "URL", type: "url", required: true, secret: true, hint: "Where to." }],
    audience: "people",
    defaultEvents: ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"],
    parse: (given) => {
      if (typeof given["url"] !== "string") throw invalid("config.url", "url is missing.");
      return { url: given["url"], given };
    },
    behaviour: () => ({
      timeoutMs: 2_000,
      retryDelaysSeconds: [30, 120, 600],
      jitter: false,
      defaultEvents: type.defaultEvents,
      whenExhausted: "fail_delivery",
      pauseAfterFailures: null,
      ordered: false,
      handshake: false,
      ...behaviour,
    }),
    compose: (message) => {
      const { headline, body } = wordingOf(message);
      return {
        body: encoder.encode(JSON.stringify({ event: message.event, test: message.test, headline, body })),
        contentType: "application/json",
      };
    },
    request: ({ body, contentType }, { url }, { deliveryId }) => ({
      method: "POST",
      url,
      headers: {
        "Content-Type": contentType,
        "webhook-id": deliveryId,
        "X-Auth-Token": "canary-header-1234",
      },
      body,
    }),
    judge: (result) => {
      const { outcome, reason } = judgeStatus(result);
      return { outcome, reason, retry: outcome !== "delivered" };
    },
    targets: ({ url }) => [{ field: "config.url", url }],
    eventAliases: () => ({}),
    testEvents: () => ["alert.triggered", "alert.acknowledged", "alert.resolved"],
    secrets: ({ url }) => [new URL(url).pathname.slice(1), "canary-header-1234"],
    mask: ({ given }) => ({ ...given, url: "••••" }),
    ...rest,
  };
  const registry = channelTypes as Map<string, AnyChannelType>;
  registry.set(kind, type as unknown as AnyChannelType);
  afterAll(() => void registry.delete(kind));
};
