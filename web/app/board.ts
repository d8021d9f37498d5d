// In: the open alerts and the stream's events. Out: the live list that the shell and the Now page
// show, new alerts to announce, and the calls that change alerts: shown at once, taken back if refused.
import {
  acknowledgeAlert,
  listOpenAlerts,
  readAlert,
  resolveAlert,
  type Alert,
  type AlertStatus,
} from "../api/alerts";
import { ApiError } from "../api/client";
import { now } from "../controllers/clock";
import { Store } from "../controllers/store";
import { live, type StreamEvent } from "./live";

export interface BoardState {
  alerts: ReadonlyMap<string, Alert>;
  /** What was asked for and not yet confirmed. */
  pending: ReadonlyMap<string, AlertStatus>;
  loadedAt: number | null;
  error: ApiError | null;
}

const EMPTY: BoardState = { alerts: new Map(), pending: new Map(), loadedAt: null, error: null };
/** Resolved alerts stay in the list this long, so that nothing vanishes under the pointer. */
const LINGER_MS = 8_000;
/** With the stream alive a full read is only insurance; without it, it is all there is. */
const REFRESH_LIVE_MS = 120_000;
const REFRESH_BLIND_MS = 15_000;
/** More changed alerts than this at once are read as a list. */
const SINGLE_READS = 12;

export const board = new Store<BoardState>(EMPTY);

type NewAlertListener = (alert: Alert) => void;
const newAlertListeners = new Set<NewAlertListener>();
export const onNewAlert = (listener: NewAlertListener): void => void newAlertListeners.add(listener);

const timers = new Set<ReturnType<typeof setTimeout>>();
const later = (delayMs: number, run: () => void): void => {
  const timer = setTimeout(() => {
    timers.delete(timer);
    run();
  }, delayMs);
  timers.add(timer);
};

let isRunning = false;
let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | null = null;
let readAgain = false;

const put = (alert: Alert): void => {
  board.update((state) => {
    const alerts = new Map(state.alerts);
    alerts.set(alert.id, alert);
    return { ...state, alerts };
  });
  if (alert.status === "resolved")
    later(LINGER_MS, () =>
      board.update((state) => {
        if (state.alerts.get(alert.id)?.status !== "resolved") return state;
        const alerts = new Map(state.alerts);
        alerts.delete(alert.id);
        return { ...state, alerts };
      }),
    );
};

/** Reads the whole list; calls during a read lead to one more. Never rejects. */
export const refreshBoard = (): Promise<void> => {
  if (reading !== null) {
    readAgain = true;
    return reading;
  }
  clearTimeout(refreshTimer);
  reading = (async () => {
    try {
      const open = await listOpenAlerts();
      board.update((state) => {
        const alerts = new Map(open.map((alert) => [alert.id, alert]));
        for (const old of state.alerts.values())
          if (old.status === "resolved" && !alerts.has(old.id)) alerts.set(old.id, old);
        return { ...state, alerts, loadedAt: now(), error: null };
      });
    } catch (error) {
      if (error instanceof ApiError) board.update((state) => ({ ...state, error }));
      else throw error;
    } finally {
      reading = null;
    }
    if (!isRunning) return;
    if (readAgain) {
      readAgain = false;
      await refreshBoard();
      return;
    }
    const isLive = live.state.value.phase === "live";
    refreshTimer = setTimeout(() => void refreshBoard(), isLive ? REFRESH_LIVE_MS : REFRESH_BLIND_MS);
  })();
  return reading;
};

const changed = new Set<string>();
let readChangedTimer: ReturnType<typeof setTimeout> | undefined;

/** The stream's alerts lack the escalation to come: they are read once more, a moment later. */
const readSoon = (id: string): void => {
  changed.add(id);
  readChangedTimer ??= setTimeout(() => {
    readChangedTimer = undefined;
    const ids = [...changed];
    changed.clear();
    if (ids.length > SINGLE_READS) void refreshBoard();
    else
      for (const each of ids)
        readAlert(each).then(put, () => {
          // Unreadable now: the next full read puts it right.
        });
  }, 150);
};

const alertOf = (event: StreamEvent): Alert | null => {
  const alert = event.data["alert"];
  return typeof alert === "object" && alert !== null ? (alert as Alert) : null;
};

const hear = (event: StreamEvent): void => {
  if (!isRunning) return;
  if (event.kind.startsWith("alert.")) {
    const alert = alertOf(event);
    const known = board.value.alerts.get(event.subject_id ?? "");
    if (alert !== null) {
      put({
        ...alert,
        next_escalation: alert.status === "triggered" ? (known?.next_escalation ?? null) : null,
      });
      if (event.kind === "alert.triggered" && known === undefined)
        for (const listener of newAlertListeners) listener(alert);
    }
    const id = alert?.id ?? event.subject_id;
    if (id !== null && id !== "" && event.kind !== "alert.resolved") readSoon(id);
  } else if (event.kind.startsWith("escalation.") && event.subject_id !== null) readSoon(event.subject_id);
  else if (event.kind.startsWith("config.") && event.data["object"] === "escalation_policy")
    void refreshBoard();
};

live.onEvent(hear);
live.onGreeting(() => {
  if (isRunning) void refreshBoard();
});

export const startBoard = (): void => {
  if (isRunning) return;
  isRunning = true;
  void refreshBoard();
};

export const stopBoard = (): void => {
  isRunning = false;
  clearTimeout(refreshTimer);
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
  board.set(EMPTY);
};

const setPending = (id: string, status: AlertStatus | null): void =>
  board.update((state) => {
    const pending = new Map(state.pending);
    if (status === null) pending.delete(id);
    else pending.set(id, status);
    return { ...state, pending };
  });

const change = async (id: string, status: AlertStatus, run: () => Promise<Alert>): Promise<Alert> => {
  setPending(id, status);
  try {
    const alert = await run();
    put(alert);
    return alert;
  } catch (error) {
    // A conflict means that somebody was faster: show what is true now.
    if (error instanceof ApiError && error.status === 409) readSoon(id);
    throw error;
  } finally {
    setPending(id, null);
  }
};

/** Shown as acknowledged at once, marked as not yet confirmed; rejects when the server refuses. */
export const acknowledge = (id: string, note?: string): Promise<Alert> =>
  change(id, "acknowledged", () => acknowledgeAlert(id, note));

export const resolve = (id: string, note?: string): Promise<Alert> =>
  change(id, "resolved", () => resolveAlert(id, note));

/** Open alerts that nobody has acknowledged. */
export const unacknowledged = (state: BoardState): Alert[] =>
  [...state.alerts.values()].filter((alert) => alert.status === "triggered");
