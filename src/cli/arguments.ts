// In: the words after the program's name. Out: the command, its own flags and the options of the
// configuration, or a StartupError (exit code 2) that names the word at fault.
import { EXIT_CODE, StartupError } from "../core/errors";
import { OPTION_NAMES, OPTIONS } from "../config/options";
import type { Command } from "./command";

export interface ParsedArguments {
  /** Null when no word names a command. */
  command: Command | null;
  flags: Record<string, string>;
  options: Record<string, string>;
  wantsHelp: boolean;
  wantsVersion: boolean;
}

const usageError = (message: string): StartupError =>
  new StartupError(EXIT_CODE.usage, `${message} andon --help lists commands and options.`);

const OPTION_FLAGS: ReadonlyMap<string, boolean> = new Map(
  OPTION_NAMES.map((name) => [OPTIONS[name].flag, OPTIONS[name].kind.label === "true or false"]),
);

/** True when the flag may stand alone. */
const isSwitch = (name: string, command: Command | null): boolean | undefined => {
  const own = command?.flags[name];
  if (own !== undefined) return own.value === null;
  return OPTION_FLAGS.get(name);
};

const findCommand = (words: readonly string[], commands: readonly Command[]): Command | null => {
  const plain = words.filter((word) => !word.startsWith("-"));
  const twoWords = plain.slice(0, 2).join(" ");
  return (
    commands.find((command) => command.name === twoWords) ??
    commands.find((command) => command.name === plain[0]) ??
    null
  );
};

/** The words before the first flag name the command; `--` is not special. `help …` is `… --help`. */
export const parseArguments = (words: readonly string[], commands: readonly Command[]): ParsedArguments => {
  if (words[0] === "help") return parseArguments([...words.slice(1), "--help"], commands);
  const firstFlag = words.findIndex((word) => word.startsWith("-"));
  const head = firstFlag < 0 ? words : words.slice(0, firstFlag);
  const command = findCommand(head, commands);
  const named = command === null ? 0 : command.name.split(" ").length;
  if (head.length > named) {
    const family = commands.filter((one) => one.name.split(" ")[0] === head[0]).map((one) => one.name);
    throw usageError(
      family.length > 0 && command === null
        ? `Write one of: ${family.join(", ")}.`
        : `${JSON.stringify(head[named])} is not a command.`,
    );
  }
  const parsed: ParsedArguments = { command, flags: {}, options: {}, wantsHelp: false, wantsVersion: false };
  for (let at = head.length; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--help" || word === "-h") parsed.wantsHelp = true;
    else if (word === "--version" || word === "-v") parsed.wantsVersion = true;
    else at += readFlag(word, words[at + 1], parsed);
  }
  return parsed;
};

/** Returns how many further words it took. */
const readFlag = (word: string, next: string | undefined, parsed: ParsedArguments): 0 | 1 => {
  const match = /^--([a-z][a-z0-9-]*)(?:=([\s\S]*))?$/.exec(word);
  const name = match?.[1];
  if (name === undefined) throw usageError(`${JSON.stringify(word)} is not expected here.`);
  const standsAlone = isSwitch(name, parsed.command);
  if (standsAlone === undefined) throw usageError(`--${name} is not an option.`);
  const into = parsed.command?.flags[name] === undefined ? parsed.options : parsed.flags;
  if (name in into) throw usageError(`--${name} is given twice.`);
  const written = match?.[2];
  if (written !== undefined) {
    into[name] = written;
    return 0;
  }
  const nextIsValue = next !== undefined && !next.startsWith("--");
  if (standsAlone && !(nextIsValue && /^(?:true|false)$/i.test(next))) {
    into[name] = "true";
    return 0;
  }
  if (!nextIsValue) throw usageError(`--${name} needs a value.`);
  into[name] = next;
  return 1;
};
