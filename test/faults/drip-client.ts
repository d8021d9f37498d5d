// In: as a job: a port, a token, and how many sockets are to drip in which way, for how long. Out: how
// many were open, how many the server cut, and when. Every socket comes from an address of its own net.
import { connect, type Socket } from "node:net";
import { answerJob } from "../harness/job";

export interface DripInput {
  port: number;
  token: string;
  /** Sockets whose request line and headers never end. */
  headers: number;
  /** Sockets whose announced body never ends; half of them with the token, half at a public call. */
  bodies: number;
  /** Sockets that ask for a long answer and never read it. */
  deaf: number;
  /** Sockets that say nothing at all. */
  mute: number;
  /** Between two bytes of a socket. */
  everyMs: number;
  forMs: number;
}

export interface DripOutput {
  opened: number;
  /** Refused or broken before the dripping began. */
  failed: number;
  headersCut: number;
  bodiesCut: number;
  /** Ms after which a dripping body was cut, the longest; null when none was. */
  longestBodyMs: number | null;
  mutesCut: number;
}

/** Clients of a kind come from these many addresses: what one address may have open is limited. */
const ADDRESSES = 16;
const BODY_BYTES = 1_000_000;

type Kind = "headers" | "bodies" | "deaf" | "mute";

const first = (kind: Kind, index: number, { token }: DripInput): string => {
  const bearer = `Authorization: Bearer ${token}\r\n`;
  switch (kind) {
    case "headers":
      return index % 2 === 0 ? "G" : `GET /api/v1/alerts HTTP/1.1\r\nHost: localhost\r\n${bearer}X-Drip: `;
    case "bodies": {
      const [path, more] = index % 2 === 0 ? ["/api/v1/machines", bearer] : ["/api/v1/session", ""];
      return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Content-Type: application/json\r\nContent-Length: ${BODY_BYTES}\r\n\r\n{`;
    }
    case "deaf":
      return `GET /docs/json HTTP/1.1\r\nHost: localhost\r\n${bearer}\r\n`.repeat(20);
    case "mute":
      return "";
  }
};

/** The same letter again and again: of a name, of a header, of a text. */
const DRIP: Record<Kind, string> = { headers: "a", bodies: " ", deaf: "", mute: "" };

const open = (
  kind: Kind,
  index: number,
  input: DripInput,
): Promise<{ socket: Socket; closedMs: () => number | null } | null> =>
  new Promise((resolve) => {
    const socket = connect({
      port: input.port,
      host: "127.0.0.1",
      localAddress: `127.0.1.${1 + (index % ADDRESSES)}`,
    });
    let closedAt: number | null = null;
    let openedAt = 0;
    socket.on("connect", () => {
      openedAt = performance.now();
      const text = first(kind, index, input);
      if (text !== "") socket.write(text);
      resolve({ socket, closedMs: () => (closedAt === null ? null : closedAt - openedAt) });
    });
    socket.on("error", () => resolve(null));
    socket.on("close", () => {
      closedAt = performance.now();
      resolve(null);
    });
    if (kind === "deaf") socket.pause();
    else socket.resume();
  });

await answerJob<DripInput, DripOutput>(async (input) => {
  const kinds: Kind[] = ["headers", "bodies", "deaf", "mute"];
  const wanted = kinds.flatMap((kind) =>
    Array.from({ length: input[kind] }, (_, index) => ({ kind, index })),
  );
  const drips: { kind: Kind; socket: Socket; closedMs: () => number | null }[] = [];
  let failed = 0;
  // Not all in one turn: the listener's queue of connections is short.
  for (let from = 0; from < wanted.length; from += 100)
    for (const one of await Promise.all(
      wanted
        .slice(from, from + 100)
        .map(async ({ kind, index }) => ({ kind, opened: await open(kind, index, input) })),
    ))
      if (one.opened === null) failed++;
      else drips.push({ kind: one.kind, ...one.opened });

  const until = performance.now() + input.forMs;
  while (performance.now() < until) {
    const from = performance.now();
    for (const { kind, socket, closedMs } of drips)
      if (DRIP[kind] !== "" && closedMs() === null && socket.writable) socket.write(DRIP[kind]);
    await Bun.sleep(Math.max(1, input.everyMs - (performance.now() - from)));
  }
  const cut = (kind: Kind): number[] =>
    drips.filter((drip) => drip.kind === kind).flatMap(({ closedMs }) => closedMs() ?? []);
  const bodies = cut("bodies");
  const output = {
    opened: drips.length,
    failed,
    headersCut: cut("headers").length,
    bodiesCut: bodies.length,
    longestBodyMs: bodies.length === 0 ? null : Math.max(...bodies),
    mutesCut: cut("mute").length,
  };
  for (const { socket } of drips) socket.destroy();
  return output;
});
