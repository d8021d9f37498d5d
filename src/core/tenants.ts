// In: nothing. Out: what every slice may ask about organizations and projects, from memory.

export interface OrganizationInfo {
  id: string;
  /** Instance-wide. */
  number: number;
  name: string;
  slug: string;
}

export interface ProjectInfo {
  id: string;
  tenantId: string;
  number: number;
  name: string;
  slug: string;
  isDefault: boolean;
}

/** Always up to date; an ID of another organization finds nothing. */
export interface TenantDirectory {
  organization(tenantId: string): OrganizationInfo | undefined;
  organizations(): Iterable<OrganizationInfo>;
  project(tenantId: string, projectId: string): ProjectInfo | undefined;
  projectsOf(tenantId: string): Iterable<ProjectInfo>;
  /** Always exists; takes what names no project. */
  defaultProject(tenantId: string): ProjectInfo;
}
