// In: nothing. Out: what all parts of the program are given, and where tests may step in.
import type { Access } from "../access/access";
import type { PasswordCost } from "../access/passwords";
import type { Config } from "../config/config";
import type { Clock } from "../core/clock";
import type { StartupError } from "../core/errors";
import type { Log } from "../core/log";
import type { Vault } from "../core/vault";
import type { DeliveryParts } from "../delivery/delivery";
import type { Limits } from "../http/budgets";
import type { ClockWatchParts } from "../operations/clock-watch";
import type { ReceiverLimits } from "../receivers/accept";
import type { SubscriberLimits } from "../status-pages/subscribers/front";
import type { Metrics } from "../operations/metrics";
import type { Store } from "../store/store";

/** All optional: without them, the real clock and network, and no log. */
export interface AppSeams {
  log?: Log;
  clock?: Clock;
  /** The storage is lost for this process: it should end with the error's exit code. */
  onFatal?: (error: StartupError) => void;
  /** Tests replace what talks to the network. */
  delivery?: DeliveryParts["seams"];
  /** Tests: cheaper password hashes, no reserve on disk, other budgets. */
  passwordCost?: PasswordCost;
  hasBallast?: boolean;
  limits?: Partial<Limits>;
  /** Tests: time since the machine was started, and which start that was. */
  boot?: Pick<ClockWatchParts, "sinceBoot" | "bootId">;
  receiverLimits?: Partial<ReceiverLimits>;
  subscriberLimits?: Partial<SubscriberLimits>;
}

/** Exists before any slice. */
export interface Base {
  config: Config;
  clock: Clock;
  /** Looks whether the clock was set: before a time is worked out that lies ahead. */
  checkClock: () => void;
  log: Log;
  store: Store;
  /** Seals what a repository keeps and must read back: secrets of channels, receivers, monitors. */
  vault: Vault;
  access: Access;
  /** Where people reach the UI, without a slash at the end. */
  baseUrl: () => string;
  listeners: () => { address: string; port: number }[];
  seams: AppSeams;
  metrics: Metrics;
}
