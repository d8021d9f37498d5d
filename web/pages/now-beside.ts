// In: open incidents, services, monitors, channels. Out: what is not well although no alert says so, live: links
// to it, its worst mark, and whether anything is watched without a rule.
import { html, type ReactiveElement, type TemplateResult } from "lit";
import { listChannels, type Channel } from "../api/channels";
import { listIncidents, OPEN_STATUSES, type Incident } from "../api/incidents";
import { hasMonitors } from "../api/monitors";
import { listServices, type Service } from "../api/services";
import { Follow, isAbout } from "../app/follow";
import { Load } from "../controllers/load";
import "../elements/mark";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";
import { channelState } from "./channel-words";
import { incidentMark } from "./incident-words";
import { isTroubled, statusMark, worstOf } from "./service-words";

const words = text.now.beside;
const EVERY_MS = 30_000;

interface Trouble {
  kind: MarkKind;
  href: string;
  what: string;
}

const RANK: readonly MarkKind[] = ["critical", "warning", "info"];

/** The loudest of them; undefined where there is none. */
const worstMark = (kinds: readonly MarkKind[]): MarkKind | undefined =>
  RANK.find((kind) => kinds.includes(kind));

const ofIncidents = (incidents: readonly Incident[]): Trouble[] => {
  const [first] = incidents;
  if (first === undefined) return [];
  const kind = worstMark(incidents.map(({ severity }) => incidentMark[severity])) ?? "info";
  return incidents.length === 1
    ? [{ kind, href: `/incidents/${first.code}`, what: words.incident(first.title) }]
    : [{ kind, href: "/incidents", what: words.incidents(incidents.length) }];
};

const ofServices = (services: readonly Service[]): Trouble[] => {
  const troubled = services.filter(isTroubled);
  const [first] = troubled;
  if (first === undefined) return [];
  const kind = statusMark[worstOf(troubled)];
  return troubled.length === 1
    ? [
        {
          kind,
          href: `/services/${first.id}`,
          what: words.service(first.name, text.services.statuses[first.status]),
        },
      ]
    : [{ kind, href: "/services?state=trouble", what: words.services(troubled.length) }];
};

const ofChannels = (channels: readonly Channel[]): Trouble[] => {
  const troubled = channels.filter((channel) => channelState(channel).isTrouble);
  const [first] = troubled;
  if (first === undefined) return [];
  const kind = worstMark(troubled.map((channel) => channelState(channel).kind)) ?? "warning";
  return troubled.length === 1
    ? [{ kind, href: `/channels/${first.id}`, what: words.channel(first.name) }]
    : [{ kind, href: "/channels?state=trouble", what: words.channels(troubled.length) }];
};

export class Beside {
  private readonly incidents: Load<Incident[]>;
  private readonly services: Load<Service[]>;
  private readonly channels: Load<Channel[]>;
  private readonly monitors: Load<boolean>;

  constructor(host: ReactiveElement) {
    const often = { everyMs: EVERY_MS };
    this.incidents = new Load(host, () => listIncidents({ status: OPEN_STATUSES }), often);
    this.services = new Load(host, listServices, often);
    this.channels = new Load(host, listChannels, often);
    this.monitors = new Load(host, hasMonitors);
    new Follow(host, isAbout("incident"), () => void this.incidents.run());
    new Follow(host, isAbout("service", "maintenance"), () => void this.services.run());
    new Follow(host, isAbout("channel", "notification_channel"), () => void this.channels.run());
    new Follow(host, isAbout("monitor"), () => void this.monitors.run());
  }

  /** Before that nobody may say that all is well. What can't be read is said by its own page. */
  get isKnown(): boolean {
    return [this.incidents, this.services, this.channels, this.monitors].every(
      ({ data, error }) => data !== undefined || error !== undefined,
    );
  }

  get isWatching(): boolean {
    return this.monitors.data === true;
  }

  private troubles(): Trouble[] {
    return [
      ...ofIncidents(this.incidents.data ?? []),
      ...ofServices(this.services.data ?? []),
      ...ofChannels(this.channels.data ?? []),
    ];
  }

  get worst(): MarkKind | undefined {
    return worstMark(this.troubles().map(({ kind }) => kind));
  }

  /** Null while there is nothing to say. */
  render(): TemplateResult | null {
    const troubles = this.troubles();
    if (troubles.length === 0) return null;
    return html`<nav class="beside" aria-label=${words.label}>
      ${troubles.map(
        ({ kind, href, what }) => html`<a href=${href}><andon-mark kind=${kind}></andon-mark>${what}</a>`,
      )}
    </nav>`;
  }
}
