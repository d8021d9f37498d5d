// The channels that the README shows: each is accepted as it is printed.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { channelTypes } from "../../src/channels/registry";
import { readDraft } from "../../src/channels/wire";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

const examples = [...README.matchAll(/```json\n([\s\S]*?)```/g)]
  .map(([, text]) => text ?? "")
  .filter((text) => text.includes('"config"') && text.includes('"type"'))
  .map((text) => JSON.parse(text) as Parameters<typeof readDraft>[0]);

test("each is a whole request, with settings that its type accepts", () => {
  for (const kind of ["slack", "email", "mqtt", "stack_light"])
    expect(examples.map(({ type }) => type)).toContain(kind);
  for (const example of examples) {
    const { name, type, config } = readDraft(example);
    const channelType = channelTypes.get(type);
    expect([type, name.length > 0, channelType !== undefined]).toEqual([type, true, true]);
    expect(() => channelType?.parse(config)).not.toThrow();
  }
});
