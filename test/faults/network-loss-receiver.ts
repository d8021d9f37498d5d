// In: lines on standard input: `go` once the cable is in, `down` and `up` for this end of it, `report`, `gone`
// for the second host to go; whether there is a second host, 10.77.0.3, as the argument `two`.
// Out: three endpoints per host in a network of their own, and what came to them, as JSON lines.
import { createInterface } from "node:readline";

const SECOND = "10.77.0.3";
const ADDRESSES = process.argv[2] === "two" ? ["10.77.0.2", SECOND] : ["10.77.0.2"];
const PORTS = [8001, 8002, 8003];
const LINK = "v1";

const ip = (...words: string[]): void => {
  if (Bun.spawnSync(["ip", ...words]).exitCode !== 0) throw new Error(`ip ${words.join(" ")} failed`);
};
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const seen: { port: number; id: string }[] = [];

const listen = (): void => {
  ip("link", "set", "lo", "up");
  for (const address of ADDRESSES) ip("addr", "add", `${address}/24`, "dev", LINK);
  ip("link", "set", LINK, "up");
  for (const [hostname, port] of ADDRESSES.flatMap((address) =>
    PORTS.map((port) => [address, port] as const),
  ))
    Bun.serve({
      hostname,
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
  else if (line === "gone") ip("addr", "del", `${SECOND}/24`, "dev", LINK);
  else ip("link", "set", LINK, line);
  if (line !== "report") say(line);
}
process.exit(0);
