// In: the lists of machines and rules. Out: both by ID, kept fresh by the stream: the words of an alert
// need the metric's name and the rule's condition, the empty states need the counts.
import type { Alert } from "../api/alerts";
import { ApiError } from "../api/client";
import { listMachines, type Machine } from "../api/machines";
import { listRules, type Rule } from "../api/rules";
import { Store } from "../controllers/store";
import type { AlertContext } from "../text/alert-words";
import { live } from "./live";

export interface CatalogState {
  machines: ReadonlyMap<string, Machine>;
  rules: ReadonlyMap<string, Rule>;
  isLoaded: boolean;
}

const EMPTY: CatalogState = { machines: new Map(), rules: new Map(), isLoaded: false };
const QUIET_MS = 1_000;

export const catalog = new Store<CatalogState>(EMPTY);

let timer: ReturnType<typeof setTimeout> | undefined;
let isRunning = false;

const byId = <T extends { id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

/** Never rejects: words get by without the catalogue, and pages read what they need themselves. */
export const refreshCatalog = async (): Promise<void> => {
  try {
    const [machines, rules] = await Promise.all([listMachines(), listRules()]);
    catalog.set({ machines: byId(machines), rules: byId(rules), isLoaded: true });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
};

export const startCatalog = (): void => {
  isRunning = true;
  void refreshCatalog();
};

export const stopCatalog = (): void => {
  isRunning = false;
  clearTimeout(timer);
  timer = undefined;
  catalog.set(EMPTY);
};

const refreshSoon = (): void => {
  if (!isRunning) return;
  timer ??= setTimeout(() => {
    timer = undefined;
    void refreshCatalog();
  }, QUIET_MS);
};

live.onEvent(({ kind }) => {
  if (kind.startsWith("config.") || kind.startsWith("machine.")) refreshSoon();
});
live.onGreeting((missed) => {
  if (missed) refreshSoon();
});

export const contextOf = (alert: Pick<Alert, "machine_id" | "rule_id" | "metric_name">): AlertContext => {
  const condition = catalog.value.rules.get(alert.rule_id)?.condition.type;
  const metric = catalog.value.machines
    .get(alert.machine_id)
    ?.metrics.find((each) => each.name === alert.metric_name);
  return {
    ...(condition === undefined ? {} : { condition }),
    metricTitle: metric?.display_name ?? null,
  };
};
