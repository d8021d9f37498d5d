// In: an incident, planned work or a post. Out: where on the page it stands: what is open or to come is on the page itself,
// what is over is on its history, where it stays.
import type { IncidentView, MaintenanceView, PostView } from "./view";

/** Below the page's own address. */
export const placeOfIncident = ({ id, status }: Pick<IncidentView, "id" | "status">): string =>
  `${status === "resolved" ? "history.html" : ""}#i-${id}`;

/** Below the page's own address. */
export const placeOfMaintenance = ({ id, status }: Pick<MaintenanceView, "id" | "status">): string =>
  `${status === "ended" ? "history.html" : ""}#m-${id}`;

/** Below the page's own address. */
export const placeOfPost = ({ id, endedAt }: Pick<PostView, "id" | "endedAt">): string =>
  `${endedAt === null ? "" : "history.html"}#p-${id}`;
