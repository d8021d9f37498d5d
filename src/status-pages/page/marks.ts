// In: a status. Out: its mark: a shape of its own beside the colour, drawn without a file.
import type { ServiceStatus } from "../../core/events";
import { html, type Html } from "../html";
import type { OverallStatus } from "../view";

/** Tick in a circle, triangle, octagon, square: told apart without colour. */
const SHAPES: Readonly<Record<ServiceStatus, Html>> = {
  operational: html`<circle cx="11" cy="11" r="9" class="line" /><path
      d="M6.5 11.3l3 3 6-6.500"
      class="line"
    />`,
  degraded: html`<path d="M11 1.5L21 20H1z" class="full" /><path d="M11 8v5" class="on" /><circle
      cx="11"
      cy="16.400"
      r="1.300"
      class="dot"
    />`,
  down: html`<path d="M7 1h8l6 6v8l-6 6H7l-6-6V7z" class="full" /><path
      d="M7.500 7.500l7 7M14.500 7.500l-7 7"
      class="on"
    />`,
  maintenance: html`<rect x="2" y="2" width="18" height="18" rx="3" class="full" /><path
      d="M7 7v8M11 7v8M15 7v8"
      class="on"
    />`,
};

export const statusOf = (overall: OverallStatus): ServiceStatus =>
  overall === "partial_outage" || overall === "major_outage" ? "down" : overall;

/** Beside a word that says the same: hidden from those who hear the page. */
export const mark = (status: ServiceStatus): Html =>
  html`<svg class="mark ${status}" viewBox="0 0 22 22" aria-hidden="true">${SHAPES[status]}</svg>`;
