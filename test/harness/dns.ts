// In: names and their answers. Out: a DNS server for tests: as a seam that answers at once, and as a
// real server, by UDP and TCP, for the resolver that the program uses.
import { createSocket } from "node:dgram";
import { createServer, type AddressInfo, type Socket } from "node:net";
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

/**
 * IPv4 addresses with their TTL in seconds (0 for a plain address), `null` for NXDOMAIN, `SERVFAIL`, and
 * undefined for no answer at all. Late: sent so many milliseconds after the question.
 */
export type DnsAnswer =
  | string
  | null
  | undefined
  | { servfail: true }
  | { addresses: readonly string[]; ttl?: number; afterMs?: number };

export interface DnsServer {
  /** As `Resolver.setServers` takes it. */
  address: string;
  questions: number;
  answer: (hostname: string) => DnsAnswer;
  stop(): void;
}

const TYPE_A = 1;
/** More than this does not fit into a packet without extensions: the client asks again by TCP. */
const LONGEST_PACKET = 512;
const FLAGS = { ok: 0x8180, nxdomain: 0x8183, servfail: 0x8182, truncated: 0x8380 };

const recordOf = (address: string, ttl: number): Buffer => {
  const head = Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4]);
  head.writeUInt32BE(ttl, 6);
  return Buffer.concat([head, Buffer.from(address.split(".").map(Number))]);
};

/** Answers A questions; AAAA questions get an empty answer. Port 0 takes a free one. */
export const openDnsServer = async (listener = { host: "127.0.0.1", port: 0 }): Promise<DnsServer> => {
  let isStopped = false;
  const server: DnsServer = {
    address: "",
    questions: 0,
    answer: () => null,
    stop: () => {
      isStopped = true;
      udp.close();
      tcp.close();
    },
  };

  /** Null: no answer. */
  const answerTo = (message: Buffer): { packet: Buffer; cut: Buffer; afterMs: number } | null => {
    server.questions++;
    const labels: string[] = [];
    let at = 12;
    for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
      labels.push(message.subarray(at + 1, at + 1 + length).toString("latin1"));
      at += length + 1;
    }
    const type = message.readUInt16BE(at + 1);
    const given = server.answer(labels.join("."));
    if (given === undefined) return null;
    const isServfail = given !== null && typeof given === "object" && "servfail" in given;
    const {
      addresses = [],
      ttl = 0,
      afterMs = 0,
    } = typeof given === "string" ? { addresses: [given] } : given === null || isServfail ? {} : given;
    const records = type === TYPE_A ? addresses.map((address) => recordOf(address, ttl)) : [];
    const write = (flags: number, answers: readonly Buffer[]): Buffer => {
      const header = Buffer.from(message.subarray(0, 12));
      header.writeUInt16BE(flags, 2);
      header.writeUInt16BE(answers.length, 6);
      header.writeUInt32BE(0, 8);
      return Buffer.concat([header, message.subarray(12, at + 5), ...answers]);
    };
    const flags = isServfail ? FLAGS.servfail : given === null ? FLAGS.nxdomain : FLAGS.ok;
    return { packet: write(flags, records), cut: write(FLAGS.truncated, []), afterMs };
  };

  const udp = createSocket("udp4");
  udp.on("message", (message, remote) => {
    const answer = answerTo(message);
    if (answer === null) return;
    const packet = answer.packet.length > LONGEST_PACKET ? answer.cut : answer.packet;
    const send = (): void => {
      if (!isStopped) udp.send(packet, remote.port, remote.address);
    };
    if (answer.afterMs > 0) setTimeout(send, answer.afterMs);
    else send();
  });
  const tcp = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const answer = answerTo(Buffer.from(data).subarray(2));
      if (answer === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.packet.length);
      socket.write(Buffer.concat([length, answer.packet]));
    });
  });
  // Free ports are scarce with TCP; with UDP hardly anybody else has one.
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(listener.port, listener.host, resolve);
  });
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, listener.host, () => resolve()));
  server.address = `${listener.host}:${port}`;
  return server;
};
