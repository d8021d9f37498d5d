// In: a running product. Out: heartbeats and HTTP monitors in it, many at once.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Fields, RemoteApi } from "../harness/remote-api";

/** Created by so many callers side by side: what is committed together is quick. */
const CALLERS = 32;

const createMany = async (
  api: RemoteApi,
  count: number,
  bodyOf: (index: number) => Fields,
): Promise<Fields[]> => {
  const made: Fields[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++)
      made[index] = await api.call("POST", "/monitors", bodyOf(index));
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  return made;
};

/** The paths that they report to. */
export const createHeartbeats = async (
  api: RemoteApi,
  count: number,
  periodSeconds: number,
): Promise<string[]> => {
  const made = await createMany(api, count, (index) => ({
    name: `Job ${index}`,
    type: "heartbeat",
    period_seconds: periodSeconds,
    grace_seconds: 60,
  }));
  return made.map(({ ping_url: url }) => new URL(String(url)).pathname);
};

export const createHttpMonitors = async (
  api: RemoteApi,
  count: number,
  site: { port: number; intervalSeconds: number },
): Promise<void> => {
  await createMany(api, count, (index) => ({
    name: `Site ${index}`,
    type: "http",
    url: `http://127.0.0.1:${site.port}/${index}`,
    interval_seconds: site.intervalSeconds,
    expect: { body_contains: "ok" },
  }));
};

/** Beside the data directory, which is removed with all that is in its parent. */
export const writePaths = (dataDirectory: string, name: string, paths: readonly string[]): string => {
  const file = join(dirname(dataDirectory), name);
  writeFileSync(file, paths.join("\n"));
  return file;
};
