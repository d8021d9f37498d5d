// The README's first alert, run exactly as it stands there: only the two ports are replaced.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess, type TestProcess } from "../harness/app-process";
import { freePort } from "../harness/process";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

/** The fenced block after `<!-- test: name -->`. */
const blockOf = (name: string): string => {
  const found = new RegExp(`<!-- test: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(README)?.[1];
  if (found === undefined) throw new Error(`README.md has no block "${name}".`);
  return found;
};

const missing = ["sh", "curl", "sed", "openssl"].filter((name) => Bun.which(name) === null);
if (missing.length > 0)
  process.stdout.write(`The README's commands are skipped: no ${missing.join(", ")}.\n`);

const LIMIT_MS = 15_000;

describe.skipIf(missing.length > 0)("the README's first alert", () => {
  const directory = temporaryDirectory("andon-readme-");
  const receiverPort = freePort();
  let server: TestProcess;
  let receiver: Bun.Subprocess<"ignore", "pipe", "inherit">;
  let printed = "";
  let env: Record<string, string> = {};
  let wake = (): void => undefined;

  const withPorts = (text: string): string =>
    text.replaceAll("127.0.0.1:8080", new URL(server.url).host).replaceAll("9000", String(receiverPort));

  /** As somebody types it, in a shell that keeps its variables from block to block. */
  const type = (name: string): string => {
    const run = Bun.spawnSync(["sh", "-c", `set -eu\n${withPorts(blockOf(name))}\nenv > variables`], {
      cwd: directory,
      env,
    });
    if (run.exitCode !== 0) throw new Error(`${name}: ${run.stdout.toString()}${run.stderr.toString()}`);
    const lines = readFileSync(join(directory, "variables"), "utf8").split("\n");
    env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
    return run.stdout.toString();
  };

  const untilPrinted = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`"${words}" was not printed:\n${printed}`)), LIMIT_MS);
      wake = () => {
        if (!printed.includes(words)) return;
        clearTimeout(limit);
        resolve();
      };
      wake();
    });

  const openReceiver = async (): Promise<void> => {
    await Bun.write(join(directory, "receiver.mjs"), withPorts(blockOf("receiver\\.mjs")));
    const [exported, started] = blockOf("receive").trim().split("\n");
    expect(started).toBe("node receiver.mjs");
    const secret = Bun.spawnSync(["sh", "-c", `${exported}; printf %s "$WEBHOOK_SECRET"`], { env });
    env["WEBHOOK_SECRET"] = secret.stdout.toString();
    receiver = Bun.spawn([Bun.which("node") ?? process.execPath, "receiver.mjs"], {
      cwd: directory,
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of receiver.stdout) {
        printed += decoder.decode(chunk, { stream: true });
        wake();
      }
    })();
    await untilPrinted("waiting for webhooks");
  };

  beforeAll(async () => {
    const variables = Object.fromEntries(
      [...blockOf("start").matchAll(/^export (\w+)=(\S+)/gm)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    expect(Object.keys(variables)).toEqual(["ANDON_BOOTSTRAP_TOKEN", "ANDON_OUTBOUND_ALLOW"]);
    server = await startProcess({
      env: {
        ANDON_OUTBOUND_ALLOW: (variables["ANDON_OUTBOUND_ALLOW"] ?? "").replace("9000", String(receiverPort)),
      },
    });
    env = { PATH: process.env["PATH"] ?? "", HOME: directory, ANDON_BOOTSTRAP_TOKEN: server.token };
    await openReceiver();
  });

  afterAll(async () => {
    receiver?.kill();
    await receiver?.exited;
    await server?.remove();
    removeDirectory(directory);
  });

  test("a channel, a rule and a policy; the test message arrives and is genuine", async () => {
    expect(type("configure")).toContain('"success":true');
    await untilPrinted("channel.test");
    expect(printed).not.toContain("refused");
  });

  test("one reading: the alert is told; acknowledging tells that as well", async () => {
    expect(type("trigger")).toContain('"accepted":1');
    await untilPrinted("alert.triggered critical Press 7");
    expect(type("acknowledge")).toContain('"status":"acknowledged"');
    await untilPrinted("alert.acknowledged");
    expect(printed).not.toContain("alert.escalated");
  });

  test("a webhook receiver takes a service into maintenance and back", async () => {
    type("webhook-receiver");
    const results = [...type("deployment").matchAll(/"result":"(\w+)".*?"status":"(\w+)"/g)];
    expect(results.map(([, result, status]) => [result, status])).toEqual([
      ["processed", "maintenance"],
      ["processed", "operational"],
    ]);
  });

  test("a status page is read by programs", () => {
    const summary = type("status-page");
    expect(summary).toContain('"description":"All Systems Operational"');
    expect(summary).toContain('"name":"Shop"');
  });

  test("the rule and the policy with steps are taken as they are written", async () => {
    const create = async (path: string, body: string): Promise<[number, Record<string, unknown>]> => {
      const response = await fetch(`${server.url}/api/v1/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
        body,
      });
      return [response.status, (await response.json()) as Record<string, unknown>];
    };
    const rule = blockOf("rule");
    expect(await create("alert-rules", rule)).toEqual([201, expect.objectContaining(JSON.parse(rule))]);
    const channel = {
      name: "Shift lead",
      type: "webhook",
      config: { url: `http://127.0.0.1:${receiverPort}/` },
    };
    const [, { id }] = await create("notification-channels", JSON.stringify(channel));
    const policy = blockOf("escalation").replaceAll(/<the [^>]*>/g, String(id));
    expect(await create("escalation-policies", policy)).toEqual([
      201,
      expect.objectContaining(JSON.parse(policy)),
    ]);
  });

  test("84 does not resolve it, 79 does", async () => {
    const send = async (value: number): Promise<void> => {
      const response = await fetch(`${server.url}/api/v1/readings`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
        body: JSON.stringify({ machine: "Press 7", metric: "temperature", value }),
      });
      expect(response.status).toBe(202);
    };
    const status = async (): Promise<string> => {
      const response = await fetch(`${server.url}/api/v1/alerts/1`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      return ((await response.json()) as { status: string }).status;
    };
    await send(84);
    expect(await status()).toBe("acknowledged");
    await send(79);
    expect(await status()).toBe("resolved");
    await untilPrinted("alert.resolved");
  });

  test("a message with another signature is refused by the receiver", async () => {
    const response = await fetch(`http://127.0.0.1:${receiverPort}/`, {
      method: "POST",
      headers: {
        "webhook-id": "x",
        "webhook-timestamp": String(Math.floor(performance.timeOrigin / 1000)),
        "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}`,
      },
      body: "{}",
    });
    expect(response.status).toBe(401);
    await untilPrinted("refused");
  });
});
