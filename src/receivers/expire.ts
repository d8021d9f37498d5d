// In: what senders have reported and nobody repeats any more. Out: its end, as if the sender had said so, with a
// row of its own in the log.
import type { Clock } from "../core/clock";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import type { ReceiverBook } from "./book";
import type { Processor } from "./process";
import { removeReportedStatement, type Reported, type ReportedBook } from "./reported";
import type { Engine } from "../store/engine";
import type { Report } from "./report";

export interface ExpireParts {
  reported: ReportedBook;
  book: Pick<ReceiverBook, "all">;
  processor: Pick<Processor, "process">;
  engine: Pick<Engine, "batch">;
  clock: Clock;
  log: Log;
}

/** The sender's word for it in the log. */
const WORD = "expired";

const endOf = ({ report }: Reported): Report => ({
  serviceName: report.serviceName,
  key: report.key,
  raw: WORD,
  meaning: "operational",
  error: null,
  isUnknown: false,
  message: "It is no longer reported.",
  title: report.title,
  url: null,
  planned: null,
  at: null,
  endsPlanned: false,
  expiresAt: null,
  alert: { phase: "closed", name: null, severity: "info", machine: report.machine, labels: {} },
});

/** What could not be committed is tried again by the next call. */
export const createExpire =
  ({ reported, book, processor, engine, clock, log }: ExpireParts) =>
  async (): Promise<void> => {
    const due = reported.due();
    if (due.length === 0) return;
    const receivers = new Map(Array.from(book.all(), ({ record }) => [record.id, record]));
    for (const one of due) {
      const receiver = receivers.get(one.receiverId);
      try {
        if (receiver === undefined) {
          await engine.batch([removeReportedStatement(one)]);
          reported.remove(one);
          continue;
        }
        await processor.process({
          receiver,
          facts: {
            id: newId(),
            receiverId: receiver.id,
            receivedAt: clock.now(),
            sourceIp: "",
            headers: {},
            payload: null,
            payloadBytes: 0,
            dedupKey: null,
            reprocessOf: null,
          },
          interpretation: { kind: "reports", reports: [endOf(one)] },
        });
      } catch (error) {
        log.error("what is no longer reported could not be ended; it is tried again", { error });
      }
    }
  };
