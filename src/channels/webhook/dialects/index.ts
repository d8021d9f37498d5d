// In: one file per dialect. Out: all dialects by name. Adding one is its file and a line here.
import type { Dialect } from "../dialect";
import { alert24 } from "./alert24";
import { alertmanager } from "./alertmanager";
import { andon } from "./andon";
import { anyping } from "./anyping";
import { cloudevents } from "./cloudevents";
import { custom } from "./custom";
import { haltless } from "./haltless";
import { roboticks } from "./roboticks";
import { standardWebhooks } from "./standard-webhooks";
import { statuspulse } from "./statuspulse";

const ALL: readonly Dialect[] = [
  andon,
  haltless,
  statuspulse,
  anyping,
  roboticks,
  alert24,
  standardWebhooks,
  cloudevents,
  alertmanager,
  custom,
];

export const dialects: ReadonlyMap<string, Dialect> = new Map(ALL.map((dialect) => [dialect.name, dialect]));

export const DEFAULT_DIALECT = andon;
