// In: a schema as the framework writes it. Out: the same in JSON Schema 2020-12, as OpenAPI 3.1 has it:
// numbers without the spelling of query strings, choices as enumerations, nothing undefined.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Types that JSON Schema does not have. */
const isForeign = (schema: Json): boolean =>
  isObject(schema) && (schema["type"] === "undefined" || schema["type"] === "void");

/** The framework lets a number of a query also be a text: a fact of transport, not of the model. */
const isNumberAsText = (schema: Json): boolean =>
  isObject(schema) &&
  schema["type"] === "string" &&
  ["integer", "numeric", "number", "boolean"].includes(String(schema["format"]));

const constantOf = (schema: Json): Json | undefined =>
  isObject(schema) && Object.keys(schema).every((key) => key === "const" || key === "type")
    ? schema["const"]
    : undefined;

const withChoices = (schema: JsonObject, choices: Json[]): JsonObject => {
  const { anyOf: _, ...rest } = schema;
  const [only] = choices;
  if (choices.length === 1 && isObject(only)) return { ...only, ...rest };
  const constants = choices.map(constantOf);
  if (constants.length > 0 && constants.every((value) => typeof value === "string"))
    return { ...rest, type: "string", enum: constants };
  return { ...rest, anyOf: choices };
};

const MAPS_OF_SCHEMAS = new Set(["properties", "patternProperties", "$defs"]);

const cleanMap = (map: Json): Json =>
  isObject(map)
    ? Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, cleanSchema(schema)]))
    : map;

/** Total: what is not a schema comes back as it is. */
export const cleanSchema = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(cleanSchema);
  if (!isObject(schema)) return schema;
  const cleaned: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "default" || key === "const" || key === "enum" || key === "examples") cleaned[key] = value;
    else cleaned[key] = MAPS_OF_SCHEMAS.has(key) ? cleanMap(value) : cleanSchema(value);
  }
  const choices = cleaned["anyOf"];
  if (!Array.isArray(choices)) return cleaned;
  return withChoices(
    cleaned,
    choices.filter((one) => !isForeign(one) && !isNumberAsText(one)),
  );
};
