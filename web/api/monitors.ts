// In: nothing. Out: the monitors of the organization.
import type { MonitorWire } from "../../src/monitors/wire";
import { all } from "./client";

export type Monitor = MonitorWire;

export const listMonitors = (): Promise<Monitor[]> => all<Monitor>("/monitors");
