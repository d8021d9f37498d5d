// In: a level, a message and fields. Out: one JSON object per line: warnings and errors on stderr,
// the rest on stdout. Whatever a field holds, a line stays one line and shows no secret.
import { type Clock, systemClock } from "../core/clock";
import type { Log, LogFields } from "../core/log";
import { redactField, redactMessage } from "./redact";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  level: LogLevel;
  clock?: Clock;
  /** Takes a whole line without its line end; default: the process's own output. */
  write?: (line: string, level: LogLevel) => void;
}

const RESERVED = new Set(["time", "level", "message"]);

/** What JSON leaves as it is although a terminal or a log shipper acts on it. */
const CONTROL = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

const escapeControl = (json: string): string =>
  json.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

const writeToProcess = (line: string, level: LogLevel): void => {
  if (level === "warn" || level === "error") console.error(line);
  else console.log(line);
};

/** Fields named `time`, `level` or `message` are written with an underscore in front. */
export const createLog = (options: LogOptions): Log => {
  const clock = options.clock ?? systemClock;
  const write = options.write ?? writeToProcess;
  const lowest = LOG_LEVELS.indexOf(options.level);

  const withFields = (inherited: LogFields): Log => {
    const line =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}): void => {
        if (LOG_LEVELS.indexOf(level) < lowest) return;
        const entry: Record<string, unknown> = {
          time: new Date(clock.now()).toISOString(),
          level,
          message: redactMessage(message),
        };
        for (const [name, value] of Object.entries({ ...inherited, ...fields }))
          entry[RESERVED.has(name) ? `_${name}` : name] = redactField(name, value);
        write(escapeControl(JSON.stringify(entry)), level);
      };
    return {
      debug: line("debug"),
      info: line("info"),
      warn: line("warn"),
      error: line("error"),
      child: (fields) => withFields({ ...inherited, ...fields }),
    };
  };
  return withFields({});
};
