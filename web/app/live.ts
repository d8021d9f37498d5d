// In: the stream of the journal. Out: its events to listeners, and a state that never claims to be
// live when it is not. WebSocket first, server-sent events when that is blocked; resumes by number.
import { now, onTick } from "../controllers/clock";
import { Store } from "../controllers/store";
import { readEventStream } from "./event-stream";

export interface StreamEvent {
  seq: number;
  kind: string;
  subject_id: string | null;
  at: string;
  data: Record<string, unknown>;
}

export type LivePhase = "off" | "connecting" | "live" | "late" | "offline";

export interface LiveState {
  phase: LivePhase;
  /** Server time of the newest event. */
  lastEventAt: number | null;
  /** When anything at all was heard last, heartbeats included. */
  lastHeardAt: number | null;
  /** Since when it has been connected without a break. */
  connectedAt: number | null;
  /** When the next attempt to connect begins. */
  retryAt: number | null;
}

/** The server speaks at least every 15 s: after this long the view is called late… */
const LATE_AFTER_MS = 20_000;
/** …and after this long the connection is given up. */
const DEAD_AFTER_MS = 35_000;
const RETRY_DELAYS_MS = [400, 1_000, 2_000, 4_000, 8_000, 15_000];
/** The server's close code for a session that has ended. */
const SIGNED_OUT = 4401;
/** So many sockets in a row without a greeting, and the other transport is tried. */
const SOCKET_TRIES = 2;

export class LiveStream {
  readonly state = new Store<LiveState>({
    phase: "off",
    lastEventAt: null,
    lastHeardAt: null,
    connectedAt: null,
    retryAt: null,
  });
  private readonly listeners = new Set<(event: StreamEvent) => void>();
  private readonly endings = new Set<() => void>();
  private readonly greetings = new Set<(missed: boolean) => void>();
  private lastSeq: number | null = null;
  private failures = 0;
  private silentSockets = 0;
  private close: (() => void) | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private stopTick: (() => void) | undefined;
  /** Answers of earlier connections are ignored. */
  private turn = 0;

  /** The answer ends it. */
  onEvent(listener: (event: StreamEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Called when the server ends the stream because the session has ended. */
  onSignedOut(listener: () => void): void {
    this.endings.add(listener);
  }

  /** Called at each greeting; `missed`: the connection was lost before. */
  onGreeting(listener: (missed: boolean) => void): () => void {
    this.greetings.add(listener);
    return () => this.greetings.delete(listener);
  }

  start(): void {
    if (this.stopTick !== undefined) return;
    this.stopTick = onTick(() => this.watch());
    addEventListener("online", this.reconnectNow);
    addEventListener("offline", this.lose);
    document.addEventListener("visibilitychange", this.onVisible);
    this.connect();
  }

  stop(): void {
    this.stopTick?.();
    this.stopTick = undefined;
    removeEventListener("online", this.reconnectNow);
    removeEventListener("offline", this.lose);
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.retryTimer);
    this.turn += 1;
    this.close?.();
    this.lastSeq = null;
    this.failures = 0;
    this.state.set({ phase: "off", lastEventAt: null, lastHeardAt: null, connectedAt: null, retryAt: null });
  }

  readonly reconnectNow = (): void => {
    if (this.stopTick === undefined || this.state.value.phase === "live") return;
    clearTimeout(this.retryTimer);
    this.close?.();
    this.connect();
  };

  private readonly onVisible = (): void => {
    if (document.visibilityState === "visible") this.reconnectNow();
  };

  private connect(): void {
    this.turn += 1;
    const turn = this.turn;
    this.change({ phase: this.state.value.lastHeardAt === null ? "connecting" : "offline", retryAt: null });
    const query = this.lastSeq === null ? "" : `?after=${this.lastSeq}`;
    const path = `/api/v1/stream${query}`;
    const connection = {
      heard: (message: Record<string, unknown> | null) => {
        if (turn === this.turn) this.hear(message);
      },
      lost: () => {
        if (turn === this.turn) this.lose();
      },
    };
    this.close =
      this.silentSockets >= SOCKET_TRIES
        ? readEventStream(path, connection)
        : this.openSocket(path, connection);
  }

  private openSocket(
    path: string,
    connection: { heard: (message: Record<string, unknown> | null) => void; lost: () => void },
  ): () => void {
    this.silentSockets += 1;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}`);
    socket.addEventListener("message", (message) => {
      this.silentSockets = 0;
      connection.heard(parse(message.data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (code === SIGNED_OUT) for (const end of this.endings) end();
      connection.lost();
    });
    return () => socket.close();
  }

  /** `null`: a heartbeat without content. */
  private hear(message: Record<string, unknown> | null): void {
    const at = now();
    if (message !== null && message["kind"] === "hello") {
      const isBack = this.lastSeq !== null;
      const seq = Number(message["seq"]);
      this.lastSeq ??= Number.isFinite(seq) ? seq : 0;
      this.failures = 0;
      this.change({ phase: "live", lastHeardAt: at, connectedAt: at, retryAt: null });
      for (const greet of this.greetings) greet(isBack);
      return;
    }
    this.change({ lastHeardAt: at, ...(this.state.value.phase === "late" ? { phase: "live" } : {}) });
    if (message === null || typeof message["seq"] !== "number" || typeof message["kind"] !== "string") return;
    const event = message as unknown as StreamEvent;
    if (event.kind === "ping") return;
    if (this.lastSeq !== null && event.seq <= this.lastSeq) return;
    this.lastSeq = event.seq;
    this.change({ lastEventAt: Date.parse(event.at) || at });
    for (const listener of this.listeners) listener(event);
  }

  private readonly lose = (): void => {
    if (this.stopTick === undefined) return;
    this.turn += 1;
    this.close?.();
    clearTimeout(this.retryTimer);
    const base = RETRY_DELAYS_MS[Math.min(this.failures, RETRY_DELAYS_MS.length - 1)] ?? 15_000;
    // Spread, so that a hundred boards do not all come back in the same moment.
    const delay = base * (0.8 + Math.random() * 0.4);
    this.failures += 1;
    const isFirst = this.failures === 1 && this.state.value.lastHeardAt !== null;
    this.change({ phase: isFirst ? "connecting" : "offline", retryAt: now() + delay });
    this.retryTimer = setTimeout(() => this.connect(), delay);
  };

  private watch(): void {
    const { phase, lastHeardAt } = this.state.value;
    if ((phase !== "live" && phase !== "late") || lastHeardAt === null) return;
    const silence = now() - lastHeardAt;
    if (silence > DEAD_AFTER_MS) this.lose();
    else if (silence > LATE_AFTER_MS && phase === "live") this.change({ phase: "late" });
  }

  private change(changes: Partial<LiveState>): void {
    this.state.update((state) => ({ ...state, ...changes }));
  }
}

const parse = (text: unknown): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

export const live = new LiveStream();
