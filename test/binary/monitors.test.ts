// Every kind of monitor inside the executable: what it needs is loaded at first use, and works there as well.
import { afterEach, expect, test } from "bun:test";
import { generate } from "selfsigned";
import { openDnsServer } from "../harness/dns";
import { placeExecutable, type Executable } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";

let executable: Executable | undefined;
const closers: (() => void)[] = [];

afterEach(async () => {
  await executable?.remove();
  executable = undefined;
  for (const close of closers.splice(0)) close();
});

test("each kind sees what is there, and a job reports", async () => {
  executable = placeExecutable();
  const pems = await generate([{ name: "commonName", value: "shop.test" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "shop.test" }] }],
  });
  const site = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ state: "ok" }) });
  const secure = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: pems.cert, key: pems.private },
    fetch: () => new Response("ok"),
  });
  const names = await openDnsServer();
  names.answer = () => "10.0.0.7";
  closers.push(
    () => void site.stop(true),
    () => void secure.stop(true),
    names.stop,
  );
  const running = await executable.serve({
    env: { ANDON_BOOTSTRAP_TOKEN: TOKEN, ANDON_OUTBOUND_MODE: "open" },
  });
  const call = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running.url}/api/v1${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expect([path, response.status < 300, text]).toEqual([path, true, text]);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const host = "127.0.0.1";
  const expected = { json_path: "state", equals: "ok", regex: '"state":\\s*"o' };
  const drafts: Record<string, unknown>[] = [
    { type: "http", url: `http://127.0.0.1:${site.port}/`, expect: expected },
    { type: "tcp", host, port: site.port },
    { type: "tls", host, port: secure.port, server_name: "shop.test", ca: pems.cert },
    { type: "dns", host: "shop.test", resolver: names.address, expect: { values: ["10.0.0.7"] } },
    { type: "ping", host, port: site.port },
  ];
  for (const draft of drafts) {
    const { success, reason } = await call("/monitors/test", { name: "Draft", ...draft });
    expect([draft["type"], success, reason]).toEqual([draft["type"], true, null]);
  }
  const wrong = { ...drafts[0], expect: { regex: "nothing" } };
  expect((await call("/monitors/test", { name: "Draft", ...wrong }))["success"]).toBe(false);
  const job = await call("/monitors", { name: "Job", type: "heartbeat", cron: "0 3 * * *" });
  const reported = await fetch(String(job["ping_url"]), { method: "POST", body: "done" });
  expect([reported.status, await reported.text()]).toEqual([200, "OK"]);
});
