// In: a reading's timestamp as JSON has it. Out: milliseconds, or null when it is not a time.
import { guessPrecision, SCALES } from "../line-protocol/precision";

/** Years 1 to 9999, in ms. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

/** The zone is needed: a device's local time is anybody's guess. */
const ISO = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/** Date.parse takes 30 February for 2 March. */
const isInCalendar = (text: string): boolean => {
  const day = Number(text.slice(8, 10));
  if (day <= 28) return day > 0;
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
};

const inRange = (time: number): number | null =>
  Number.isFinite(time) && time >= EARLIEST && time <= LATEST ? time : null;

/** ISO 8601 with a zone; or Unix time, whose unit is told by its size, as InfluxDB 3 does. */
export const readTimestamp = (value: unknown): number | null => {
  if (typeof value === "string")
    return ISO.test(value) && isInCalendar(value) ? inRange(Math.floor(Date.parse(isoOf(value)))) : null;
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  const { drop, factor } = SCALES[guessPrecision(Math.abs(value))];
  return inRange(Math.floor((value / 10 ** drop) * factor));
};

/** Date.parse takes neither a space, a comma, nor a zone of hours only. */
const isoOf = (text: string): string =>
  text.endsWith("Z") && text[10] === "T"
    ? text.replace(",", ".")
    : text
        .toUpperCase()
        .replace(" ", "T")
        .replace(",", ".")
        .replace(/([+-]\d{2})$/, "$1:00")
        .replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
