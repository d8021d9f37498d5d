// In: nothing. Out: the projects of the organization.
import { all } from "./client";

export interface Project {
  id: string;
  number: number;
  name: string;
  slug: string;
  is_default: boolean;
}

export const listProjects = (): Promise<Project[]> => all<Project>("/projects");
