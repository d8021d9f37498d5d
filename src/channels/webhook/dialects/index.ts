// In: one file per dialect. Out: all dialects by name. Adding one is its file and a line here.
import type { Dialect } from "../dialect";
import { andon } from "./andon";
import { haltless } from "./haltless";

const ALL: readonly Dialect[] = [andon, haltless];

export const dialects: ReadonlyMap<string, Dialect> = new Map(ALL.map((dialect) => [dialect.name, dialect]));

export const DEFAULT_DIALECT = andon;
