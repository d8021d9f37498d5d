// In: nothing. Out: the words of the SLA report.

export const slaText = {
  title: "SLA report",
  failed: "The report could not be read",
  month: "Month",
  previous: "The month before",
  next: "The month after",
  csv: "CSV",
  print: "Print",
  anyGroup: "All groups",
  group: "Group",
  empty: "There was no service in this month",
  emptyDetail: "Services are counted from the moment they are created.",
  of: (from: string, to: string, zone: string): string => `${from} to ${to}, days of ${zone}.`,
  soFar: (until: string): string => `The month is not over: counted until ${until}.`,
  met: (count: number, all: number): string =>
    all === 0
      ? "No target is set for any service."
      : count === all
        ? all === 1
          ? "The target is met."
          : `All ${all} targets are met.`
        : `${all - count} of ${all} ${all === 1 ? "target is" : "targets are"} missed.`,
  columns: {
    service: "Service",
    uptime: "Uptime",
    target: "Target",
    downtime: "Downtime",
    budget: "Budget left",
    degraded: "Degraded",
    maintenance: "Maintenance",
    noData: "No data",
  },
  isMet: "met",
  isMissed: "missed",
  ofAllowed: (allowed: string): string => `of ${allowed}`,
  over: (span: string): string => `${span} over`,
  deleted: "deleted since",
  none: "–",
  how: "How it is counted",
  counts: {
    down: "Down",
    degraded: "Degraded",
    maintenance: "Maintenance",
    noData: "No data",
  },
  asDowntime: (percent: string): string => `${percent} of it is downtime`,
  asDowntimeBy: (percent: string, names: string): string => `${percent} for ${names}`,
  leftOut: "left out of the time that counts",
  noDataNote: "before a service existed: neither up nor down",
  exact:
    "To the second, from the changes of status. Percentages are cut, never rounded up: 100 % means no downtime at all.",
  change: "Change",
  settings: {
    title: "How uptime is counted",
    weight: "Share of degraded time that is downtime",
    weightHint: "0 to 1. Services may have their own.",
    zone: "Time zone of days and months",
    note: "Reports of months that are over are made anew with these settings.",
    saved: "Uptime is counted so from now on.",
  },
};
