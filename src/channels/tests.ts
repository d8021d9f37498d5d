// In: a channel, and who wants to know whether it works: a person, or the week. Out: what its type
// sends as a test, really sent; the failure of a weekly one is journalled and told.
import type { Clock } from "../core/clock";
import { AppError, notFound } from "../core/errors";
import type { TenantDirectory } from "../core/tenants";
import type { SigningPurpose } from "../delivery/signing";
import type { TestResult } from "../delivery/test-send";
import { createTokenBuckets } from "../lib/token-bucket";
import type { Message } from "./channel";
import type { Channel } from "./directory";
import { sampleMessages } from "./sample";

export interface ChannelTestParts {
  clock: Clock;
  tenants: TenantDirectory;
  delivery: {
    sendTest(channel: Channel, messages: readonly Message[], purpose: SigningPurpose): Promise<TestResult>;
  };
  baseUrl: () => string;
}

export interface ChannelTests {
  /** For a test that somebody asks for: six a minute per channel, else `rate_limited` is thrown. */
  takeTurn(channelId: string): void;
  /** Without a limit: whoever calls keeps count. */
  send(channel: Channel, purpose?: SigningPurpose): Promise<TestResult>;
}

const TESTS_PER_MINUTE = 6;

export const createChannelTests = ({ clock, tenants, delivery, baseUrl }: ChannelTestParts): ChannelTests => {
  const budget = createTokenBuckets({ perSecond: TESTS_PER_MINUTE / 60, burst: TESTS_PER_MINUTE });

  return {
    takeTurn: (channelId) => {
      const wait = budget.take(channelId, clock.now());
      if (wait > 0)
        throw new AppError("rate_limited", "A channel can be tested six times a minute.", {
          retryAfterSeconds: wait,
        });
    },
    send: async (channel, purpose = "delivery") => {
      const organization = tenants.organization(channel.tenantId);
      if (organization === undefined) throw notFound("organization");
      const { id, number, name, slug } = tenants.defaultProject(channel.tenantId);
      const tenant = { organization, project: { id, number, name, slug }, baseUrl: baseUrl() };
      const events = channel.type.testEvents(channel.config);
      return delivery.sendTest(channel, sampleMessages(tenant, events, clock.now()), purpose);
    },
  };
};
