// In: how grave a message is. Out: the colour that every chat service shows it in.
import type { Tone } from "./wording";

/** `#rrggbb`, legible as a bar or a dot on white and on black. */
export const TONE_COLOURS: Readonly<Record<Tone, string>> = {
  critical: "#d92d20",
  warning: "#e8930c",
  info: "#2e77d0",
  good: "#1f9d55",
  neutral: "#6b7280",
};
