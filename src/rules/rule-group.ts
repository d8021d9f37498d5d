// In: rules that may concern the same machines. Out: the few of them that may concern one machine,
// found by what their selectors name, so that a thousand rules for single machines cost one each.
import type { Machine } from "../core/machine";
import type { CompiledRule } from "./compile";

/** Active rules of one organization, all about the same metric or all about absence. */
export class RuleGroup<Rule extends CompiledRule> {
  readonly #byMachine = new Map<string, Rule[]>();
  readonly #byType = new Map<string, Rule[]>();
  readonly #rest: Rule[] = [];
  #version = 1;
  #size = 0;

  /** Grows with every change: what was found before may have changed. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#size;
  }

  add(rule: Rule): void {
    this.#version++;
    this.#size++;
    const { machine_id: machineId, machine_type: type } = rule.row.selector;
    if (machineId !== undefined) addTo(this.#byMachine, machineId, rule);
    else if (type !== undefined) addTo(this.#byType, type, rule);
    else this.#rest.push(rule);
  }

  /** Does nothing when the rule is not here. */
  delete(rule: Rule): void {
    const { machine_id: machineId, machine_type: type } = rule.row.selector;
    const isFound =
      machineId !== undefined
        ? deleteFrom(this.#byMachine, machineId, rule)
        : type !== undefined
          ? deleteFrom(this.#byType, type, rule)
          : deleteOne(this.#rest, rule);
    if (!isFound) return;
    this.#version++;
    this.#size--;
  }

  /** Every rule that concerns the machine is among them; the rest of the selector is not checked. */
  *candidates(machine: Pick<Machine, "id" | "type">): Iterable<Rule> {
    yield* this.#byMachine.get(machine.id) ?? [];
    yield* this.#byType.get(machine.type) ?? [];
    yield* this.#rest;
  }
}

const addTo = <Rule>(lists: Map<string, Rule[]>, key: string, rule: Rule): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [rule]);
  else list.push(rule);
};

const deleteOne = <Rule>(list: Rule[], rule: Rule): boolean => {
  const index = list.indexOf(rule);
  if (index !== -1) list.splice(index, 1);
  return index !== -1;
};

const deleteFrom = <Rule>(lists: Map<string, Rule[]>, key: string, rule: Rule): boolean => {
  const list = lists.get(key);
  if (list === undefined || !deleteOne(list, rule)) return false;
  if (list.length === 0) lists.delete(key);
  return true;
};
