// In: nothing. Out: the services of the organization.
import type { ServiceWire } from "../../src/services/wire";
import { all } from "./client";

export type Service = ServiceWire;

export const listServices = (): Promise<Service[]> => all<Service>("/services");
