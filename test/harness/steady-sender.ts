// In: a port that answers some of the time, and a gate that says when to wait. Out: requests that are
// repeated until there is an answer, as a client does that must not lose anything.
import { openExchange, requestBytes, type Answer, type Exchange } from "./load";

/** Whoever passes waits while it is closed; closing twice keeps those who wait already. */
export interface Gate {
  passed(): Promise<void>;
  open(): void;
  close(): void;
}

/** Closed at first. */
export const createGate = (): Gate => {
  let closed: PromiseWithResolvers<void> | null = Promise.withResolvers<void>();
  return {
    passed: () => closed?.promise ?? Promise.resolve(),
    open: () => {
      closed?.resolve();
      closed = null;
    },
    close: () => {
      closed ??= Promise.withResolvers<void>();
    },
  };
};

const RETRY_PAUSE_MS = 5;
const SEND_LIMIT_MS = 20_000;

export interface SteadyAnswer extends Answer {
  /** How often it was sent: all but the last time, nobody knows whether it was carried out. */
  tries: number;
}

export interface SteadySenderOptions {
  port: number;
  token: string;
  gate: Gate;
  /** Nobody answers any more. */
  isAbandoned: () => boolean;
  /** From then on a request without an answer is an error. */
  isFinishing: () => boolean;
}

/** Repeats until there is an answer that is not "try again"; one connection, one request at a time. */
export const createSteadySender = (options: SteadySenderOptions) => {
  const { port, token, gate, isAbandoned, isFinishing } = options;
  let exchange: Exchange | null = null;

  const once = async (bytes: Uint8Array): Promise<Answer | null> => {
    try {
      exchange ??= await openExchange(port);
      const answer = await exchange.send(bytes);
      return answer.status === 503 || answer.status === 429 ? null : answer;
    } catch {
      exchange?.close();
      exchange = null;
      return null;
    }
  };

  return async (method: string, path: string, body?: unknown): Promise<SteadyAnswer> => {
    const bytes = requestBytes({
      method,
      path: `/api/v1${path}`,
      token,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const limit = performance.now() + SEND_LIMIT_MS;
    for (let tries = 1; ; tries++) {
      await gate.passed();
      if (isAbandoned()) throw new Error("the product was abandoned");
      const answer = await once(bytes);
      if (answer !== null) return { ...answer, tries };
      if (performance.now() > limit && isFinishing()) throw new Error(`${method} ${path} got no answer`);
      await Bun.sleep(RETRY_PAUSE_MS);
    }
  };
};

export type SteadySender = ReturnType<typeof createSteadySender>;
