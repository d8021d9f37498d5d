// In: line protocol of one organization. Out: its readings accepted, and what was wrong with the rest.
// The machine is named by a tag, the metric by the field, or by the measurement when it is `value`.
import type { Clock } from "../../core/clock";
import type { Accept } from "../accept";
import { judgeMachineName } from "../names";
import type { Labels, MachineRecord, SeriesRecord } from "../records";
import { labelsText, seriesKey } from "../records";
import type { Registry } from "../registry";
import { RequestBatches } from "../request-batches";
import { LineParser, type LineSink, type ParseResult } from "./parse";
import type { Precision } from "./precision";
import type { Prefix } from "./prefix";

/** A known prefix: whom its lines are about. */
interface Source {
  machineName: string;
  measurement: string;
  labels: Labels;
}

export interface LineIntake {
  /**
   * Everything that can be accepted is durable when the promise resolves. With `isAllOrNothing` one
   * bad line makes all of them count for nothing.
   */
  take(
    tenantId: string,
    bytes: Uint8Array,
    options: { precision: Precision; isAllOrNothing: boolean },
  ): Promise<ParseResult>;
}

export interface LineIntakeParts {
  registry: Registry;
  accept: Accept;
  clock: Clock;
  /** The first of these tags that a line has names its machine. */
  machineTags: readonly string[];
  onReceived: (accepted: number, rejected: number) => void;
}

/** Lines of one organization end here. */
class Destination implements LineSink<Source, SeriesRecord> {
  readonly #registry: Registry;
  readonly #tenantId: string;
  readonly #machineTags: readonly string[];
  batches: RequestBatches;

  constructor(parts: LineIntakeParts, tenantId: string) {
    this.#registry = parts.registry;
    this.#tenantId = tenantId;
    this.#machineTags = parts.machineTags;
    this.batches = new RequestBatches(0);
  }

  openPrefix({ measurement, tags }: Prefix): Source | string {
    const machineTag = this.#machineTags.find((tag) => tags.has(tag));
    if (machineTag === undefined)
      return `no machine: the line needs one of the tags ${this.#machineTags.join(", ")}`;
    const machineName = tags.get(machineTag) as string;
    if (this.#registry.find(this.#tenantId, machineName) === undefined) {
      const reason = judgeMachineName(machineName);
      if (reason !== null) return reason;
    }
    return { machineName, measurement, labels: [...tags].filter(([key]) => key !== machineTag) };
  }

  openField({ machineName, measurement, labels }: Source, field: string): SeriesRecord | string {
    const machine = this.#machine(machineName);
    if (typeof machine === "string") return machine;
    return this.#registry.seriesFor(machine, metricOf(measurement, field), labels, this.batches.receivedAt);
  }

  take(series: SeriesRecord, time: number, value: number): void {
    this.batches.take(series, time, value);
  }

  takeBad(series: SeriesRecord): void {
    this.batches.takeBad(series);
  }

  takeText({ machineName, measurement, labels }: Source, field: string): void {
    const machine = this.#machine(machineName);
    if (typeof machine === "string") return;
    this.batches.takeContact(machine);
    const series = machine.seriesByKey.get(seriesKey(metricOf(measurement, field), labelsText(labels)));
    if (series !== undefined) this.batches.takeBad(series);
  }

  #machine(name: string): MachineRecord | string {
    return this.#registry.machineFor(this.#tenantId, name, this.batches.receivedAt);
  }
}

const metricOf = (measurement: string, field: string): string => (field === "value" ? measurement : field);

interface TenantParser {
  parser: LineParser<Source, SeriesRecord>;
  destination: Destination;
  layout: number;
}

export const createLineIntake = (parts: LineIntakeParts): LineIntake => {
  const { registry, accept, clock, onReceived } = parts;
  const parsers = new Map<string, TenantParser>();

  const parserOf = (tenantId: string): TenantParser => {
    let known = parsers.get(tenantId);
    if (known === undefined) {
      const destination = new Destination(parts, tenantId);
      known = { parser: new LineParser(destination), destination, layout: registry.layout };
      parsers.set(tenantId, known);
    }
    if (known.layout !== registry.layout) {
      known.parser.forget();
      known.layout = registry.layout;
    }
    return known;
  };

  return {
    take: async (tenantId, bytes, { precision, isAllOrNothing }) => {
      const { parser, destination } = parserOf(tenantId);
      const batches = new RequestBatches(clock.now());
      destination.batches = batches;
      let result: ParseResult;
      try {
        result = parser.parse(bytes, { precision, receivedAt: batches.receivedAt });
      } catch (error) {
        batches.seal();
        throw error;
      }
      if (isAllOrNothing && result.rejected > 0) {
        batches.seal();
        registry.discard();
        onReceived(0, result.accepted + result.rejected);
        return { ...result, accepted: 0 };
      }
      await accept(batches);
      onReceived(result.accepted, result.rejected);
      return result;
    },
  };
};
