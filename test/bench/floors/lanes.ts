// In: deliveries of several channels. Out: signed POSTs over raw keep-alive sockets, four in flight
// per channel, each claimed before and settled after.
import { openExchange, type Exchange } from "../../harness/load";
import type { Due, Ledger } from "./ledger";

const IN_FLIGHT_PER_CHANNEL = 4;

export interface Lanes {
  add(due: Due): void;
}

interface Lane {
  waiting: Due[];
  /** The first of `waiting` that was not sent yet: cheaper than moving a long list. */
  next: number;
  idle: Exchange[];
}

const requestOf = ({ id, body }: Due, secret: string, now: number): Buffer => {
  const timestamp = Math.floor(now / 1_000);
  const signature = new Bun.CryptoHasher("sha256", secret)
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest("base64");
  const head =
    "POST /hook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
    `webhook-id: ${id}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n` +
    `Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
};

export const openLanes = async (ports: readonly number[], secret: string, ledger: Ledger): Promise<Lanes> => {
  const lanes: Lane[] = await Promise.all(
    ports.map(async (port) => ({
      waiting: [],
      next: 0,
      idle: await Promise.all(Array.from({ length: IN_FLIGHT_PER_CHANNEL }, () => openExchange(port))),
    })),
  );

  const deliver = async (lane: Lane, exchange: Exchange, due: Due): Promise<void> => {
    await ledger.claim(due.seq);
    const startedAt = Date.now();
    const from = performance.now();
    const answer = await exchange.send(requestOf(due, secret, startedAt));
    if (answer.status !== 200) throw new Error(`the sink answered ${answer.status}`);
    // The connection is free before the result is on the disk.
    lane.idle.push(exchange);
    pump(lane);
    await ledger.settle(due.seq, due.channel, startedAt, performance.now() - from);
  };

  const pump = (lane: Lane): void => {
    while (lane.idle.length > 0 && lane.next < lane.waiting.length) {
      const exchange = lane.idle.pop() as Exchange;
      const due = lane.waiting[lane.next++] as Due;
      void deliver(lane, exchange, due);
    }
  };

  return {
    add: (due) => {
      const lane = lanes[due.channel % lanes.length] as Lane;
      lane.waiting.push(due);
      pump(lane);
    },
  };
};
