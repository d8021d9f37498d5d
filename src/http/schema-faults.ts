// In: a route's model and what a client sent. Out: the first fault as a field and a sentence.
// Values are never repeated: they may be secrets.
import type { TSchema } from "elysia";

export interface Fault {
  /** Dotted path, e.g. `condition.range.0`; empty for the whole body. */
  field: string;
  /** Completes "<field> …" or stands alone where there is no field. */
  detail: string;
}

/** What TypeBox tells of one error. */
export interface SchemaError {
  path: string;
  message: string;
  value: unknown;
  schema: TSchema;
  errors?: Iterable<SchemaError>[];
}

type SchemaFacts = Partial<{
  type: string;
  format: string;
  const: unknown;
  anyOf: TSchema[];
  allOf: TSchema[];
  items: TSchema;
  properties: Record<string, TSchema>;
  additionalProperties: boolean | TSchema;
  minimum: number;
  maximum: number;
  exclusiveMinimum: number;
  exclusiveMaximum: number;
  minLength: number;
  maxLength: number;
  minItems: number;
  maxItems: number;
  pattern: string;
  /** Of a text with a pattern: what people call it, e.g. "a colour such as #0b5cad". */
  title: string;
}>;

const factsOfSchema = (schema: TSchema): SchemaFacts => schema as SchemaFacts;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const joinPath = (path: string, key: string | number): string => (path === "" ? `${key}` : `${path}.${key}`);

/** JSON pointer to dotted path: `/config/retry/0` is `config.retry.0`. */
const dotted = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");

const bounds = (low: number | undefined, high: number | undefined, unit: string): string => {
  if (low !== undefined && high !== undefined)
    return ` ${low === high ? `of ${low}` : `from ${low} to ${high}`}${unit}`;
  if (low !== undefined) return ` of at least ${low}${unit}`;
  return high === undefined ? "" : ` of at most ${high}${unit}`;
};

/** Query parameters are text: the framework's models admit both spellings of a number or boolean. */
const withoutTextSpelling = (variants: readonly TSchema[]): readonly TSchema[] => {
  const typed = variants.filter(
    (one) => !["integer", "numeric", "boolean"].includes(factsOfSchema(one).format ?? ""),
  );
  return typed.length > 0 ? typed : variants;
};

const describeString = (facts: SchemaFacts): string => {
  if (facts.format !== undefined) return `a text of the form ${facts.format}`;
  if (facts.pattern !== undefined) return facts.title ?? `a text that matches ${facts.pattern}`;
  return `a text${bounds(facts.minLength, facts.maxLength, " characters")}`;
};

/** A variant of models whose body may be left out. */
const ABSENT = "undefined";

/** A noun phrase for what the model wants. */
export const describe = (schema: TSchema): string => {
  const facts = factsOfSchema(schema);
  if (facts.const !== undefined) return JSON.stringify(facts.const);
  if (facts.anyOf !== undefined) {
    const variants = withoutTextSpelling(facts.anyOf).filter((one) => factsOfSchema(one).type !== ABSENT);
    if (variants.every((one) => factsOfSchema(one).const !== undefined))
      return `one of ${variants.map((one) => String(factsOfSchema(one).const)).join(", ")}`;
    return [...new Set(variants.map(describe))].join(" or ");
  }
  switch (facts.type) {
    case "string":
      return describeString(facts);
    case "integer":
      return `a whole number${bounds(facts.minimum ?? facts.exclusiveMinimum, facts.maximum ?? facts.exclusiveMaximum, "")}`;
    case "number":
      return `a number${bounds(facts.minimum ?? facts.exclusiveMinimum, facts.maximum ?? facts.exclusiveMaximum, "")}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list${bounds(facts.minItems, facts.maxItems, " entries")}`;
    case "object":
      return "an object";
    case "null":
      return "null";
    default:
      return "of another kind";
  }
};

/** A variant whose fixed field (`type: "threshold"`) does not match is not what the client meant. */
const missesItsKind = (errors: readonly SchemaError[]): boolean =>
  errors.some((error) => factsOfSchema(error.schema).const !== undefined);

const closestVariant = (error: SchemaError): SchemaError | null => {
  const variants = (error.errors ?? []).map((one) => [...one]);
  const meant = variants.filter(
    (one) =>
      one.length > 0 && !missesItsKind(one) && one.some((inner) => inner.path.length > error.path.length),
  );
  return meant.length === 1 ? (meant[0]?.[0] ?? null) : null;
};

/** The field that tells a union's variants apart, when its value is none of theirs. */
const unknownKind = (error: SchemaError): Fault | null => {
  const variants = factsOfSchema(error.schema).anyOf?.map((one) => factsOfSchema(one).properties);
  if (variants === undefined || !isRecord(error.value)) return null;
  const [first] = variants;
  for (const name in first) {
    const kinds = variants.map((properties) => {
      const schema = properties?.[name];
      return schema === undefined ? undefined : factsOfSchema(schema).const;
    });
    if (kinds.includes(undefined) || kinds.includes(error.value[name])) continue;
    const field = joinPath(dotted(error.path), name);
    return { field, detail: `${field} must be one of ${kinds.join(", ")}.` };
  }
  return null;
};

/** The sentence for what a validator found first. */
export const faultOf = (error: SchemaError): Fault => {
  const closer = closestVariant(error);
  if (closer !== null) return faultOf(closer);
  const kind = unknownKind(error);
  if (kind !== null) return kind;
  const field = dotted(error.path);
  if (error.value === undefined && field !== "")
    return { field, detail: `${field} is missing; it must be ${describe(error.schema)}.` };
  if (error.message === "Unexpected property") return { field, detail: `There is no field ${field}.` };
  return { field, detail: `${field === "" ? "The body" : field} must be ${describe(error.schema)}.` };
};

/** A field that the framework would drop or replace before it validates. */
export interface Misfit extends Fault {
  /** The model has no such field; else it has one of another kind. */
  isUnknown: boolean;
}

export type FindMisfits = (value: unknown, path: string, found: Misfit[]) => void;

const NOTHING: FindMisfits = () => undefined;

/** Names what there is instead: most such mistakes are slips of the pen. */
const unknownField = (field: string, known: readonly string[]): Misfit => ({
  field,
  detail: `There is no field ${field}.${known.length === 0 ? "" : ` Known fields: ${known.join(", ")}.`}`,
  isUnknown: true,
});

const otherKind = (field: string, schema: TSchema): Misfit => ({
  field,
  detail: `${field === "" ? "The body" : field} must be ${describe(schema)}.`,
  isUnknown: false,
});

/** A key that an assignment would turn into something else than a key. */
const LOST_KEY = "__proto__";

const misfitsInObject = (schema: TSchema): FindMisfits => {
  const facts = factsOfSchema(schema);
  const inner = new Map(
    Object.entries(facts.properties ?? {}).map(([name, one]) => [name, misfitsOf(one)] as const),
  );
  const isClosed = facts.additionalProperties === false;
  return (value, path, found) => {
    if (value === undefined) return;
    if (!isRecord(value)) return void found.push(otherKind(path, schema));
    for (const name in value) {
      const check = inner.get(name);
      if (check !== undefined) {
        if (check !== NOTHING) check(value[name], joinPath(path, name), found);
      } else if (isClosed || name === LOST_KEY)
        found.push(unknownField(joinPath(path, name), isClosed ? [...inner.keys()] : []));
    }
  };
};

const misfitsInList = (schema: TSchema, items: TSchema): FindMisfits => {
  const find = misfitsOf(items);
  if (find === NOTHING) return NOTHING;
  return (value, path, found) => {
    if (value === undefined) return;
    if (!Array.isArray(value)) return void found.push(otherKind(path, schema));
    for (let index = 0; index < value.length && found.length === 0; index++)
      find(value[index], joinPath(path, index), found);
  };
};

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

const matchesKind = (schema: TSchema, value: unknown): boolean => {
  const facts = factsOfSchema(schema);
  if (facts.type === undefined) return true;
  if ((facts.type === "integer" ? "number" : facts.type) !== kindOf(value)) return false;
  if (!isRecord(value)) return true;
  return Object.entries(facts.properties ?? {}).every(
    ([name, inner]) => factsOfSchema(inner).const === undefined || factsOfSchema(inner).const === value[name],
  );
};

const misfitsInUnion = (schema: TSchema, variants: readonly TSchema[]): FindMisfits => {
  const checks = variants.map((one) => ({ one, find: misfitsOf(one) }));
  if (checks.every(({ find }) => find === NOTHING)) return NOTHING;
  return (value, path, found) => {
    let fewest: Misfit[] | null = null;
    for (const { one, find } of checks) {
      if (!matchesKind(one, value)) continue;
      const here: Misfit[] = [];
      find(value, path, here);
      if (here.length === 0) return;
      if (fewest === null || here.length < fewest.length) fewest = here;
    }
    if (fewest !== null) found.push(...fewest);
    // An object of none of the variants is judged by the validator, which finds the closest one.
    else if (value !== undefined && !isRecord(value)) found.push(otherKind(path, schema));
  };
};

/**
 * Built once per route. Before it validates, the framework removes unknown fields and makes an empty
 * object of a list: this finds them first, so that nothing is silently ignored.
 */
export const misfitsOf = (schema: TSchema): FindMisfits => {
  const facts = factsOfSchema(schema);
  if (facts.anyOf !== undefined) return misfitsInUnion(schema, facts.anyOf);
  if (facts.type === "object") return misfitsInObject(schema);
  return facts.type === "array" && facts.items !== undefined ? misfitsInList(schema, facts.items) : NOTHING;
};
