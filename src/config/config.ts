// In: command-line flags, environment variables and the files they name. Out: the checked Config,
// or a StartupError that names the option and the fix. Flags win over variables, variables over files.
import { readFileSync } from "node:fs";
import { resolve, sep } from "node:path";
import { EXIT_CODE, StartupError } from "../core/errors";
import { type Config, type Option, OPTION_NAMES, type OptionName, OPTIONS } from "./options";

export type { Config, OptionName } from "./options";

/** Variables that begin with ANDON_ but belong to the build and test scripts. */
const FOREIGN_VARIABLES = new Set(["ANDON_REQUIRE_BROWSER", "ANDON_BINARY", "ANDON_CHROMIUM"]);

export interface ConfigSources {
  /** Values of `--flag`, by flag name without the dashes. */
  flags?: Readonly<Record<string, string>>;
  /** Default: the process's environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Relative paths are resolved against it; default: the working directory. */
  directory?: string;
}

export interface LoadedConfig {
  config: Config;
  /** Where each value came from, e.g. `--port`, `ANDON_PORT` or `default`. */
  origins: Record<OptionName, string>;
  /** Sentences about settings that have no effect, e.g. a misspelt variable. */
  warnings: string[];
}

interface Written {
  text: string;
  /** The name that an error message uses. */
  from: string;
}

const usageError = (message: string, cause?: unknown): StartupError =>
  new StartupError(EXIT_CODE.usage, message, cause);

const readValueFile = (variable: string, path: string): string => {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw usageError(
      `${variable} names the file ${path}, which cannot be read (${code}). Make it readable or unset it.`,
      error,
    );
  }
};

const findWritten = (option: Option<unknown>, sources: Required<ConfigSources>): Written | null => {
  const flag = sources.flags[option.flag];
  if (flag !== undefined) return { text: flag, from: `--${option.flag}` };
  const variable = sources.env[option.env];
  if (variable !== undefined && variable !== "") return { text: variable, from: option.env };
  const fileVariable = `${option.env}_FILE`;
  const path = sources.env[fileVariable];
  if (path === undefined || path === "") return null;
  return { text: readValueFile(fileVariable, resolve(sources.directory, path)), from: fileVariable };
};

const readOption = <T>(option: Option<T>, written: Written): T => {
  try {
    return option.kind.parse(written.text);
  } catch (error) {
    const shown = option.secret ? "" : ` It is ${JSON.stringify(written.text)}.`;
    throw usageError(`${written.from} ${(error as Error).message}.${shown}`, error);
  }
};

const bothOrNone = (config: Config, first: OptionName, second: OptionName): void => {
  if ((config[first] === null) === (config[second] === null)) return;
  const [present, missing] = config[first] === null ? [second, first] : [first, second];
  throw usageError(`${OPTIONS[present].env} is set but ${OPTIONS[missing].env} is not. Set both or neither.`);
};

const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}${sep}`);

const checkTogether = (config: Config): void => {
  bothOrNone(config, "tlsCert", "tlsKey");
  bothOrNone(config, "adminEmail", "adminPassword");
  if (config.tlsSelfSigned && config.tlsCert !== null)
    throw usageError("ANDON_TLS_SELF_SIGNED and ANDON_TLS_CERT exclude each other. Unset one of them.");
  if (config.machineTag.length === 0)
    throw usageError("ANDON_MACHINE_TAG is empty. Name at least one tag, or unset it.");
  if (config.mirrorDir !== null && isWithin(config.mirrorDir, config.dataDir))
    throw usageError(
      "ANDON_MIRROR_DIR lies in ANDON_DATA_DIR, whose files are nobody's business. Name another directory.",
    );
};

const findUnknownVariables = (env: Required<ConfigSources>["env"]): string[] => {
  const known = new Set(OPTION_NAMES.flatMap((name) => [OPTIONS[name].env, `${OPTIONS[name].env}_FILE`]));
  return Object.keys(env)
    .filter((name) => name.startsWith("ANDON_") && !FOREIGN_VARIABLES.has(name))
    .filter((name) => !(known as Set<string>).has(name))
    .map((name) => `${name} is not an option of Andon and has no effect.`);
};

/** Throws StartupError (exit code 2) that names the option at fault; a secret's value is never in it. */
export const loadConfig = (sources: ConfigSources = {}): LoadedConfig => {
  const from: Required<ConfigSources> = {
    flags: sources.flags ?? {},
    env: sources.env ?? process.env,
    directory: sources.directory ?? process.cwd(),
  };
  const values: Partial<Record<OptionName, unknown>> = {};
  const origins = {} as Record<OptionName, string>;
  for (const name of OPTION_NAMES) {
    const option: Option<unknown> = OPTIONS[name] as Option<unknown>;
    const written = findWritten(option, from);
    values[name] = written === null ? option.default : readOption(option, written);
    origins[name] = written?.from ?? "default";
  }
  // The loop above gave every name of the table a value of its kind.
  const config = values as Config;
  config.dataDir = resolve(from.directory, config.dataDir);
  if (config.mirrorDir !== null) config.mirrorDir = resolve(from.directory, config.mirrorDir);
  if (config.tlsCert !== null) config.tlsCert = resolve(from.directory, config.tlsCert);
  if (config.tlsKey !== null) config.tlsKey = resolve(from.directory, config.tlsKey);
  checkTogether(config);
  return { config, origins, warnings: findUnknownVariables(from.env) };
};

/** The defaults, with some values replaced: for tests and tools that bring their own settings. */
export const defaultConfig = (replaced: Partial<Config> = {}): Config => ({
  ...loadConfig({ flags: {}, env: {} }).config,
  ...replaced,
});
