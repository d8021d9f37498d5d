// In: a channel that was created, changed or given a new secret. Out: its API model, with what is shown
// only this once: the handshake that switched it on, or did not, and the secret.
import { t, type Static, type TSchema } from "elysia";
import { AttemptWire } from "../delivery/wire";
import { ChannelWire } from "./wire";

const nullable = <T extends TSchema>(model: T) => t.Union([model, t.Null()]);

/** A channel that was created or changed. */
export const SavedChannelWire = t.Composite([
  ChannelWire,
  t.Object({
    attempt: t.Optional(
      t.Composite([AttemptWire], { description: "The handshake, where switching the channel on took one." }),
    ),
  }),
]);
export type SavedChannelWire = Static<typeof SavedChannelWire>;

/** A channel with a new secret. */
export const RotatedWire = t.Composite([
  ChannelWire,
  t.Object({ secret: t.String({ description: "Shown this once." }) }),
]);
export type RotatedWire = Static<typeof RotatedWire>;

export const RotateBody = t.Optional(
  t.Union([
    t.Object(
      {
        secret: t.Optional(
          nullable(
            t.String({ description: "8 to 256 characters; left out: one is made.", maxLength: 1_000 }),
          ),
        ),
      },
      { additionalProperties: false },
    ),
    t.Null(),
    t.Undefined(),
  ]),
);
