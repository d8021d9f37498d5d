// The README's section about webhooks: its recipes are run, its channels are accepted and do what it
// says, and its table says what the dialects do.
import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { webhook } from "../../src/channels/webhook";
import { dialects } from "../../src/channels/webhook/dialects";
import { eventsOf } from "../../src/channels/directory";
import { channelTypes } from "../../src/channels/registry";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { MESSAGES } from "./suite/samples";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

const blockOf = (name: string): string => {
  const found = new RegExp(`<!-- test: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(README)?.[1];
  if (found === undefined) throw new Error(`README.md has no block "${name}".`);
  return found;
};

interface PrintedChannel {
  type: string;
  events?: string[];
  config: Record<string, unknown>;
}
const channelOf = (name: string): PrintedChannel => JSON.parse(blockOf(name)) as PrintedChannel;

const directory = temporaryDirectory("andon-recipes-");
afterAll(() => removeDirectory(directory));

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** What a dialect sends: header, prefix and body. */
const signedBy = (dialect: string) => {
  const config = webhook.parse({ url: "https://hooks.test/", dialect, secret: SECRET });
  const composed = webhook.compose(MESSAGES["alert.triggered"]!, config);
  const { headers, body } = webhook.request(composed, config, {
    deliveryId: "1",
    now: 0,
    version: "1",
  });
  const { header, format } = dialects.get(dialect)!.signatures[0]!;
  return {
    header: headers[header] ?? "",
    prefix: format === "sha256=hex" ? "sha256=" : "",
    body: Buffer.from(body ?? ""),
  };
};

describe("recipes", () => {
  const questions = ["statuspulse", "anyping", "roboticks", "alert24"].flatMap((dialect) => {
    const { header, prefix, body } = signedBy(dialect);
    const changed = Buffer.from(body);
    changed[5] = (changed[5] ?? 0) ^ 1;
    return [
      { header, prefix, body: body.toString("base64"), secret: SECRET },
      { header, prefix, body: changed.toString("base64"), secret: SECRET },
      { header, prefix, body: body.toString("base64"), secret: `${SECRET}x` },
      { header: "", prefix, body: body.toString("base64"), secret: SECRET },
    ];
  });
  const expected = questions.map((_, index) => index % 4 === 0);

  test("Node's", async () => {
    const path = join(directory, "signature.mjs");
    await Bun.write(path, blockOf("signature\\.mjs"));
    const { isGenuine } = (await import(path)) as {
      isGenuine: (header: string, secret: string, body: Buffer, prefix: string) => boolean;
    };
    expect(
      questions.map(({ header, secret, body, prefix }) =>
        isGenuine(header, secret, Buffer.from(body, "base64"), prefix),
      ),
    ).toEqual(expected);
  });

  const hasPython = Bun.which("python3") !== null;
  if (!hasPython) process.stdout.write("skipped: the README's Python recipe, as python3 is missing\n");
  test.if(hasPython)("Python's", () => {
    const ask =
      'import base64, json, sys\nprint(json.dumps([is_genuine(q["header"], q["secret"], base64.b64decode(q["body"]), q["prefix"]) for q in json.load(sys.stdin)]))';
    const run = Bun.spawnSync(["python3", "-c", `${blockOf("signature\\.py")}\n${ask}`], {
      stdin: Buffer.from(JSON.stringify(questions)),
    });
    expect(run.stderr.toString()).toBe("");
    expect(JSON.parse(run.stdout.toString())).toEqual(expected);
  });
});

describe("channels", () => {
  const typeOf = () => channelTypes.get("webhook")!;

  test("the ticket system's template can be saved, and tells open from done", () => {
    const { config: given, events } = channelOf("custom-template");
    const config = typeOf().parse(given);
    typeOf().check?.(config, { events: eventsOf(events ?? null, typeOf(), config), areNamed: true });
    const bodyOf = (event: string): unknown =>
      JSON.parse(new TextDecoder().decode(typeOf().compose(MESSAGES[event]!, config).body));
    expect(bodyOf("alert.triggered")).toEqual({
      title: "Critical: Spindle too hot on CNC Mill #1",
      text: "Temperature exceeded threshold",
      state: "open",
      value: 87.3,
      link: "https://andon.plant.test/alerts/42",
    });
    expect(bodyOf("alert.resolved")).toMatchObject({ state: "done" });
  });

  test("the lamp is switched by a GET", () => {
    const { config: given } = channelOf("custom-get");
    const config = webhook.parse(given);
    webhook.check?.(config, { events: ["alert.triggered"], areNamed: true });
    const requestOf = (event: string) =>
      webhook.request(webhook.compose(MESSAGES[event]!, config), config, {
        deliveryId: "1",
        now: 0,
        version: "1",
      });
    expect(requestOf("alert.triggered")).toMatchObject({
      method: "GET",
      url: "http://192.168.1.20/api/control?alert=200001",
      body: null,
    });
    expect(requestOf("alert.resolved").url).toEndWith("?alert=000000");
  });
});

test("the table has a row for each dialect, with its time-out, retries, end and header", () => {
  const ends = {
    fail_delivery: "the delivery is failed",
    // Of no webhook: their documents say what happens.
    tell_failure: "",
    pause_channel: "the channel is paused",
    fail_channel: "the channel is failed",
  };
  const inWords = (delays: readonly number[]): string =>
    delays.join() === "30,120,600"
      ? "30 s, 2, 10 min"
      : delays.join() === "60,300,900,3600"
        ? "1, 5, 15, 60 min"
        : delays.join() === "60,300,1800,7200"
          ? "1, 5, 30 min, 2 h"
          : "?";
  const section = README.slice(README.indexOf("## Webhooks"), README.indexOf("### Checking where"));
  for (const { name, signatures } of dialects.values()) {
    const row = section.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    const cells = row.split("|").map((cell) => cell.trim());
    const { timeoutMs, retryDelaysSeconds, whenExhausted } = webhook.behaviour(
      webhook.parse({
        url: "https://a.test/",
        dialect: name,
        ...(name === "custom" ? { template: "{}" } : {}),
      }),
    );
    expect([name, ...cells.slice(4, 8)]).toEqual([
      name,
      `${timeoutMs / 1_000} s`,
      inWords(retryDelaysSeconds),
      ends[whenExhausted],
      signatures
        .map(({ header, format }) => `\`${header}: ${format === "hex" ? "" : "sha256="}<hex>\``)
        .join(", "),
    ]);
  }
});
