// In: what a light shall show, as a person writes it. Out: the query of the command, and the same without
// flashing and sound, for alerts that somebody has acknowledged.
// Sources: PATLITE, LA6-POE operation manual, 5.8 "HTTP Command Control"; NH-FV series, "Fields and
// descriptions" (flashing pattern 3, buzzer 4); WE-LAN wall mount, 8.3.
import { invalid } from "../../core/errors";
import { textOf } from "../values";

/** Tiers 1 to 5 (0 off, 1 on, 2 and 3 flashing, 9 as it is), then the buzzer (0 silent, 1 to 4, 9 as it is). */
const ALERT = /^([0-39]{5})([0-49])$/;
/** Colours of tiers 1 to 5, buzzer 0 to 11, and whether all of them flash. */
const COLOR = /^color=([0-9]{5})&buzzer=([0-9]|1[01])(&flash=1)?$/;
export const CLEAR = "clear";

export const PATTERN_HINT = "Six digits: tiers 1 to 5 (0 off, 1 on, 2 flashing, 9 as it is) and buzzer";

/** Throws `invalid` on `field`. Gives the query: `alert=200001`. */
export const parsePattern = (value: unknown, field: string, otherwise: string): string => {
  const text = textOf(value, field, { longest: 40 }) ?? otherwise;
  if (ALERT.test(text)) return `alert=${text}`;
  if (COLOR.test(text)) return text;
  if (text === CLEAR) return "clear=1";
  throw invalid(
    field,
    `${field.slice(field.lastIndexOf(".") + 1)} must be six digits such as 200001, or color=10000&buzzer=1 with &flash=1 for flashing, or ${CLEAR}.`,
  );
};

/** Steady and silent, the lights as they were. */
export const acknowledgedOf = (query: string): string => {
  const [, lights, buzzer] = ALERT.exec(query.replace(/^alert=/, "")) ?? [];
  if (lights !== undefined) return `alert=${lights.replace(/[23]/g, "1")}${buzzer === "9" ? "9" : "0"}`;
  return query.replace(/&buzzer=\d+/, "&buzzer=0").replace("&flash=1", "");
};
