// In: messages whose every text has 20,000 characters, and long lists. Out: bodies that keep the limits
// which each service documents, in whole characters.
import { describe, expect, test } from "bun:test";
import { channelTypes } from "../../../src/channels/registry";
import { HUGE_TEXTS, hugeMessage } from "./hostile";
import { MESSAGES, SAMPLES } from "./samples";
import { stringsOf } from "./type-sample";

const CONTEXT = {
  deliveryId: "01960000-0000-7000-8000-000000000099",
  now: 1_775_298_605_000,
  version: "1.2.3",
};

for (const type of channelTypes.values())
  for (const sample of SAMPLES[type.kind] ?? []) {
    // Programs read webhooks: there is nothing that a service would refuse.
    if (sample.isWebhook === true) continue;
    const { variant, config: given, breaches, isPlainGolden, show } = sample;
    describe(variant, () => {
      const config = type.parse(structuredClone(given));

      test("ordinary messages break no limit: the check is asked the right question", () => {
        for (const [name, message] of Object.entries(MESSAGES)) {
          const composed = type.compose(message, config);
          const body = new TextDecoder("utf-8", { fatal: true }).decode(composed.body);
          expect([name, breaches(body, type.request(composed, config, CONTEXT))]).toEqual([name, []]);
        }
      });

      for (const [what, text] of HUGE_TEXTS)
        test(`huge texts keep the limits: ${what}`, () => {
          for (const name of Object.keys(MESSAGES)) {
            const composed = type.compose(hugeMessage(name, text), config);
            const body = new TextDecoder("utf-8", { fatal: true }).decode(composed.body);
            expect([name, breaches(body, type.request(composed, config, CONTEXT))]).toEqual([name, []]);
            if (show === undefined) continue;
            // Cut, not broken: no half of a character, and the beginning is still there.
            const texts = isPlainGolden === true ? [body] : stringsOf(JSON.parse(body)).map(([, one]) => one);
            expect([name, texts.every((one) => one.isWellFormed())]).toEqual([name, true]);
            if (name === "alert.triggered")
              expect(show(body, type.request(composed, config, CONTEXT)).text).toContain("Critical: ");
          }
        });
    });
  }
