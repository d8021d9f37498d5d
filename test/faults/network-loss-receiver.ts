// In: lines on standard input: `go` once the cable is in, `down` and `up` for this end of it, `report`.
// Out: three endpoints on 10.77.0.2 in a network of their own, and what came to them, as JSON lines.
import { createInterface } from "node:readline";

const ADDRESS = "10.77.0.2";
const PORTS = [8001, 8002, 8003];
const LINK = "v1";

const ip = (...words: string[]): void => {
  if (Bun.spawnSync(["ip", ...words]).exitCode !== 0) throw new Error(`ip ${words.join(" ")} failed`);
};
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const seen: { port: number; id: string }[] = [];

const listen = (): void => {
  ip("link", "set", "lo", "up");
  ip("addr", "add", `${ADDRESS}/24`, "dev", LINK);
  ip("link", "set", LINK, "up");
  for (const port of PORTS)
    Bun.serve({
      hostname: ADDRESS,
      port,
      fetch: (request) => {
        seen.push({ port, id: request.headers.get("webhook-id") ?? "" });
        return new Response("ok");
      },
    });
};

say("ready");
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "go") listen();
  else if (line === "report") say(seen);
  else ip("link", "set", LINK, line);
  if (line !== "report") say(line);
}
process.exit(0);
