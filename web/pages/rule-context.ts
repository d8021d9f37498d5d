// In: a rule's IDs. Out: the names behind them, as far as the catalogue knows them.
import type { Condition, Selector } from "../api/rules";
import { catalog } from "../app/catalog";
import type { RuleWordsContext } from "../text/rule-words";
import { machineTitle, metricTitle } from "./machine-words";

export const wordsContext = (
  rule: { selector: Selector; condition: Condition },
  projectNames: ReadonlyMap<string, string>,
): RuleWordsContext => {
  const { machines } = catalog.value;
  const machine = machines.get(rule.selector.machine_id ?? "");
  const name = rule.condition.type === "heartbeat" ? "" : rule.condition.metric;
  const candidates =
    machine === undefined
      ? [...machines.values()].filter(
          (each) => rule.selector.machine_type === undefined || each.type === rule.selector.machine_type,
        )
      : [machine];
  const metric = candidates.flatMap((each) => each.metrics).find((each) => each.name === name);
  return {
    machineName: machine === undefined ? undefined : machineTitle(machine),
    projectName: projectNames.get(rule.selector.project_id ?? ""),
    metricTitle: metric === undefined ? undefined : metricTitle(metric),
    unit: metric?.unit,
  };
};
