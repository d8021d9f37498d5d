// In: a rule's IDs. Out: the names behind them, as far as the catalogue knows them.
import type { Condition, Selector } from "../api/rules";
import { catalog } from "../app/catalog";
import type { RuleWordsContext } from "../text/rule-words";
import { machineTitle, metricTitle } from "./machine-words";

/** By ID. */
export interface KnownNames {
  projects: ReadonlyMap<string, string>;
  services: ReadonlyMap<string, string>;
  monitors: ReadonlyMap<string, string>;
}

interface Named {
  id: string;
  name: string;
}

/** Of projects, services and monitors as the API lists them. */
export const namesOf = (lists: Record<keyof KnownNames, readonly Named[]>): KnownNames => {
  const byId = (list: readonly Named[]): Map<string, string> =>
    new Map(list.map(({ id, name }) => [id, name]));
  return {
    projects: byId(lists.projects),
    services: byId(lists.services),
    monitors: byId(lists.monitors),
  };
};

export const wordsContext = (
  rule: { selector: Selector; condition: Condition },
  names: KnownNames,
): RuleWordsContext => {
  const { machines } = catalog.value;
  const machine = machines.get(rule.selector.machine_id ?? "");
  const name = "metric" in rule.condition ? rule.condition.metric : "";
  const candidates =
    machine === undefined
      ? [...machines.values()].filter(
          (each) => rule.selector.machine_type === undefined || each.type === rule.selector.machine_type,
        )
      : [machine];
  const metric = candidates.flatMap((each) => each.metrics).find((each) => each.name === name);
  return {
    machineName: machine === undefined ? undefined : machineTitle(machine),
    projectName: names.projects.get(rule.selector.project_id ?? ""),
    serviceName: names.services.get(rule.selector.service_id ?? ""),
    monitorName: names.monitors.get(rule.selector.monitor_id ?? ""),
    metricTitle: metric === undefined ? undefined : metricTitle(metric),
    unit: metric?.unit,
  };
};
