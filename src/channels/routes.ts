// In: /api/v1/notification-channels and /channel-types. Out: channels created, read, changed, tested,
// resumed and deleted.
import { Elysia, t } from "elysia";
import { roleAllows } from "../core/actor";
import { readPage, toPage } from "../core/paging";
import { readWords } from "../core/query";
import { countWaiting } from "../delivery/waiting-rows";
import { presentAttempt } from "../delivery/wire";
import type { AccessPlugin } from "../http/access";
import { pageOf } from "../http/models";
import type { Engine } from "../store/engine";
import type { Channel, ChannelDirectory } from "./directory";
import { channelTypes } from "./registry";
import { CHANNEL_HEALTHS } from "./schema";
import { RotateBody, RotatedWire, SavedChannelWire } from "./saved-wire";
import type { ChannelService, SavedChannel } from "./service";
import { presentTest, TestBody, TestWire } from "./test-wire";
import {
  ChannelCreate,
  ChannelQuery,
  ChannelTypeWire,
  ChannelUpdate,
  ChannelWire,
  presentChannel,
  presentType,
  readChange,
  readDraft,
} from "./wire";

export interface ChannelRouteParts {
  service: ChannelService;
  directory: ChannelDirectory;
  store: { engine: Engine };
  /** Delivered share of the last 24 hours' attempts. */
  successRate: (channelId: string) => number | null;
}

/** Three messages at the longest time-out of a channel, DNS, and room for the commits. */
const TEST_TIMEOUT_SECONDS = 200;

export const channelRoutes = (access: AccessPlugin, parts: ChannelRouteParts) => {
  const { service, directory, store, successRate } = parts;
  const tags = ["Notification channels"];

  const present = async (channel: Channel): Promise<ChannelWire> =>
    presentChannel(channel, {
      successRate: successRate(channel.id),
      waitingCount: await countWaiting(store.engine, channel.id),
    });

  const presentSaved = async ({ channel, attempt }: SavedChannel): Promise<SavedChannelWire> => ({
    ...(await present(channel)),
    ...(attempt === null ? {} : { attempt: presentAttempt(attempt, true) }),
  });

  return new Elysia({ prefix: "/api/v1" })
    .use(access)
    .get("/channel-types", () => ({ data: [...channelTypes.values()].map(presentType) }), {
      access: "viewer",
      response: t.Object({ data: t.Array(ChannelTypeWire) }),
      detail: { summary: "List channel types and their settings", tags },
    })
    .get(
      "/notification-channels",
      async ({ principal, query }) => {
        const page = readPage(query);
        const healths = readWords("health", query.health, CHANNEL_HEALTHS);
        const found = directory
          .of(principal.tenantId)
          .filter(
            (channel) =>
              (query.type === undefined || channel.kind === query.type) &&
              (healths === undefined || healths.includes(channel.health)) &&
              (page.after === null || channel.id < page.after),
          )
          // IDs rise with time: this is newest first.
          .sort((left, right) => (left.id < right.id ? 1 : -1))
          .slice(0, page.limit + 1);
        const { data, next_cursor } = toPage(
          found,
          page,
          (channel) => channel.id,
          (channel) => channel,
        );
        return { data: await Promise.all(data.map(present)), next_cursor };
      },
      {
        access: "viewer",
        query: ChannelQuery,
        response: pageOf(ChannelWire),
        detail: { summary: "List notification channels", tags },
      },
    )
    .post(
      "/notification-channels",
      async ({ principal, body, set, request, server }) => {
        server?.timeout(request, TEST_TIMEOUT_SECONDS);
        const saved = await service.create(principal, readDraft(body));
        set.status = 201;
        return presentSaved(saved);
      },
      {
        access: "editor",
        body: ChannelCreate,
        response: { 201: SavedChannelWire },
        detail: {
          summary: "Create a notification channel",
          description:
            "A channel that is verified before use is sent one test message now: by exactly 200 it becomes active, else it stays off (health unverified), with the attempt in the answer.",
          tags,
        },
      },
    )
    .get(
      "/notification-channels/:id",
      ({ principal, params }) => present(service.find(principal.tenantId, params.id)),
      {
        access: "viewer",
        response: ChannelWire,
        detail: { summary: "Read a notification channel", tags },
      },
    )
    .patch(
      "/notification-channels/:id",
      async ({ principal, params, body, request, server }) => {
        server?.timeout(request, TEST_TIMEOUT_SECONDS);
        return presentSaved(await service.update(principal, params.id, readChange(body)));
      },
      {
        access: "editor",
        body: ChannelUpdate,
        response: SavedChannelWire,
        detail: {
          summary: "Change a notification channel",
          description:
            "config is merged by key: null removes a setting, a masked value leaves the stored one. Another secret is in force at once; rotate-secret changes it without a gap. Switching on a channel that is verified before use sends one test message, as creating it does.",
          tags,
        },
      },
    )
    .delete(
      "/notification-channels/:id",
      async ({ principal, params, set }) => {
        await service.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: {
          summary: "Delete a notification channel",
          description: "Messages that wait for it are cancelled with the reason.",
          tags,
        },
      },
    )
    .post(
      "/notification-channels/:id/test",
      async ({ principal, params, body, request, server }) => {
        server?.timeout(request, TEST_TIMEOUT_SECONDS);
        const purpose = body?.only_new_secret === true ? "proof" : "delivery";
        const result = await service.test(principal, params.id, purpose);
        return presentTest(result, roleAllows(principal.role, "editor"));
      },
      {
        access: "responder",
        body: TestBody,
        response: TestWire,
        detail: {
          summary: "Send a test message",
          description:
            "Sends what the type or dialect defines as its test, one message after the other, whatever the " +
            "channel's health and switch. Answers 200 either way; success tells. Six a minute per channel. " +
            "A channel that waits for its handshake is switched on by exactly 200. What was sent and answered " +
            "is shown to editors and admins only.",
          tags,
        },
      },
    )
    .post(
      "/notification-channels/:id/rotate-secret",
      async ({ principal, params, body }) => {
        const { channel, secret } = await service.rotateSecret(
          principal,
          params.id,
          body?.secret ?? undefined,
        );
        return { ...(await present(channel)), secret };
      },
      {
        access: "editor",
        body: RotateBody,
        response: RotatedWire,
        detail: {
          summary: "Replace the signing secret",
          description:
            "Shows the new secret this once. For 24 hours webhook-signature carries the signatures of both, the new one first; a header with a single digest is signed by the new one, and where the endpoint answers 401 or 403 the same delivery is sent again at once with the old one.",
          tags,
        },
      },
    )
    .post(
      "/notification-channels/:id/resume",
      async ({ principal, params }) => present(await service.resume(principal, params.id)),
      {
        access: "responder",
        response: ChannelWire,
        detail: {
          summary: "Resume a paused, failed or disabled channel",
          description: "What waited is sent at once, on a fresh schedule.",
          tags,
        },
      },
    );
};
