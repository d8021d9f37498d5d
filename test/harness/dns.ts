// In: names and their answers. Out: a DNS server for tests: as a seam that answers at once, and as a
// real UDP server for the resolver that the program uses.
import { createSocket } from "node:dgram";
import type { NameAnswer, NameServer } from "../../src/delivery/name-server";

export interface FakeNames extends NameServer {
  lookups: string[];
}

/** Each lookup asks `answer` anew; a list of addresses has TTL 0. */
export const fakeNames = (
  answer: (hostname: string, count: number) => readonly string[] | NameAnswer,
): FakeNames => {
  const lookups: string[] = [];
  return {
    lookups,
    lookup: (hostname) => {
      lookups.push(hostname);
      const given = answer(hostname, lookups.length);
      return Promise.resolve(
        "failure" in given || "addresses" in given ? given : { addresses: given, ttlSeconds: 0 },
      );
    },
  };
};

export interface DnsServer {
  /** As `Resolver.setServers` takes it. */
  address: string;
  questions: number;
  /** Gives the IPv4 address for a name, `null` for NXDOMAIN, undefined for no answer at all. */
  answer: (hostname: string) => string | null | undefined;
  stop(): void;
}

const TYPE_A = 1;

/** Answers A questions; AAAA questions get an empty answer. */
export const openDnsServer = async (): Promise<DnsServer> => {
  const socket = createSocket("udp4");
  const server: DnsServer = {
    address: "",
    questions: 0,
    answer: () => null,
    stop: () => socket.close(),
  };
  socket.on("message", (message, remote) => {
    server.questions++;
    const labels: string[] = [];
    let at = 12;
    for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
      labels.push(message.subarray(at + 1, at + 1 + length).toString("latin1"));
      at += length + 1;
    }
    const type = message.readUInt16BE(at + 1);
    const address = server.answer(labels.join("."));
    if (address === undefined) return;
    const header = Buffer.from(message.subarray(0, 12));
    header.writeUInt16BE(address === null ? 0x8183 : 0x8180, 2);
    const hasAnswer = address !== null && type === TYPE_A;
    header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    const record = hasAnswer
      ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)])
      : Buffer.alloc(0);
    socket.send(Buffer.concat([header, message.subarray(12, at + 5), record]), remote.port, remote.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
};
