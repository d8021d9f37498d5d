// In: nothing. Out: the projects of the organization.
import type { ProjectWire } from "../../src/access/wire";
import { all } from "./client";

export type Project = ProjectWire;

export const listProjects = (): Promise<Project[]> => all<Project>("/projects");
