// In: texts that try to call people, to format, to link, to break out of the message. Out: a proof that
// every service shows them as what they are: words (threat T25).
import { describe, expect, test } from "bun:test";
import { channelTypes } from "../../../src/channels/registry";
import { ATTACKS, textPaths, withTexts } from "./hostile";
import { MESSAGES, SAMPLES } from "./samples";

const CONTEXT = {
  deliveryId: "01960000-0000-7000-8000-000000000099",
  now: 1_775_298_605_000,
  version: "1.2.3",
};

/** What the eye can't see, or what is cleaned out of every text. */
const visible = (text: string): string =>
  text
    .replace(/[\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g, "")
    // oxlint-disable-next-line no-control-regex
    .replace(/[\x00-\x1f\x7f-\x9f\s]+/g, " ")
    .trim();

/** Two halves that only come to life when a service joins what stands in different fields. */
const HALVES: readonly (readonly [string, string])[] = [
  ["*", "*"],
  ["**x", "x**"],
  ["_", "_"],
  ["`", "`"],
  ["```", "```"],
  ["~~", "~~"],
  ["||", "||"],
  ["[log in]", "(https://evil.test/)"],
  ["<!", "channel>"],
  ["<b>", "</b>"],
  ["<a href='https://evil.test/'>", "</a>"],
  ["<@", "123456789012345678>"],
  ["@", "everyone"],
  ["${", "}"],
  ["{{", "}}"],
];

for (const type of channelTypes.values())
  for (const { variant, config: given, show } of SAMPLES[type.kind] ?? []) {
    if (show === undefined) continue;
    describe(variant, () => {
      const config = type.parse(structuredClone(given));
      const shownWith = (name: string, write: (path: string) => string) => {
        const composed = type.compose(withTexts(MESSAGES[name]!, write), config);
        const shown = show(new TextDecoder().decode(composed.body), type.request(composed, config, CONTEXT));
        return { ...shown, links: shown.links.map(({ url }) => url) };
      };

      test("the samples have texts to attack, and the unharmed message calls nobody", () => {
        for (const [name, message] of Object.entries(MESSAGES)) {
          expect([name, textPaths(message).length > 2]).toEqual([name, true]);
          expect(shownWith(name, () => "harmless").mentions).toEqual([]);
        }
      });

      test("no text calls, formats or links, wherever it stands", () => {
        for (const name of Object.keys(MESSAGES)) {
          const plain = shownWith(name, () => "harmless");
          for (const attack of ATTACKS)
            for (const text of [
              attack,
              `pump ${attack} off`,
              `${attack}\n${attack}`,
              `(${attack}${attack})`,
            ]) {
              const { mentions, links, markup } = shownWith(name, () => text);
              expect({ name, text, mentions, links, markup }).toEqual({
                name,
                text,
                mentions: [],
                links: plain.links,
                markup: plain.markup,
              });
            }
        }
      });

      test("halves in different fields stay halves", () => {
        for (const name of Object.keys(MESSAGES)) {
          const plain = shownWith(name, () => "harmless");
          for (const halves of HALVES)
            for (const first of [0, 1]) {
              let count = first;
              const { mentions, links, markup } = shownWith(name, () => halves[count++ % 2]!);
              expect({ name, halves, mentions, links, markup }).toEqual({
                name,
                halves,
                mentions: [],
                links: plain.links,
                markup: plain.markup,
              });
            }
        }
      });

      test("what was typed can still be read", () => {
        for (const attack of ATTACKS) {
          const { text } = shownWith("alert.triggered", () => attack);
          expect([attack, visible(text).includes(visible(attack))]).toEqual([attack, true]);
        }
      });
    });
  }
