// In: organizations and projects in memory. Out: the directory that every slice asks.
import { AppError } from "../core/errors";
import type { OrganizationInfo, ProjectInfo, TenantDirectory } from "../core/tenants";
import type { AccessBook } from "./book";
import type { OrganizationRow, ProjectRow } from "./repository";

const organizationInfo = ({ id, number, name, slug }: OrganizationRow): OrganizationInfo => ({
  id,
  number,
  name,
  slug,
});

const projectInfo = ({ id, tenantId, number, name, slug, isDefault }: ProjectRow): ProjectInfo => ({
  id,
  tenantId,
  number,
  name,
  slug,
  isDefault,
});

export const createTenantDirectory = (book: AccessBook): TenantDirectory => ({
  organization: (tenantId) => {
    const row = book.organizations.get(tenantId);
    return row === undefined ? undefined : organizationInfo(row);
  },
  *organizations() {
    for (const row of book.organizations.values()) yield organizationInfo(row);
  },
  project: (tenantId, projectId) => {
    const row = book.projects.get(projectId);
    return row === undefined || row.tenantId !== tenantId ? undefined : projectInfo(row);
  },
  *projectsOf(tenantId) {
    for (const row of book.projects.values()) if (row.tenantId === tenantId) yield projectInfo(row);
  },
  defaultProject: (tenantId) => {
    for (const row of book.projects.values())
      if (row.tenantId === tenantId && row.isDefault) return projectInfo(row);
    throw new AppError("internal", `Organization ${tenantId} has no default project.`);
  },
});
