// In: a way to start Andon, a clock and a place to write. Out: the whole demo, running until it is
// stopped: Andon in a temporary directory, a line of machines and a receiver of webhooks.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes, randomInt } from "node:crypto";
import type { Clock } from "../core/clock";
import type { Service } from "../lib/service";
import { createApiClient } from "./client";
import { type Account, createNarrator, type Narrator } from "./narrator";
import { type Mailbox, type Receiver, startReceiver } from "./receiver";
import { setStage } from "./stage";
import { createStory, type Story } from "./story";

/** What the demo sets; everything else keeps its default, whatever the environment says. */
export interface DemoConfig {
  dataDir: string;
  port: number;
  outboundAllow: string[];
  adminEmail: string;
  adminPassword: string;
  bootstrapToken: string;
}

export interface RunningAndon {
  /** Without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

export interface DemoParts {
  startAndon: (config: DemoConfig) => Promise<RunningAndon>;
  /** 0 takes a free one. */
  port: number;
  clock: Clock;
  write: (text: string) => void;
  isColoured: boolean;
}

export interface Demo extends Service {
  /** Where its files lie while it runs. */
  readonly directory: string;
  /** Without a slash at the end; valid after `start`. */
  readonly url: string;
  readonly account: Account;
  /** Resolves when no reading is on its way and everything received has been told. */
  idle(): Promise<void>;
}

/** Without letters and digits that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

const makePassword = (): string =>
  Array.from({ length: 3 }, () =>
    Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join(""),
  ).join("-");

const makeMailbox = (path: string): Mailbox => ({
  path,
  sharedSecret: randomBytes(16).toString("hex"),
  signingSecret: `whsec_${randomBytes(32).toString("base64")}`,
});

/** Nothing is made before `start`; `stop` removes the directory even when `start` failed half-way. */
export const createDemo = (parts: DemoParts): Demo => {
  const { clock } = parts;
  const account: Account = {
    email: "demo@andon.example",
    password: makePassword(),
    token: `demo-${randomBytes(16).toString("hex")}`,
  };
  const maintenance = makeMailbox("/maintenance");
  const supervisor = makeMailbox("/supervisor");
  let directory = "";
  let receiver: Receiver | null = null;
  let andon: RunningAndon | null = null;
  let narrator: Narrator | null = null;
  let story: Story | null = null;
  let telling: Promise<void> = Promise.resolve();
  let starting: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | null = null;

  const complain = (error: unknown): void =>
    narrator?.tellProblem(error instanceof Error ? error.message : String(error));

  const openReceiver = (): Receiver =>
    startReceiver({
      mailboxes: [maintenance, supervisor],
      now: () => clock.now(),
      onMessage: (path, webhook) => {
        const mailbox = path === supervisor.path ? "supervisor" : "maintenance";
        // One after the other, so that lines of two messages never mix.
        telling = telling.then(() => narrator?.tellWebhook(mailbox, webhook)).catch(complain);
      },
      onRefused: (path, reason) => narrator?.tellProblem(`A webhook to ${path} was refused: ${reason}.`),
    });

  const begin = async (): Promise<void> => {
    directory = mkdtempSync(join(tmpdir(), "andon-demo-"));
    receiver = openReceiver();
    andon = await parts.startAndon({
      dataDir: directory,
      port: parts.port,
      outboundAllow: [receiver.allow],
      adminEmail: account.email,
      adminPassword: account.password,
      bootstrapToken: account.token,
    });
    const api = createApiClient(andon.url, account.token);
    narrator = createNarrator({
      api,
      url: andon.url,
      account,
      now: () => clock.now(),
      write: parts.write,
      isColoured: parts.isColoured,
    });
    const { tellSecond } = narrator;
    if (stopping !== null) return;
    await setStage({ api, now: () => clock.now(), receiverUrl: receiver.url, maintenance, supervisor });
    narrator.introduce();
    story = createStory({ api, clock, onSecond: tellSecond, onFailure: complain });
    await story.start();
  };

  const end = async (): Promise<void> => {
    // What is half made can't be taken down; a failed start has told its caller already.
    await Promise.allSettled([starting]);
    try {
      await story?.stop();
      await telling;
      await andon?.stop();
      await receiver?.stop();
    } finally {
      if (directory !== "") rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
    if (story !== null) narrator?.sayGoodbye();
  };

  return {
    name: "demo",
    account,
    get directory() {
      return directory;
    },
    get url() {
      return andon?.url ?? "";
    },
    start: () => (starting = begin()),
    stop: () => (stopping ??= end()),
    idle: async () => {
      await story?.idle();
      await telling;
    },
  };
};
