// In: the store and its directory. Out: metric sources about what it holds: the outbox, open alerts,
// rules, channels, the journal's newest number and the sizes of the files.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../store/engine";
import type { MetricSource } from "./metrics";
import { createOperationsRepository } from "./repository";

const FILES = ["andon.db", "andon.db-wal", "samples.db", "samples.db-wal"];

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
};

export const storeMetrics = (parts: { engine: Engine; directory: string }): MetricSource[] => {
  const repository = createOperationsRepository(parts.engine);
  return [
    {
      name: "andon_outbox_deliveries",
      help: "Deliveries that are not at their end, by status.",
      labels: ["status"],
      read: async () =>
        Object.entries(await repository.outbox()).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: "andon_open_alerts",
      help: "Alerts that are not resolved, by status and severity.",
      labels: ["status", "severity"],
      read: async () =>
        (await repository.openAlerts()).map(({ count, ...labels }) => ({ labels, value: count })),
    },
    {
      name: "andon_alert_rules",
      help: "Alert rules, by whether they are active.",
      labels: ["active"],
      read: async () =>
        (await repository.rules()).map(({ isActive, count }) => ({
          labels: { active: String(isActive) },
          value: count,
        })),
    },
    {
      name: "andon_channels",
      help: "Notification channels, by health.",
      labels: ["health"],
      read: async () =>
        (await repository.channels()).map(({ health, count }) => ({ labels: { health }, value: count })),
    },
    {
      name: "andon_journal_seq",
      help: "The newest number of the journal.",
      labels: [],
      read: async () => [{ labels: {}, value: await repository.journalSeq() }],
    },
    {
      name: "andon_database_bytes",
      help: "Sizes of the database files.",
      labels: ["file"],
      read: () =>
        Promise.all(
          FILES.map(async (file) => ({
            labels: { file },
            value: await sizeOf(join(parts.directory, file)),
          })),
        ),
    },
  ];
};
