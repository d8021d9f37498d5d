// In: options as the first argument, questions over IPC. Out: a webhook receiver on raw sockets that
// counts what comes and, when told to, writes each request to a synced log before it answers.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { fdatasyncSync, openSync, writeSync } from "node:fs";
import type { Socket } from "bun";
import { wallTime } from "./process";
import { seededRandom } from "./random";
import {
  numberedSecret,
  type FromSink,
  type SinkCounts,
  type SinkLogLine,
  type SinkOptions,
  type ToSink,
} from "./sink-options";
import { headerOf, WireReader, type WireMessage } from "./wire";

interface Connection {
  reader: WireReader;
}

const OK = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
const UNAVAILABLE = Buffer.from("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");

const options = JSON.parse(process.argv[2] ?? "{}") as SinkOptions;
const random = seededRandom(options.seed ?? 1);
const log = options.logPath === undefined ? null : openSync(options.logPath, "a");
const ids = new Set<string>();
let delayMs = options.delayMs ?? 0;
let counts: SinkCounts = emptyCounts();

function emptyCounts(): SinkCounts {
  return { requests: 0, distinct: 0, verified: 0, badSignatures: 0, firstAt: null, lastAt: null };
}

const tell = (message: FromSink): void => void process.send?.(message);

/** The newest secret that each listener has seen. */
const newest: number[] = [];
/** A channel is given new secrets one by one: more at once were not seen in between. */
const MOST_AHEAD = 8;

/** Numbers of the secrets behind the entries of `webhook-signature`. */
const signersOf = (head: string, listener: number, id: string, body: Buffer): number[] => {
  const timestamp = headerOf(head, "webhook-timestamp") ?? "";
  const last = newest[listener] ?? 0;
  const makes = (number: number, entry: string): boolean => {
    const digest = createHmac("sha256", numberedSecret(options.secret ?? "", number))
      .update(`${id}.${timestamp}.`)
      .update(body)
      .digest("base64");
    const expected = Buffer.from(`v1,${digest}`);
    const received = Buffer.from(entry);
    return received.length === expected.length && timingSafeEqual(received, expected);
  };
  const entries = (headerOf(head, "webhook-signature") ?? "").split(" ");
  const signers = entries.map((entry) => {
    if (makes(last, entry)) return last;
    for (let number = last + MOST_AHEAD; number >= 0; number--) if (makes(number, entry)) return number;
    return -1;
  });
  newest[listener] = Math.max(last, ...signers);
  return signers;
};

/** What a payload says about itself; a body that is no JSON has empty words. */
const wordsOf = (body: Buffer): { event: string; alertId: string } => {
  try {
    const payload = JSON.parse(body.toString("utf8")) as { event?: unknown; alert?: { id?: unknown } };
    return { event: String(payload.event ?? ""), alertId: String(payload.alert?.id ?? "") };
  } catch {
    return { event: "", alertId: "" };
  }
};

let unsynced: { line: string; socket: Socket<Connection>; answer: Buffer }[] = [];
let isSyncPlanned = false;

/** All requests of one turn of the event loop share a sync. */
const sync = (): void => {
  isSyncPlanned = false;
  const batch = unsynced;
  unsynced = [];
  if (log === null || batch.length === 0) return;
  writeSync(log, batch.map(({ line }) => line).join(""));
  fdatasyncSync(log);
  for (const { socket, answer } of batch) reply(socket, answer);
};

const reply = (socket: Socket<Connection>, answer: Buffer): void => {
  if (delayMs === 0) void socket.write(answer);
  else setTimeout(() => void socket.write(answer), delayMs);
};

const receive = (socket: Socket<Connection>, listener: number, { head, body }: WireMessage): void => {
  const at = wallTime();
  const id = headerOf(head, "webhook-id") ?? "";
  counts.requests++;
  if (id !== "" && !ids.has(id)) {
    ids.add(id);
    counts.distinct++;
  }
  counts.firstAt ??= at;
  counts.lastAt = at;
  const every = options.verifyEvery ?? 0;
  const isChecked = every > 0 && counts.requests % every === 0;
  const signedBy = isChecked ? signersOf(head, listener, id, body) : [];
  const isRight = isChecked && !signedBy.includes(-1);
  if (isChecked && isRight) counts.verified++;
  else if (isChecked) counts.badSignatures++;
  if (options.manner === "hang") return;
  const isFailing = (options.failShare ?? 0) > 0 && random() < (options.failShare ?? 0);
  const answer = isFailing ? UNAVAILABLE : OK;
  if (log === null) return reply(socket, answer);
  const line: SinkLogLine = {
    at,
    listener,
    id,
    ...wordsOf(body),
    digest: createHash("sha256").update(body).digest("hex"),
    status: isFailing ? 503 : 200,
    isSigned: isRight,
    signedBy,
  };
  unsynced.push({ line: `${JSON.stringify(line)}\n`, socket, answer });
  if (isSyncPlanned) return;
  isSyncPlanned = true;
  setImmediate(sync);
};

const listen = (index: number): number =>
  Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        socket.setNoDelay(true);
        socket.data = { reader: new WireReader((message) => receive(socket, index, message)) };
      },
      data: (socket, chunk) => socket.data.reader.push(chunk),
      // A cut connection is the product's own affair: it was killed, or gave up.
      error: () => undefined,
    },
  }).port;

process.on("message", (message: ToSink) => {
  if (message.ask === "counts") return tell({ tell: "counts", counts });
  if (message.ask === "manner") delayMs = message.delayMs;
  else {
    counts = emptyCounts();
    ids.clear();
  }
  tell({ tell: "done" });
});
process.on("disconnect", () => process.exit(0));
tell({ tell: "ports", ports: Array.from({ length: options.listeners }, (_, index) => listen(index)) });
