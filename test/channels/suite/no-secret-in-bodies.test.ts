// What every channel type owes to the outbox, which is kept in clear: no composed body holds a secret of
// the settings, in whatever spelling; and the request made of it is the same, byte for byte, each time.
import { describe, expect, test } from "bun:test";
import { channelTypes } from "../../../src/channels/registry";
import { outlineOfRequest } from "../../../src/delivery/transports";
import { MESSAGES, SAMPLES } from "./samples";

const context = (now: number) => ({
  deliveryId: "01960000-0000-7000-8000-000000000099",
  now,
  version: "1.2.3",
});

/** In clear, and as base64 at any of the three alignments. */
const spellingsOf = (secret: string): string[] => [
  secret,
  ...[0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
      .toString("base64")
      .slice(shift === 0 ? 0 : shift + 1, -4),
  ),
];

for (const type of channelTypes.values())
  for (const { variant, config: given, canaries } of SAMPLES[type.kind] ?? [])
    describe(variant, () => {
      const config = type.parse(structuredClone(given));
      const bodies = Object.entries(MESSAGES).flatMap(([name, message]) =>
        [type.compose(message, config), ...(type.composeEach?.(message, config) ?? [])].map(
          (composed) => [name, composed] as const,
        ),
      );

      test("no composed body holds a secret", () => {
        const secrets = new Set(
          [...type.secrets(config), ...canaries].filter((secret) => secret.length >= 8),
        );
        expect(secrets.size >= canaries.length).toBe(true);
        for (const [name, { body, contentType }] of bodies) {
          const text = Buffer.from(body).toString("latin1") + contentType;
          const found = [...secrets].filter((secret) =>
            spellingsOf(secret).some((one) => text.includes(one)),
          );
          expect([name, found]).toEqual([name, []]);
        }
      });

      test("the same composed body gives the same bytes at every attempt", () => {
        for (const [name, composed] of bodies) {
          const sent = [1_775_298_605_000, 1_775_302_205_000].map((now) => {
            const { body } = outlineOfRequest(type.request(composed, config, context(now)));
            return body === null ? null : Buffer.from(body).toString("base64");
          });
          expect([name, sent[0] === sent[1]]).toEqual([name, true]);
        }
      });
    });
