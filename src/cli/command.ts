// In: nothing. Out: the shape of a subcommand: what it is called, what it takes and what it does.
import type { LoadedConfig } from "../config/config";

export interface CommandContext {
  loaded: LoadedConfig;
  /** The command's own flags by name; a switch that was given is "true". */
  flags: Readonly<Record<string, string>>;
  /** For results: programs read them. */
  out(text: string): void;
  /** For explanations: people read them. */
  note(text: string): void;
  /** The whole standard input, without a line end at its end. */
  readInput(): Promise<string>;
}

export interface FlagSpec {
  /** Shown as `--name <value>`; null for a switch without a value. */
  readonly value: string | null;
  readonly help: string;
}

export interface Command {
  /** One or two words, as typed. */
  readonly name: string;
  readonly summary: string;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  /** Resolves to the exit code. Rejects with StartupError or AppError: the message is shown. */
  readonly run: (context: CommandContext) => Promise<number>;
}
