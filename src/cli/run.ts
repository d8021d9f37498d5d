// In: the words after the program's name. Out: the exit code, after the command has done its work.
// A refusal is one sentence on standard error, never a stack trace.
import { loadConfig } from "../config/config";
import { isAppError, StartupError } from "../core/errors";
import { cutUrls } from "../operations/redact";
import { parseArguments } from "./arguments";
import type { Command } from "./command";
import { commandHelp, helpText } from "./help";
import { versionLine } from "./version";

const DEFAULT_COMMAND = "serve";

export interface Terminal {
  out(text: string): void;
  note(text: string): void;
  readInput(): Promise<string>;
}

const explain = (error: unknown): string => {
  if (error instanceof StartupError || isAppError(error)) return error.message;
  return error instanceof Error ? `Something went wrong: ${cutUrls(error.message)}` : "Something went wrong.";
};

/** Never rejects. */
export const runCommand = async (
  words: readonly string[],
  commands: readonly Command[],
  terminal: Terminal,
): Promise<number> => {
  try {
    const { command, flags, options, wantsHelp, wantsVersion } = parseArguments(words, commands);
    if (wantsHelp) {
      terminal.out(command === null ? helpText(commands) : commandHelp(command));
      return 0;
    }
    if (wantsVersion) {
      terminal.out(versionLine);
      return 0;
    }
    const chosen = command ?? commands.find((one) => one.name === DEFAULT_COMMAND);
    if (chosen === undefined) throw new Error(`the command ${DEFAULT_COMMAND} is missing`);
    return await chosen.run({ loaded: loadConfig({ flags: options }), flags, ...terminal });
  } catch (error) {
    terminal.note(`andon: ${explain(error)}`);
    return error instanceof StartupError ? error.exitCode : 1;
  }
};
