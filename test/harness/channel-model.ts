// In: a seed. Out: a random life of a few channels on the real worker: told, edited, given new secrets,
// paused, resumed, switched off, deleted and restarted while messages wait, and what was wrong about it
// in the end. The same seed gives the same life.
import { createHmac } from "node:crypto";
import type { Channel } from "../../src/channels/directory";
import { isAppError } from "../../src/core/errors";
import { replayDelivery } from "../../src/delivery/replay";
import { openDeliveryBench, principal, type DeliveryBench } from "./delivery";
import { seededRandom, wholeBetween } from "./random";
import { openRecordingSink, type ReceivedRequest, type RecordingSink } from "./recording-sink";

/** What the test itself knows of a channel. */
interface Known {
  readonly id: string;
  /** The one in force is the last. */
  readonly secrets: string[];
  /** In force at some moment since nothing was under way: a request may have been signed by any of them. */
  recent: Set<string>;
  /** The one before is still taken until then, by the moved clock. */
  previous: { secret: string; until: number } | null;
  /** Those that were `previous` at some moment since nothing was under way. */
  recentPrevious: Set<string>;
  /** The endpoint of this channel answers so. */
  answer: number | "old_secret" | "new_secret";
  isDeleted: boolean;
}

export interface ModelResult {
  /** What was done, for whoever has to repeat it. */
  steps: string[];
  /** Empty when all promises were kept. */
  faults: string[];
  rows: number;
  requests: number;
}

const DAY_MS = 24 * 3_600_000;
/** First attempts, retries, resumes and replays of one message: more is an endless error. */
const MOST_ATTEMPTS = 120;

const hexOf = (secret: string, body: Uint8Array): string =>
  createHmac("sha256", secret).update(body).digest("hex");

const standardOf = (secret: string, { headers, bytes }: ReceivedRequest): string => {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  const signed = createHmac("sha256", key).update(
    `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`,
  );
  return `v1,${signed.update(bytes).digest("base64")}`;
};

class Model {
  readonly steps: string[] = [];
  readonly faults: string[] = [];
  readonly #random: () => number;
  readonly #bench: DeliveryBench;
  readonly #sink: RecordingSink;
  readonly #channels: Known[] = [];
  readonly #bodies = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(seed: number, bench: DeliveryBench, sink: RecordingSink) {
    this.#random = seededRandom(seed);
    this.#bench = bench;
    this.#sink = sink;
    sink.answerWith((request) => this.#answer(request));
  }

  #pick<T>(list: readonly T[]): T {
    return list[wholeBetween(this.#random, 0, list.length - 1)] as T;
  }

  /** What the endpoint sees, held against what the model knows. */
  #answer(request: ReceivedRequest): Response {
    const known = this.#channels.find(({ id }) => request.path === `/hook/${id}`);
    const id = request.headers["webhook-id"] ?? "";
    if (known === undefined) {
      this.faults.push(`a request to ${request.path}, which no channel has`);
      return new Response(null, { status: 404 });
    }
    const body = this.#bodies.get(id);
    if (body !== undefined && body !== request.body) this.faults.push(`${id}: another body than before`);
    this.#bodies.set(id, request.body);
    const digest = request.headers["x-signature"];
    const signer = known.secrets.find((secret) => hexOf(secret, request.bytes) === digest);
    const now = this.#bench.clock.now();
    const { previous } = known;
    const allowed = [...known.recent, ...known.recentPrevious];
    if (previous !== null && now < previous.until) allowed.push(previous.secret);
    if (signer === undefined || !allowed.includes(signer))
      this.faults.push(`${id}: signed by a secret that is not in force`);
    const entries = (request.headers["webhook-signature"] ?? "").split(" ");
    for (const entry of entries)
      if (!allowed.some((secret) => standardOf(secret, request) === entry))
        this.faults.push(`${id}: an entry of webhook-signature by a secret that is not in force`);
    const status = this.#statusOf(known, signer);
    if (status < 300) this.#taken.add(id);
    return new Response(null, { status });
  }

  #statusOf(known: Known, signer: string | undefined): number {
    if (typeof known.answer === "number") return known.answer;
    const wanted = known.answer === "new_secret" ? known.secrets.at(-1) : known.secrets.at(-2);
    return signer === wanted ? 200 : 401;
  }

  #live(known: Known): Channel {
    const channel = this.#bench.directory.get(known.id);
    if (channel === undefined) throw new Error(`the channel ${known.id} is gone`);
    return channel;
  }

  #present(): Known[] {
    return this.#channels.filter(({ isDeleted }) => !isDeleted);
  }

  /** Nothing is under way: only the secrets in force may sign from now on. */
  async settle(): Promise<void> {
    await this.#bench.worker.idle();
    for (const known of this.#channels) {
      known.recent = new Set(known.secrets.slice(-1));
      known.recentPrevious = new Set();
    }
  }

  #take(known: Known, secret: string, previous: Known["previous"]): void {
    if (known.previous !== null && this.#bench.clock.now() < known.previous.until)
      known.recentPrevious.add(known.previous.secret);
    known.secrets.push(secret);
    known.recent.add(secret);
    known.previous = previous;
  }

  async create(): Promise<void> {
    const secret = `secret number ${this.#channels.length} of nobody else`;
    const answer = this.#pick([200, 200, 500, 503] as const);
    // The address names the channel, which has none yet.
    const channel = await this.#bench.channel(
      {
        url: `${this.#sink.url}/new`,
        secret,
        signature: { header: "X-Signature", format: "hex" },
        dialect: this.#pick(["andon", "haltless", "roboticks", "statuspulse"]),
        verify: false,
        retry: this.#pick(["haltless", "statuspulse", [1, 1], [60], []]),
        ordered: this.#random() < 0.3,
        ...(this.#random() < 0.4 ? { pause_after_failures: wholeBetween(this.#random, 1, 3) } : {}),
      },
      { events: null },
    );
    const { id } = channel;
    this.#channels.push({
      id,
      secrets: [secret],
      recent: new Set([secret]),
      previous: null,
      recentPrevious: new Set(),
      answer,
      isDeleted: false,
    });
    await this.#bench.service.update(principal, id, { config: { url: `${this.#sink.url}/${id}` } });
    this.steps.push(`create ${id}`);
  }

  async tell(known: Known): Promise<void> {
    const count = wholeBetween(this.#random, 1, 5);
    const first = this.#bench.message();
    const rows = Array.from({ length: count }, (_, index) =>
      this.#bench.plan(this.#live(known), index % 2 === 0 ? first : { ...first, event: "alert.resolved" }, {
        urgency: wholeBetween(this.#random, 0, 1),
      }),
    );
    await this.#bench.commit(rows.flat());
    this.steps.push(`tell ${known.id} ${count}`);
  }

  async step(): Promise<void> {
    const present = this.#present();
    const known = present.length === 0 ? undefined : this.#pick(present);
    if (known === undefined || (present.length < 4 && this.#random() < 0.08)) return this.create();
    const { service, clock } = this.#bench;
    const note = (what: string): void => void this.steps.push(`${what} ${known.id}`);
    const choices: readonly [weight: number, act: () => Promise<void>][] = [
      [8, () => this.tell(known)],
      [
        5,
        async () => {
          const seconds = this.#pick([1, 30, 60, 301, 3_600, 90_000]);
          this.steps.push(`advance ${seconds} s`);
          await clock.advance(seconds * 1_000);
          await service.endRotations();
        },
      ],
      [
        4,
        async () => {
          known.answer = this.#pick([200, 204, 500, 401, 403, 410, 302, "old_secret", "new_secret"] as const);
          note(`answers ${known.answer}`);
        },
      ],
      [
        4,
        async () => {
          const previous = { secret: known.secrets.at(-1) ?? "", until: clock.now() + DAY_MS };
          const secret = `rotated secret ${known.secrets.length} of ${known.id}`;
          // In force from the moment of the commit on, which comes before the answer.
          this.#take(known, secret, previous);
          await service.rotateSecret(principal, known.id, secret);
          note("rotate");
        },
      ],
      [
        2,
        async () => {
          const secret = `patched secret ${known.secrets.length} ${known.id}`;
          this.#take(known, secret, known.previous);
          await service.update(principal, known.id, { config: { secret } });
          known.previous = null;
          note("patch secret");
        },
      ],
      [
        2,
        async () => {
          await service.update(principal, known.id, {
            config: { headers: { "X-Line": String(this.#random()) }, timeout_seconds: 5 },
          });
          note("edit");
        },
      ],
      [
        3,
        async () => {
          const isActive = this.#random() < 0.6;
          await service.update(principal, known.id, { isActive });
          note(isActive ? "switch on" : "switch off");
        },
      ],
      [
        3,
        async () => {
          await service.resume(principal, known.id).catch((error: unknown) => {
            if (!isAppError(error, "conflict")) throw error;
          });
          note("resume");
        },
      ],
      [
        1,
        async () => {
          known.isDeleted = true;
          await service.remove(principal, known.id);
          note("delete");
        },
      ],
      [2, () => this.replay(known)],
      [
        1,
        async () => {
          this.steps.push("restart");
          await this.#bench.restart();
        },
      ],
    ];
    let at = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of choices) {
      at -= weight;
      if (at < 0) {
        await act();
        break;
      }
    }
    if (this.#random() < 0.4) await this.settle();
  }

  async replay(known: Known): Promise<void> {
    const [row] = await this.#bench.rows(
      "SELECT id FROM outbox WHERE channel_id = ? AND finished_at IS NOT NULL ORDER BY seq LIMIT 1 OFFSET ?",
      [known.id, wholeBetween(this.#random, 0, 3)],
    );
    if (row === undefined) return;
    await replayDelivery(
      {
        store: this.#bench.testStore.store,
        clock: this.#bench.clock,
        directory: this.#bench.directory,
        outbox: this.#bench.delivery.outbox,
        worker: this.#bench.worker,
      },
      {
        tenantId: principal.tenantId,
        deliveryId: String(row[0]),
        hasNewId: this.#random() < 0.3,
        actor: principal.actor,
      },
    ).catch((error: unknown) => {
      if (!isAppError(error, "conflict")) throw error;
    });
    this.steps.push(`replay ${String(row[0])}`);
  }

  /** Every endpoint is well again, every channel on: what waits must come to its end. */
  async finish(): Promise<void> {
    const { service, clock } = this.#bench;
    for (const known of this.#present()) known.answer = 200;
    // What was answered before must not stop a channel after its resume.
    await this.settle();
    for (const known of this.#present()) {
      await service.update(principal, known.id, { isActive: true });
      await service.resume(principal, known.id);
    }
    // Before time goes on: a jump would be a time-out for what is under way.
    await this.settle();
    const stopWaiting = clock.waitFor(() => this.#bench.worker.idle());
    for (let day = 0; day < 4; day++) {
      await clock.advance(DAY_MS);
      await service.endRotations();
      await this.settle();
    }
    stopWaiting();
  }

  async judge(): Promise<void> {
    const rows = await this.#bench.rows(
      "SELECT id, channel_id, status, reason, attempts, outcome FROM outbox ORDER BY seq",
    );
    const deleted = new Set(this.#channels.filter(({ isDeleted }) => isDeleted).map(({ id }) => id));
    for (const [id, channelId, status, reason, attempts, outcome] of rows) {
      const name = String(id);
      if (!["delivered", "failed", "cancelled"].includes(String(status)))
        this.faults.push(
          `${name}: ended as ${String(status)} (${String(reason)}), channel ${String(channelId)}`,
        );
      if (status === "cancelled" && !deleted.has(String(channelId)))
        this.faults.push(`${name}: cancelled though its channel is there`);
      if (status === "cancelled" && reason !== "The channel was deleted.")
        this.faults.push(`${name}: cancelled for ${JSON.stringify(reason)}`);
      if (status === "delivered" && !this.#taken.has(name)) this.faults.push(`${name}: nobody has taken it`);
      if (Number(attempts) > MOST_ATTEMPTS) this.faults.push(`${name}: ${String(attempts)} attempts`);
      if (outcome === "internal" || outcome === "invalid_config")
        this.faults.push(`${name}: the outcome ${outcome}`);
    }
    const ids = new Set(rows.map(([id]) => String(id)));
    for (const id of this.#bodies.keys())
      if (!ids.has(id)) this.faults.push(`${id}: sent, but never decided`);
    const [left] = await this.#bench.rows(
      "SELECT COUNT(*) FROM channels WHERE previous_secret IS NOT NULL AND deleted_at IS NULL",
    );
    if (left?.[0] !== 0) this.faults.push("a replaced secret is still in the store");
    const [open] = await this.#bench.rows(
      "SELECT COUNT(*) FROM attempts WHERE delivery_seq NOT IN (SELECT seq FROM outbox)",
    );
    if (open?.[0] !== 0) this.faults.push("attempts of nothing");
  }
}

export const liveChannels = async (seed: number, steps: number): Promise<ModelResult> => {
  const sink = openRecordingSink();
  const bench = await openDeliveryBench({ hasReceipts: true });
  const model = new Model(seed, bench, sink);
  try {
    await model.create();
    for (let step = 0; step < steps; step++) await model.step();
    await model.finish();
    await model.judge();
    const [count] = await bench.rows("SELECT COUNT(*) FROM outbox");
    return {
      steps: model.steps,
      faults: model.faults,
      rows: Number(count?.[0]),
      requests: sink.received.length,
    };
  } finally {
    await bench.close();
    await sink.stop();
  }
};
