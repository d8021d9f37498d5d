// The README's channel type, exactly as printed there: it compiles, it describes itself, and in the whole
// program it is created, told, refused and tested like every other.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AnyChannelType } from "../../src/channels/channel";
import { channelTypes } from "../../src/channels/registry";
import { startApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { openRecordingSink } from "../harness/recording-sink";

const ROOT = join(import.meta.dir, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const KEY = "siren-key-0123456789";

/** Beside the sources, so that the compiler finds what it imports. */
const directory = join(ROOT, ".build", `readme-channel-${process.pid}`);
const file = join(directory, "index.ts");

const printed = /<!-- test: adding-a-channel -->\n```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "";

mkdirSync(directory, { recursive: true });
await Bun.write(
  file,
  printed.replace(/from "(\.\.\/(?:\.\.\/)?)/g, (_from, up: string) =>
    up === "../../" ? 'from "../../src/' : 'from "../../src/channels/',
  ),
);

afterAll(() => {
  rmSync(directory, { recursive: true });
  (channelTypes as Map<string, AnyChannelType>).delete("siren");
});

test("compiles under the rules of the house", async () => {
  await Bun.write(
    join(directory, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.json",
      include: ["index.ts"],
      compilerOptions: { noEmit: true },
    }),
  );
  const run = Bun.spawnSync([
    process.execPath,
    join(ROOT, "node_modules/typescript/bin/tsc"),
    "-p",
    directory,
  ]);
  expect([run.exitCode, run.stdout.toString()]).toEqual([0, ""]);
});

test("does its job in the whole program", async () => {
  const { siren } = (await import(file)) as { siren: AnyChannelType };
  // One line in the registry.
  (channelTypes as Map<string, AnyChannelType>).set(siren.kind, siren);
  const sink = openRecordingSink();
  const app = await startApp({ config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
  try {
    const types = (await app.api("GET", "/channel-types")).body.data as {
      kind: string;
      fields: { name: string }[];
    }[];
    expect(types.find(({ kind }) => kind === "siren")?.fields.map(({ name }) => name)).toEqual([
      "url",
      "key",
    ]);
    const wrong = await app.api("POST", "/notification-channels", {
      name: "S",
      type: "siren",
      config: { url: sink.url },
    });
    expect([wrong.status, wrong.body.field]).toEqual([422, "config.key"]);

    const { status, body } = await app.api("POST", "/notification-channels", {
      name: "Hall C",
      type: "siren",
      config: { url: sink.url, key: KEY },
    });
    expect([status, body.config]).toEqual([201, { url: sink.url, key: "••••6789" }]);
    await app.api("POST", "/alert-rules", {
      name: "Too hot",
      severity: "critical",
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
    });
    await app.api("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 91 });
    await sink.waitFor(1);
    await app.api("POST", "/alerts/1/acknowledge");
    await sink.waitFor(2);
    expect(sink.received.map(({ json }) => json)).toEqual([
      { text: "Critical: Too hot on Press 7", tone: "critical", on: true },
      { text: "Acknowledged: Too hot on Press 7", tone: "critical", on: false },
    ]);
    expect(sink.received[0]?.headers["x-key"]).toBe(KEY);

    sink.answerWith((request) => new Response(`no: ${request.headers["x-key"]}`, { status: 403 }));
    const tested = await app.api("POST", `/notification-channels/${body.id}/test`);
    expect([tested.body.success, tested.body.attempts.length]).toEqual([false, 1]);
    const rows = await eventually(
      () => app.api("GET", `/notification-channels/${body.id}/deliveries`),
      (answer) => answer.body.data.length === 3,
    );
    expect(JSON.stringify([tested.body, rows.body])).not.toContain(KEY);
  } finally {
    await app.stop();
    await sink.stop();
  }
});
