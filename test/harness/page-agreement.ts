// In: a product that is at rest. Out: everything on a status page of all its services that differs from what its
// API says of services and incidents.
import type { Scene } from "../bench/scene";

const WORDS: Readonly<Record<string, string>> = {
  operational: "operational",
  degraded: "degraded_performance",
  down: "major_outage",
  maintenance: "under_maintenance",
};

const SLUG = "all-of-it";

/** Makes the page when there is none yet. */
export const findPageContradictions = async ({ api, product }: Scene): Promise<string[]> => {
  const services = await api.list("/services");
  const incidents = (await api.list("/incidents")).filter(({ status }) => status !== "resolved");
  const shown = { service_ids: services.map(({ id }) => id) };
  const page = (await api.list("/status-pages")).find(({ slug }) => slug === SLUG);
  if (page === undefined) await api.call("POST", "/status-pages", { name: SLUG, slug: SLUG, ...shown });
  else await api.call("PATCH", `/status-pages/${String(page["id"])}`, shown);
  const summary = await (await fetch(`${product.url}/status/${SLUG}/api/v2/summary.json`)).json();
  const read = new Map<unknown, unknown>(
    summary.components.map(({ id, status }: { id: string; status: string }) => [id, status]),
  );
  const open = new Set<unknown>(summary.incidents.map(({ id }: { id: string }) => id));
  const found = services.flatMap(({ id, name, status }) =>
    read.get(id) === WORDS[String(status)] ? [] : [`${name} is ${status}, the page says ${read.get(id)}`],
  );
  for (const { id, code } of incidents)
    if (!open.delete(id)) found.push(`${code} is open, the page does not show it`);
  for (const id of open) found.push(`the page shows ${id}, which is not open`);
  return found;
};
