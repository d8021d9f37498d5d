// T10. In: how many samples of each kind. Out: for each secret that somebody could feel his way to,
// Welch's t between two kinds of wrong guesses, sent in a random order over one connection.
import { connect } from "node:net";
import { equalSecrets, randomSecret } from "../../src/lib/digest";
import { verify } from "../../src/receivers/verify";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { seededRandom } from "../harness/random";
import { hmacHex } from "../harness/receivers";
import { createOtherTenant } from "../harness/tenant-isolation";
import type { Tier } from "./tier";

/** The bar of leakage tests: beyond it a difference is not chance. */
export const T_BAR = 4.5;
const SAMPLES = 20_000;
const WARM_UP = 2_000;
/** Slower ones are pauses of the machine: they drown what is looked for. */
const KEPT_SHARE = 0.95;

export interface TimingResult {
  name: string;
  samples: number;
  /** Means of the two kinds, in microseconds. */
  meansUs: [number, number];
  t: number;
}

export interface TimingOptions {
  /** Of each of the two kinds. */
  samples: number;
  seed: number;
  onPair?: (result: TimingResult) => void;
}

/** Performs one guess and gives what it took, in microseconds. */
type Measure = () => Promise<number> | number;

interface Pair {
  name: string;
  kinds: [Measure, Measure];
}

interface Moments {
  mean: number;
  variance: number;
  count: number;
}

const momentsOf = (values: readonly number[]): Moments => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1), count: values.length };
};

export const welch = (left: readonly number[], right: readonly number[]): number => {
  const [a, b] = [momentsOf(left), momentsOf(right)];
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
};

const comparePair = async (
  { name, kinds }: Pair,
  { samples, seed }: TimingOptions,
): Promise<TimingResult> => {
  const random = seededRandom(seed);
  for (let round = 0; round < WARM_UP; round++) await kinds[round % 2 === 0 ? 0 : 1]();
  const times: [number[], number[]] = [[], []];
  // Each round takes one of both, in an order by chance: what drifts meanwhile hits them alike.
  for (let round = 0; round < samples; round++)
    for (const kind of random() < 0.5 ? ([0, 1] as const) : ([1, 0] as const))
      times[kind].push(await kinds[kind]());
  // One limit for both kinds: cutting each at its own would hide a difference.
  const all = [...times[0], ...times[1]].toSorted((a, b) => a - b);
  const limit = all[Math.floor(all.length * KEPT_SHARE)] ?? Number.POSITIVE_INFINITY;
  const [left, right] = times.map((values) => values.filter((value) => value <= limit)) as [
    number[],
    number[],
  ];
  return {
    name,
    samples,
    meansUs: [momentsOf(left).mean, momentsOf(right).mean],
    t: welch(left, right),
  };
};

/** One kept connection; the next request goes out when the answer to the last one is whole. */
const openLine = (port: number) => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let received = "";
  let whole: (status: number) => void = () => undefined;
  socket.on("data", (data) => {
    received += data.toString("latin1");
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    const status = Number(received.slice(9, 12));
    received = "";
    whole(status);
  });
  return {
    send: (bytes: Buffer, expected: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const from = performance.now();
        whole = (status) => {
          if (status === expected) resolve((performance.now() - from) * 1_000);
          else reject(new Error(`status ${status} instead of ${expected}`));
        };
        socket.write(bytes);
      }),
    close: () => socket.destroy(),
  };
};

const get = (path: string, ...headers: string[]): Buffer =>
  Buffer.from([`GET ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n"));

const postJson = (path: string, body: unknown): Buffer => {
  const text = JSON.stringify(body);
  return Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      "Host: localhost",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "",
      text,
    ].join("\r\n"),
  );
};

const otherLetter = (letter: string): string => (letter === "A" ? "B" : "A");

/** Wrong at the first character, and wrong only at the last one. */
const wrongAtEnds = (secret: string, prefix = ""): [string, string] => {
  const own = secret.slice(prefix.length);
  return [
    prefix + otherLetter(own[0] ?? "") + own.slice(1),
    prefix + own.slice(0, -1) + otherLetter(own.at(-1) ?? ""),
  ];
};

const BODY = new TextEncoder().encode('{"status":"up"}');

/** The same of hex digits. */
const wrongDigits = (hex: string): [string, string] => {
  const other = (digit = ""): string => (digit === "0" ? "1" : "0");
  return [other(hex[0]) + hex.slice(1), hex.slice(0, -1) + other(hex.at(-1))];
};

/** Where the answer is written down as well, the disk would hide what differs. */
const judge = (secret: string, signature: string, times: number): Measure => {
  const headers = new Headers({ "x-signature": signature });
  const settings = {
    secrets: [secret],
    header: "x-signature",
    scheme: "auto",
    timestampHeader: null,
  } as const;
  return () => {
    const from = performance.now();
    for (let round = 0; round < times; round++)
      if (verify({ headers, body: BODY, now: 0 }, settings).isVerified) throw new Error("a guess was right");
    return (performance.now() - from) * 1_000;
  };
};

const BIG = { perSecond: 10_000_000, burst: 10_000_000 };
const PASSWORD = "correct horse battery";
/** Failures are forgotten after an hour: each guess comes as if it were the first. */
const NEXT_GUESS_MS = 2 * 60 * 60_000;

const createPairs = async (
  run: TestApp,
  clock: FakeClock,
  line: ReturnType<typeof openLine>,
): Promise<Pair[]> => {
  const made = await run.api("POST", "/api-tokens", { name: "t" });
  const [firstToken, lastToken] = wrongAtEnds(String(made.body.token), "andon_");
  const bearer = (token: string): Buffer => get("/api/v1/projects", `Authorization: Bearer ${token}`);

  for (const [email, isActive] of [
    ["known@plant.example", true],
    ["inactive@plant.example", false],
  ] as const) {
    const user = await run.api("POST", "/users", { email, password: PASSWORD });
    if (!isActive) await run.api("PATCH", `/users/${user.body.id}`, { is_active: false });
  }
  const signedIn = await fetch(`${run.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "known@plant.example", password: PASSWORD }),
  });
  const session = /andon_session=([^;]+)/.exec(signedIn.headers.get("set-cookie") ?? "")?.[1] ?? "";
  const [firstCookie, lastCookie] = wrongAtEnds(session);
  const cookie = (id: string): Buffer => get("/api/v1/projects", `Cookie: andon_session=${id}`);

  const guess = (email: string): Measure => {
    const bytes = postJson("/api/v1/session", { email, password: "wrong password" });
    return () => {
      clock.setWall(clock.now() + NEXT_GUESS_MS);
      return line.send(bytes, 401);
    };
  };

  const { access, store } = run.app.parts;
  const stranger = await createOtherTenant({ access, opened: { store } });
  const project = await run.api("POST", "/projects", { name: "p" });
  const unknown = String(project.body.id).replace(/.{12}$/, "000000000000");
  const foreign = (id: string): Measure => {
    const bytes = get(`/api/v1/projects/${id}`, `Authorization: Bearer ${stranger.token}`);
    return () => line.send(bytes, 404);
  };

  const [secret, times] = [randomSecret(), 50];
  const [firstSecret, lastSecret] = wrongAtEnds(secret);
  const compare =
    (guessed: string): Measure =>
    () => {
      const from = performance.now();
      for (let round = 0; round < times; round++) equalSecrets(guessed, secret);
      return (performance.now() - from) * 1_000;
    };

  const sending =
    (bytes: Buffer, status: number): Measure =>
    () =>
      line.send(bytes, status);
  const service = await run.api("POST", "/services", { name: "s" });
  const receiver = await run.api("POST", "/webhook-receivers", { name: "r", service_id: service.body.id });
  const [firstPath, lastPath] = wrongDigits(String(receiver.body.token)).map((token) =>
    postJson(`/api/webhooks/incoming/${token}`, { status: "up" }),
  ) as [Buffer, Buffer];
  return [
    {
      name: "a receiver's token, wrong at its first and at its last character",
      kinds: [sending(firstPath, 404), sending(lastPath, 404)],
    },
    {
      name: `a receiver's signature, wrong at its first and at its last character (${times} comparisons)`,
      kinds: wrongDigits(hmacHex(secret, BODY)).map((signature) => judge(secret, signature, times)) as [
        Measure,
        Measure,
      ],
    },
    {
      name: "API token, wrong at its first and at its last character",
      kinds: [sending(bearer(firstToken), 401), sending(bearer(lastToken), 401)],
    },
    {
      name: "session, wrong at its first and at its last character",
      kinds: [sending(cookie(firstCookie), 401), sending(cookie(lastCookie), 401)],
    },
    {
      name: "set-up token, wrong at its first and at its last character (50 comparisons)",
      kinds: [compare(firstSecret), compare(lastSecret)],
    },
    {
      name: "ID of another organization and of nobody",
      kinds: [foreign(String(project.body.id)), foreign(unknown)],
    },
    {
      name: "sign-in, known and unknown account",
      kinds: [guess("known@plant.example"), guess("nobody@plant.example")],
    },
    {
      name: "sign-in, deactivated and unknown account",
      kinds: [guess("inactive@plant.example"), guess("nobody@plant.example")],
    },
  ];
};

/** The cost of a password's hash is set low: a high one would hide what differs beside it. */
export const runTiming = async (options: TimingOptions): Promise<TimingResult[]> => {
  const clock = new FakeClock();
  const limits = { refused: BIG, address: BIG, api: BIG };
  const run = await startApp({ clock, seams: { limits, receiverLimits: { unverified: BIG } } });
  const line = openLine(Number(new URL(run.url).port));
  const results: TimingResult[] = [];
  try {
    for (const pair of await createPairs(run, clock, line)) {
      const result = await comparePair(pair, options);
      options.onPair?.(result);
      results.push(result);
    }
    return results;
  } finally {
    line.close();
    await run.stop();
  }
};

export const describeTiming = ({ name, samples, meansUs: [left, right], t }: TimingResult): string =>
  `${name}: 2 × ${samples}, ${left.toFixed(1)} and ${right.toFixed(1)} µs, t = ${t.toFixed(2)}`;

export const timing: Tier = {
  name: "timing",
  title: "2 × 20,000 interleaved guesses at each secret, Welch's t-test",
  obstacle: () => null,
  run: async ({ rounds, seed, say }) => {
    const samples = rounds ?? SAMPLES;
    const results = await runTiming({
      samples,
      seed,
      onPair: (result) => say(`   ${describeTiming(result)}`),
    });
    const worst = Math.max(...results.map(({ t }) => Math.abs(t)));
    return {
      summary: `${results.length} pairs, largest |t| ${worst.toFixed(2)} (bar: ${T_BAR})`,
      faults: results.filter(({ t }) => Math.abs(t) >= T_BAR).map(describeTiming),
    };
  },
};
