// In: a name. Out: a drawn icon in the colour of the text. Always decoration: the word stands beside it
// or in the label of its button.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

const ICONS = {
  now: svg`<path d="M3 12h4l2.500-7 4.500 14 2.500-7H21"/>`,
  machines: svg`<path d="M3 20V10l5.500 3.500V10L14 13.500V5h4l1 15z"/><path d="M7.500 16.500h2M13 16.500h2"/>`,
  services: svg`<rect x="3.500" y="4" width="17" height="6" rx="1.500"/><rect x="3.500" y="14" width="17" height="6" rx="1.500"/><path d="M7 7h.100M7 17h.100M12 7h5M12 17h5"/>`,
  incidents: svg`<path d="M12 3.500L21.500 20h-19z"/><path d="M12 10v4.500M12 17v.100"/>`,
  maintenance: svg`<path d="M14.500 6.500a4.500 4.500 0 0 1 5.800-2.400l-3 3 .600 2.900 2.900.600"/><path d="M20.300 4.100a4.600 4.600 0 0 1-5.900 6.300L7.200 18.200a2 2 0 0 1-2.900-2.900l7.500-7.200a4.600 4.600 0 0 1 2.700-4.600"/>`,
  sla: svg`<path d="M4 20V10M10 20V4M16 20v-7M21 20H3"/>`,
  pages: svg`<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 8.500h18M7 13h3M14 13h3M7 16.500h3M14 16.500h3"/>`,
  calendar: svg`<rect x="3.500" y="5" width="17" height="15" rx="2"/><path d="M3.500 10h17M8 3v4M16 3v4"/>`,
  rules: svg`<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.600"/><circle cx="8" cy="17" r="2.600"/>`,
  channels: svg`<path d="M21 3L10 14M21 3l-6.500 18-4.500-7-7-4.500z"/>`,
  deliveries: svg`<path d="M3.500 13.500h5l1.500 3h4l1.500-3h5M3.500 13.500l2.500-8h12l2.500 8v6h-17z"/>`,
  monitors: svg`<path d="M3.500 12.500a9 9 0 0 1 17 0"/><path d="M7 14.500a5.200 5.200 0 0 1 10 0"/><circle cx="12" cy="17" r="1.600"/>`,
  receivers: svg`<path d="M12 3v9.500m0 0l-3.500-3.500M12 12.500l3.500-3.500"/><path d="M6.500 8.500a7.500 7.500 0 1 0 11 0"/><circle cx="12" cy="16" r=".8"/>`,
  download: svg`<path d="M12 4v11m0 0l-4.500-4.500M12 15l4.500-4.500M4.500 19.500h15"/>`,
  escalation: svg`<path d="M3 20h5v-5h5v-5h5V5h3"/><path d="M4 10.500V4m0 0L1.800 6.300M4 4l2.200 2.300"/>`,
  tokens: svg`<circle cx="8" cy="15" r="4.500"/><path d="M11.300 11.700L20 3M16 7l3 3M13.500 9.500l2 2"/>`,
  users: svg`<circle cx="9" cy="8" r="3.500"/><path d="M2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.500c2 .8 3.200 2.600 3.500 5.500"/>`,
  search: svg`<circle cx="10.500" cy="10.500" r="6.500"/><path d="M15.500 15.500L21 21"/>`,
  check: svg`<path d="M4.500 12.500l5 5 10-11"/>`,
  close: svg`<path d="M5.500 5.500l13 13M18.500 5.500l-13 13"/>`,
  right: svg`<path d="M9 5l7 7-7 7"/>`,
  down: svg`<path d="M5 9l7 7 7-7"/>`,
  left: svg`<path d="M15 5l-7 7 7 7"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  copy: svg`<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 5.500V5a2 2 0 0 0-2-2H6a3 3 0 0 0-3 3v8a2 2 0 0 0 2 2h.500"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.500v2.500M12 19v2.500M2.500 12H5M19 12h2.500M5.300 5.300L7 7M17 17l1.700 1.700M18.700 5.300L17 7M7 17l-1.700 1.700"/>`,
  moon: svg`<path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z"/>`,
  auto: svg`<circle cx="12" cy="12" r="8.500"/><path d="M12 3.500a8.500 8.500 0 0 1 0 17z" fill="currentColor"/>`,
  leave: svg`<path d="M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h11m0 0l-3.500-3.500M21 12l-3.500 3.500"/>`,
  more: svg`<circle cx="5" cy="12" r=".8"/><circle cx="12" cy="12" r=".8"/><circle cx="19" cy="12" r=".8"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.500"/><path d="M12 7v5l3.300 2"/>`,
  edit: svg`<path d="M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19z"/>`,
  trash: svg`<path d="M4 7h16M9 7V4.500h6V7M6.500 7l1 13h9l1-13"/>`,
  help: svg`<circle cx="12" cy="12" r="8.500"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.600 2.200c-.8.500-1.100 1-1.100 1.800M12 16.800v.100"/>`,
  refresh: svg`<path d="M20 11a8 8 0 1 0-1.500 6M20 4.500V11h-6"/>`,
  play: svg`<path d="M7 4.500v15l12-7.500z"/>`,
  person: svg`<circle cx="12" cy="8" r="4"/><path d="M4.500 20.500c.7-4.500 3.500-6.500 7.500-6.500s6.800 2 7.500 6.500"/>`,
  note: svg`<path d="M4 5h16v11h-9l-4 4v-4H4z"/>`,
  external: svg`<path d="M13 4h7v7M20 4l-9 9M17 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h5"/>`,
} satisfies Record<string, TemplateResult>;

export type IconName = keyof typeof ICONS;

@customElement("andon-icon")
export class AndonIcon extends LitElement {
  @property() name: IconName = "now";

  static override styles = css`
    :host {
      display: inline-block;
      width: var(--icon, 1.125rem);
      height: var(--icon, 1.125rem);
      flex: none;
      vertical-align: -0.2em;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      fill: none;
      stroke: currentcolor;
      stroke-width: 1.75;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `;

  override render(): TemplateResult {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[this.name]}</svg>`;
  }
}
