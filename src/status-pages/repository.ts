// In: status pages. Out: their rows, and the statements that write them.
import { and, desc, eq, lt } from "drizzle-orm";
import type { PageRequest } from "../core/paging";
import type { Statement } from "../store/engine";
import { statementOf } from "../store/statement";
import type { Store } from "../store/store";
import { statusPageLogos, statusPages } from "./schema";

export type StatusPage = Readonly<typeof statusPages.$inferSelect>;
export type LogoRow = Readonly<typeof statusPageLogos.$inferSelect>;

const SAVE_LOGO = `INSERT INTO status_page_logos (page_id, content_type, bytes) VALUES (?, ?, ?)
  ON CONFLICT (page_id) DO UPDATE SET content_type = excluded.content_type, bytes = excluded.bytes`;
const DROP_LOGO = "DELETE FROM status_page_logos WHERE page_id = ?";

export const saveLogoStatement = (row: LogoRow): Statement => ({
  sql: SAVE_LOGO,
  params: [row.pageId, row.contentType, row.bytes],
});

export const dropLogoStatement = (pageId: string): Statement => ({ sql: DROP_LOGO, params: [pageId] });

/** What is not for the start is scoped to one organization. Lists are newest first. */
export const createStatusPageRepository = ({ db }: Pick<Store, "db">) => ({
  all: (): Promise<StatusPage[]> => db.select().from(statusPages),

  list: (tenantId: string, page: PageRequest): Promise<StatusPage[]> =>
    db
      .select()
      .from(statusPages)
      .where(
        and(
          eq(statusPages.tenantId, tenantId),
          page.after === null ? undefined : lt(statusPages.id, page.after),
        ),
      )
      .orderBy(desc(statusPages.id))
      .limit(page.limit + 1),

  /** Of a page that the caller may see. */
  logo: async (pageId: string): Promise<LogoRow | undefined> =>
    (await db.select().from(statusPageLogos).where(eq(statusPageLogos.pageId, pageId)))[0],

  insert: (row: StatusPage): Statement => statementOf(db.insert(statusPages).values(row), 1),

  update: ({ id, tenantId, ...rest }: StatusPage): Statement =>
    statementOf(
      db
        .update(statusPages)
        .set(rest)
        .where(and(eq(statusPages.tenantId, tenantId), eq(statusPages.id, id))),
      1,
    ),

  remove: (tenantId: string, id: string): Statement =>
    statementOf(
      db.delete(statusPages).where(and(eq(statusPages.tenantId, tenantId), eq(statusPages.id, id))),
      1,
    ),
});

export type StatusPageRepository = ReturnType<typeof createStatusPageRepository>;
