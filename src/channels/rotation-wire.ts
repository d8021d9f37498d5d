// In: a channel whose signing secret was replaced. Out: the API model of that: until when both secrets
// are valid, and what is known of the endpoint.
import { t, type Static, type TSchema } from "elysia";
import { isoMillis, isoMillisOrNull } from "../core/time";
import type { Channel } from "./directory";
import type { AcceptedKey } from "./schema";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);

export const RotationWire = t.Object(
  {
    rotated_at: t.String(),
    old_key_valid_until: t.String(),
    endpoint_switched_at: nullable(
      t.String({ description: "Since when the endpoint has taken the new secret alone." }),
    ),
    last_accepted_key: nullable(
      t.Unsafe<AcceptedKey>(t.Union([t.Literal("current"), t.Literal("previous")])),
    ),
    proved_by: t.Unsafe<"delivery" | "test">(
      t.Union([t.Literal("delivery"), t.Literal("test")], {
        description:
          "Deliveries tell which secret the endpoint knows where a header holds a single digest. Else both " +
          "signatures are sent, and only a test with only_new_secret tells.",
      }),
    ),
  },
  { description: "While the secret before the present one is valid." },
);

/** What the channel's page shows while two secrets are valid. */
export const presentRotation = ({ type, config, rotation }: Channel): Static<typeof RotationWire> | null =>
  rotation === null
    ? null
    : {
        rotated_at: isoMillis(rotation.rotatedAt),
        old_key_valid_until: isoMillis(rotation.validUntil),
        endpoint_switched_at: isoMillisOrNull(rotation.endpointSwitchedAt),
        last_accepted_key: rotation.lastAcceptedKey,
        proved_by: type.rotation?.hasSingleDigest(config) === true ? "delivery" : "test",
      };
