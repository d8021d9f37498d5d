// In: channels and the delivery of messages. Out: their routes.
import { previewRoutes } from "../channels/preview-routes";
import { channelRoutes } from "../channels/routes";
import { replayRoutes } from "../delivery/replay-routes";
import { deliveryRoutes } from "../delivery/routes";
import type { AccessPlugin } from "../http/access";
import type { Base } from "./base";
import type { Telling } from "./telling";

/** Give them to the server. */
export const tellingRoutes = (
  plugin: AccessPlugin,
  { store, clock }: Pick<Base, "store" | "clock">,
  { service, directory, delivery, previewer }: Telling,
) => [
  channelRoutes(plugin, {
    service,
    directory,
    store,
    successRate: (channelId) => delivery.health.successRate(channelId),
  }),
  previewRoutes(plugin, previewer),
  deliveryRoutes(plugin, { store, clock, directory, outbox: delivery.outbox, worker: delivery.worker }),
  replayRoutes(plugin, { store, replays: delivery.replays }),
];
