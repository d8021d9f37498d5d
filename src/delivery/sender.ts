// In: one HTTP request. Out: one exchange: resolved once, the address judged and that very address
// dialled, under a deadline for the whole of it. Remote failures are values; nothing here throws.
import type { OutboundRequest } from "../channels/channel";
import type { Clock } from "../core/clock";
import type { NetPolicy } from "../lib/net-policy";
import { headersOf, readAnswer } from "./answer";
import { classifyFailure, type Failure } from "./failure";
import type { Resolver } from "./resolver";
import { createTargets, MOST_CANDIDATES, withPort, type Target, type Targets } from "./targets";
import type { SendOptions } from "./transports";
import { createTrials, type Exchange, type Trial } from "./trial";

export type { Exchange } from "./trial";

export interface Sender {
  /** Never rejects. */
  send(request: OutboundRequest, options: Pick<SendOptions, "timeoutMs" | "begin">): Promise<Exchange>;
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
  /** Shared with other transports; else its own, of policy and resolver. */
  targets?: Targets;
  /** The same under the policy for addresses that strangers enter; absent: none of those is dialled. */
  strangers?: Pick<Targets, "vet">;
  dial?: Dial;
}

const isHttp = ({ protocol }: Target): boolean => protocol === "https:" || protocol === "http:";

type Dialled =
  | { response: Response; address: string }
  | { response: null; failed: Failure; address: string | null };

const NOWHERE: Pick<Targets, "vet"> = {
  vet: () =>
    Promise.resolve({ addresses: [], failure: "blocked", reason: "Addresses of strangers are not dialled." }),
};

export const createSender = (parts: SenderParts): Sender => {
  const { clock, dial = fetch } = parts;
  const targets = parts.targets ?? createTargets(parts);
  const strangers = parts.strangers ?? NOWHERE;
  const trials = createTrials(clock);

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
    { begin, isOver }: { begin: SendOptions["begin"]; isOver: () => boolean },
  ): Promise<Dialled> => {
    let failed: Failure = { failure: "internal", error: "There was no address to dial." };
    let address: string | null = null;
    let hasRedialled = false;
    for (let index = 0; index < Math.min(addresses.length, MOST_CANDIDATES);) {
      address = withPort(addresses[index] ?? "", target.port);
      target.lastAddress = address;
      try {
        const url = `${target.protocol}//${address}${target.path}`;
        const answer = begin === undefined ? dial(url, init) : begin(() => dial(url, init));
        return { response: await answer, address };
      } catch (error) {
        failed = classifyFailure(error);
        if (isOver()) break;
        if (failed.failure === "reset" && !hasRedialled) hasRedialled = true;
        else if (failed.failure === "refused" || failed.failure === "unreachable") index++;
        else break;
      }
    }
    return { response: null, failed, address };
  };

  const exchangeOf = async (
    request: OutboundRequest,
    trial: Trial,
    begin: SendOptions["begin"],
  ): Promise<Exchange> => {
    const target = targets.targetOf(request.url);
    if (target === null || !isHttp(target))
      return trial.failed("invalid_config", "The URL can't be dialled.");
    const judges = request.isStrangers === true ? strangers : targets;
    const vetted = await judges.vet(target, trial.signal);
    if (vetted === null) return trial.failed("timeout", "The time was up before the name was resolved.");
    if (vetted.reason !== null) return trial.failed(vetted.failure, vetted.reason);
    const dialled = await dialInTurn(target, vetted.addresses, initOf(request, target, trial.signal), {
      begin,
      isOver: () => trial.overBy !== null,
    });
    const { response, address } = dialled;
    if (response === null) return trial.failed(dialled.failed.failure, dialled.failed.error, address);
    const firstByteMs = trial.elapsedMs();
    const responseHeaders = headersOf(response);
    const declared = responseHeaders["content-length"];
    const answer = await readAnswer(response, declared === undefined ? null : Number(declared));
    if (answer.isCut) trial.abort();
    const brokenBy = trial.overBy !== null ? "the time was up" : answer.broken?.error;
    return trial.ended({
      statusCode: response.status,
      failure: null,
      responseHeaders,
      responseBody: answer.body,
      error: answer.broken === null ? null : `The body is incomplete: ${brokenBy}`,
      address,
      firstByteMs,
    });
  };

  return {
    send: (request, { timeoutMs, begin }) =>
      trials.run(timeoutMs, (trial) => exchangeOf(request, trial, begin)),
    abandon: trials.abandon,
    refusalOf: targets.refusalOf,
    hostKey: targets.hostKey,
    close: trials.close,
  };
};
