// In: nothing. Out: the entries of the navigation in their groups: address, word, icon, key, and who sees them.
import type { Role } from "../api/session";
import type { IconName } from "../elements/icon";
import { text } from "../text/en";
import { can } from "./session";

const { shell } = text;

export interface NavEntry {
  href: string;
  label: string;
  icon: IconName;
  /** `g` and then this key goes there. */
  key: string;
  role?: Role;
  /** In the bar of a small screen, where four have room; the others are in its menu. */
  isInBar?: true;
}

export interface NavGroup {
  label: string;
  entries: readonly NavEntry[];
}

const GROUPS: readonly NavGroup[] = [
  {
    label: shell.groups.watch,
    entries: [
      { href: "/", label: shell.now, icon: "now", key: "n", isInBar: true },
      { href: "/machines", label: shell.machines, icon: "machines", key: "m", isInBar: true },
      { href: "/monitors", label: shell.monitors, icon: "monitors", key: "o" },
      { href: "/services", label: shell.services, icon: "services", key: "s", isInBar: true },
    ],
  },
  {
    label: shell.groups.respond,
    entries: [
      { href: "/incidents", label: shell.incidents, icon: "incidents", key: "i", isInBar: true },
      { href: "/maintenance", label: shell.maintenance, icon: "maintenance", key: "a" },
    ],
  },
  {
    label: shell.groups.tell,
    entries: [
      { href: "/rules", label: shell.rules, icon: "rules", key: "r" },
      { href: "/channels", label: shell.channels, icon: "channels", key: "c" },
      { href: "/deliveries", label: shell.deliveries, icon: "deliveries", key: "d" },
      { href: "/escalation", label: shell.escalation, icon: "escalation", key: "e" },
      { href: "/receivers", label: shell.receivers, icon: "receivers", key: "w" },
    ],
  },
  {
    label: shell.groups.show,
    entries: [
      { href: "/status-pages", label: shell.statusPages, icon: "pages", key: "u" },
      { href: "/sla", label: shell.sla, icon: "sla", key: "l" },
    ],
  },
  {
    label: shell.groups.admin,
    entries: [
      { href: "/tokens", label: shell.tokens, icon: "tokens", key: "t", role: "editor" },
      { href: "/users", label: shell.users, icon: "users", key: "p", role: "admin" },
    ],
  },
];

/** What this person may see; groups without an entry are left out. */
export const navigationGroups = (): readonly NavGroup[] =>
  GROUPS.map(({ label, entries }) => ({
    label,
    entries: entries.filter(({ role }) => role === undefined || can(role)),
  })).filter(({ entries }) => entries.length > 0);

/** The same without the groups, in their order. */
export const navigationEntries = (): NavEntry[] => navigationGroups().flatMap(({ entries }) => entries);
