// The main job, done by the executable alone: from an empty directory, as a user without rights, with
// no connection to anything but loopback. A machine's temperature crosses its limit, somebody is told,
// nobody acknowledges, it escalates; acknowledging stops the next escalation.
import { afterEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openSignedSink, type SignedSink } from "../harness/signed-sink";
import { isRoot, placeExecutable, type Executable, type Running } from "./executable";

const SECRET = "a-shared-secret-of-the-journey";
const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const HAS_STRACE = Bun.which("strace") !== null;

let executable: Executable | undefined;
let sink: SignedSink | undefined;

afterEach(async () => {
  await executable?.remove();
  await sink?.close();
  executable = sink = undefined;
});

interface Alert {
  id: string;
  status: string;
  next_escalation: { due_at: string } | null;
}

const client = (running: Running) => async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${running.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as never };
};

const told = (from: SignedSink): string[] =>
  from.messages.map(
    ({ event, payload }) => `${event} ${(payload["alert"] as { metric_value: number }).metric_value}`,
  );

if (!HAS_STRACE) process.stdout.write("No strace: that nothing else is connected to is not checked here.\n");
if (!isRoot) process.stdout.write("Not root: the executable runs as the user of this test.\n");

test("the executable does the whole job by itself", async () => {
  executable = placeExecutable();
  sink = openSignedSink(SECRET);
  const trace = join(executable.directory, "connections");
  const running = await executable.serve({
    env: { ANDON_BOOTSTRAP_TOKEN: TOKEN, ANDON_OUTBOUND_ALLOW: sink.listener },
    // -D: the signal of the end reaches the executable, not its tracer.
    ...(HAS_STRACE ? { prefix: ["strace", "-D", "-f", "-qq", "-e", "trace=connect", "-o", trace] } : {}),
  });
  const call = client(running);

  const channel = await call("POST", "/api/v1/notification-channels", {
    name: "Maintenance",
    type: "webhook",
    config: { url: sink.url, secret: SECRET },
    is_active: true,
  });
  expect(channel.status).toBe(201);
  const { id: channelId } = channel.body as { id: string };
  const policy = await call("POST", "/api/v1/escalation-policies", {
    name: "Critical, one second",
    severity: "critical",
    wait_minutes: 1 / 60,
    channel_id: channelId,
    is_active: true,
  });
  expect(policy.status).toBe(201);
  const rule = await call("POST", "/api/v1/alert-rules", {
    name: "Too hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
  expect(rule.status).toBe(201);

  const send = async (machine: string, value: number): Promise<void> => {
    const answer = await call("POST", "/api/v1/readings", { machine, metric: "temperature", value });
    expect(answer).toEqual({ status: 202, body: { accepted: 1, rejected: [] } as never });
  };
  await send("CNC Mill #1", 87.3);
  await sink.arrived(2, 30_000);
  expect(told(sink)).toEqual(["alert.triggered 87.3", "alert.escalated 87.3"]);

  // The second alert is acknowledged before its escalation is due.
  const slower = { wait_minutes: 10 };
  const { id: policyId } = policy.body as { id: string };
  expect((await call("PATCH", `/api/v1/escalation-policies/${policyId}`, slower)).status).toBe(200);
  await send("Press 7", 91);
  const open = await call("GET", "/api/v1/alerts?status=triggered");
  const [second] = (open.body as { data: Alert[] }).data;
  expect(second?.next_escalation).not.toBeNull();
  const acknowledged = await call("POST", `/api/v1/alerts/${second?.id}/acknowledge`, { note: "on my way" });
  expect(acknowledged.body as Alert).toMatchObject({ status: "acknowledged", next_escalation: null });
  expect((await call("POST", `/api/v1/alerts/${second?.id}/acknowledge`)).status).toBe(409);
  await send("Press 7", 60);
  await sink.arrived(5, 30_000);
  expect(told(sink).slice(2)).toEqual(["alert.triggered 91", "alert.acknowledged 91", "alert.resolved 91"]);
  expect(sink.refused).toBe(0);

  running.signal("SIGTERM");
  await running.exited;
  if (!HAS_STRACE) return;
  const elsewhere = readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => /AF_INET6?/.test(line))
    .filter((line) => !/inet_addr\("127\.0\.0\.1"\)|"::1"|"::ffff:127\.0\.0\.1"/.test(line));
  expect(elsewhere).toEqual([]);
}, 90_000);
