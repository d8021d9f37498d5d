// In: nothing. Out: every preset, in the order in which people choose among them.
import { alertmanager } from "./alertmanager";
import { andon } from "./andon";
import { betterStack } from "./better-stack";
import { cloudwatch } from "./cloudwatch";
import { common, generic } from "./generic";
import { githubActions } from "./github-actions";
import { gitlab } from "./gitlab";
import { grafana } from "./grafana";
import { healthchecks } from "./healthchecks";
import { instatus } from "./instatus";
import { openstatus } from "./openstatus";
import { opsgenie } from "./opsgenie";
import { pagerduty } from "./pagerduty";
import type { Preset } from "./preset";
import { statuspage } from "./statuspage";
import { uptimeKuma } from "./uptime-kuma";

export const PRESETS: readonly Preset[] = [
  generic,
  common,
  alertmanager,
  grafana,
  uptimeKuma,
  healthchecks,
  statuspage,
  instatus,
  betterStack,
  openstatus,
  cloudwatch,
  githubActions,
  gitlab,
  pagerduty,
  opsgenie,
  andon,
];

const byName: ReadonlyMap<string, Preset> = new Map(PRESETS.map((preset) => [preset.name, preset]));

export const findPreset = (name: string): Preset | undefined => byName.get(name);

/** A receiver whose preset is gone reads by its paths. */
export const presetOf = (name: string): Preset => findPreset(name) ?? generic;
