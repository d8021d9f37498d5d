// In: one HTTP request. Out: one exchange: resolved once, the address judged and that very address
// dialled, under a deadline for the whole of it. Remote failures are values; nothing here throws.
import type { OutboundRequest, SendFailure, SendResult } from "../channels/channel";
import type { Clock } from "../core/clock";
import { createDeadlines } from "../lib/deadlines";
import { parseIp } from "../lib/ip-address";
import type { DialTarget, NetPolicy } from "../lib/net-policy";
import { headersOf, readAnswer } from "./answer";
import { classifyFailure, type Failure } from "./failure";
import type { Resolver } from "./resolver";

export interface Exchange extends SendResult {
  /** What went wrong, for people; holds neither URL nor secret. */
  error: string | null;
  /** The address that was dialled last, with its port. */
  address: string | null;
  /** Wall time in ms. */
  startedAt: number;
  /** Until the status line, in ms with a fraction. */
  firstByteMs: number | null;
  totalMs: number;
}

export interface Sender {
  /** Never rejects. */
  send(request: OutboundRequest, options: { timeoutMs: number }): Promise<Exchange>;
  /** Gives up all that runs, as at a shutdown: those attempts fail as `internal`. */
  abandon(): void;
  /** Null when the URL may be dialled as far as can be known now, else the reason for people. */
  refusalOf(url: string): Promise<string | null>;
  /** Same key, same address and port, as far as is known: for counting what is in flight per host. */
  hostKey(url: string): string;
  close(): void;
}

/** How an address is dialled; a test records it. */
export type Dial = (url: string, init: BunFetchRequestInit) => Promise<Response>;

export interface SenderParts {
  clock: Clock;
  policy: NetPolicy;
  resolver: Resolver;
  dial?: Dial;
}

/** Addresses of one name that are tried in turn when nothing listens. */
const MOST_CANDIDATES = 3;
const MOST_TARGETS = 4_096;

interface Target extends DialTarget {
  isLiteral: boolean;
  /** For the Host header: the name as the URL has it, with a port that is not the default. */
  host: string;
  path: string;
  /** Address and port of the last dial. */
  lastAddress: string | null;
}

const parseTarget = (text: string): Target | null => {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  if (url.username !== "" || url.password !== "") return null;
  const hostname = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (hostname === "") return null;
  return {
    protocol: url.protocol,
    hostname,
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
    isLiteral: parseIp(hostname) !== null,
    host: url.host,
    path: url.pathname + url.search,
    lastAddress: null,
  };
};

const withPort = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

type Dialled =
  | { response: Response; address: string }
  | { response: null; failed: Failure; address: string | null };

/** Null when the signal came first; what the promise gives later is dropped. */
const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
    promise.then(resolve, reject);
  });

type Vetted = { addresses: string[]; reason: null } | { addresses: []; failure: SendFailure; reason: string };

export const createSender = ({ clock, policy, resolver, dial = fetch }: SenderParts): Sender => {
  const deadlines = createDeadlines(clock);
  const targets = new Map<string, Target>();
  const running = new Set<() => void>();

  const targetOf = (url: string): Target | null => {
    const known = targets.get(url);
    if (known !== undefined) return known;
    const target = parseTarget(url);
    if (target === null) return null;
    const oldest = targets.size >= MOST_TARGETS ? targets.keys().next().value : undefined;
    if (oldest !== undefined) targets.delete(oldest);
    targets.set(url, target);
    return target;
  };

  const judgeAll = (target: Target, addresses: readonly string[]): Vetted => {
    const allowed: string[] = [];
    let reason = "The name stands for no address.";
    for (const address of addresses) {
      const verdict = policy.judge(target, address);
      if (!verdict.isAllowed) reason = verdict.reason;
      else if (!allowed.includes(verdict.address)) allowed.push(verdict.address);
    }
    return allowed.length > 0
      ? { addresses: allowed, reason: null }
      : { addresses: [], failure: "blocked", reason };
  };

  /** One resolution per attempt; what it gave is what is judged, and what was judged is dialled. */
  const vet = async (target: Target): Promise<Vetted> => {
    const resolution = await resolver.resolve(target.hostname);
    if ("addresses" in resolution) return judgeAll(target, resolution.addresses);
    const reason =
      resolution.failure === "unknown" ? "The host name is unknown." : "The DNS server does not answer.";
    return { addresses: [], failure: "dns", reason };
  };

  const initOf = (request: OutboundRequest, target: Target, signal: AbortSignal): BunFetchRequestInit => {
    const init: BunFetchRequestInit = {
      method: request.method,
      headers: { ...request.headers, Host: target.host },
      redirect: "manual",
      decompress: false,
      // Proxy variables of the environment would dial what nobody has judged.
      proxy: false,
      signal,
    };
    if (request.body !== null) init.body = request.body as Uint8Array<ArrayBuffer>;
    if (target.protocol === "https:") {
      const { ca, cert, key, serverName } = request.tls ?? {};
      // Connections are shared only between requests of equal TLS settings, the name included.
      init.tls = {
        rejectUnauthorized: true,
        ...(serverName !== undefined
          ? { serverName }
          : target.isLiteral
            ? {}
            : { serverName: target.hostname }),
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      };
    }
    return init;
  };

  /** Tries each address once, the one that was reset before any answer once more. */
  const dialInTurn = async (
    target: Target,
    addresses: readonly string[],
    init: BunFetchRequestInit,
    isOver: () => boolean,
  ): Promise<Dialled> => {
    let failed: Failure = { failure: "internal", error: "There was no address to dial." };
    let address: string | null = null;
    let hasRedialled = false;
    for (let index = 0; index < Math.min(addresses.length, MOST_CANDIDATES);) {
      address = withPort(addresses[index] ?? "", target.port);
      target.lastAddress = address;
      try {
        return { response: await dial(`${target.protocol}//${address}${target.path}`, init), address };
      } catch (error) {
        failed = classifyFailure(error);
        if (isOver()) break;
        if (failed.failure === "reset" && !hasRedialled) hasRedialled = true;
        else if (failed.failure === "refused") index++;
        else break;
      }
    }
    return { response: null, failed, address };
  };

  return {
    abandon: () => {
      for (const giveUp of running) giveUp();
    },

    send: async (request, { timeoutMs }) => {
      const startedAt = clock.now();
      const started = clock.monotonic();
      const ended = (result: Omit<Exchange, "startedAt" | "totalMs">): Exchange => ({
        ...result,
        startedAt,
        totalMs: clock.monotonic() - started,
      });
      const failedWith = (failure: SendFailure, error: string, address: string | null = null): Exchange =>
        ended({
          statusCode: null,
          failure,
          responseHeaders: {},
          responseBody: "",
          error,
          address,
          firstByteMs: null,
        });

      const target = targetOf(request.url);
      if (target === null) return failedWith("invalid_config", "The URL can't be dialled.");
      const abort = new AbortController();
      let overBy: "deadline" | "shutdown" | null = null;
      const giveUp = (): void => {
        overBy ??= "shutdown";
        abort.abort();
      };
      const cancelDeadline = deadlines.start(timeoutMs, () => {
        overBy ??= "deadline";
        abort.abort();
      });
      running.add(giveUp);
      try {
        const vetted = target.isLiteral
          ? judgeAll(target, [target.hostname])
          : await unlessAborted(vet(target), abort.signal);
        if (vetted === null) return failedWith("timeout", "The time was up before the name was resolved.");
        if (vetted.reason !== null) return failedWith(vetted.failure, vetted.reason);
        const dialled = await dialInTurn(
          target,
          vetted.addresses,
          initOf(request, target, abort.signal),
          () => overBy !== null,
        );
        const { response, address } = dialled;
        if (response === null) {
          if (overBy === "deadline")
            return failedWith("timeout", `There was no answer within ${timeoutMs / 1_000} s.`, address);
          if (overBy === "shutdown") return failedWith("internal", "Andon was stopped.", address);
          return failedWith(dialled.failed.failure, dialled.failed.error, address);
        }
        const firstByteMs = clock.monotonic() - started;
        const responseHeaders = headersOf(response);
        const declared = responseHeaders["content-length"];
        const answer = await readAnswer(response, declared === undefined ? null : Number(declared));
        if (answer.isCut) abort.abort();
        const brokenBy = overBy !== null ? "the time was up" : answer.broken?.error;
        return ended({
          statusCode: response.status,
          failure: null,
          responseHeaders,
          responseBody: answer.body,
          error: answer.broken === null ? null : `The body is incomplete: ${brokenBy}`,
          address,
          firstByteMs,
        });
      } catch (error) {
        return failedWith("internal", classifyFailure(error).error);
      } finally {
        cancelDeadline();
        running.delete(giveUp);
      }
    },

    refusalOf: async (url) => {
      const target = targetOf(url);
      if (target === null) return "This is not a complete http:// or https:// address.";
      const isPlain = target.protocol === "http:";
      if (target.isLiteral) return judgeAll(target, [target.hostname]).reason;
      const resolution = await resolver.resolve(target.hostname);
      // The certificate will prove an https host, whenever its name appears.
      if (!("addresses" in resolution))
        return isPlain
          ? `The host ${target.hostname} can't be resolved; plain http needs a known host.`
          : null;
      // Plain http is for names that stand for private addresses only.
      const judged = resolution.addresses.map((address) => policy.judge(target, address));
      const refused = judged.filter((verdict) => !verdict.isAllowed);
      if (refused.length === 0 || (!isPlain && refused.length < judged.length)) return null;
      return refused[0]?.reason ?? null;
    },

    hostKey: (url) => {
      const target = targetOf(url);
      if (target === null) return "";
      return target.lastAddress ?? withPort(target.hostname, target.port);
    },

    close: () => deadlines.clear(),
  };
};
