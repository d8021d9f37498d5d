// In: the kind of a channel type. Out: a drawn picture of what it is, in the colour of the text: no
// brand's mark. Always decoration: the type's name stands beside it.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

const BUBBLE = svg`<path d="M4 5.500h16v11h-8.500L7.500 20v-3.500H4z"/>`;

const PICTURES: Readonly<Record<string, TemplateResult>> = {
  webhook: svg`<path d="M8 4.500C4.500 4.500 7 10.500 3.500 12 7 13.500 4.500 19.500 8 19.500M16 4.500c3.500 0 1 6 4.500 7.500-3.500 1.500-1 7.500-4.500 7.500"/><path d="M9.500 12h5m0 0l-2-2m2 2l-2 2"/>`,
  slack: svg`<path d="M9.500 4L7.500 20M16.500 4l-2 16M4.500 9h15.500M4 15h15.500"/>`,
  teams: svg`${BUBBLE}<path d="M8 9.500h8M8 12.500h5"/>`,
  discord: svg`${BUBBLE}<circle cx="9" cy="11" r=".9"/><circle cx="15" cy="11" r=".9"/>`,
  telegram: svg`<path d="M21 4L2.500 11.500l6 2.300L11 20l3-4 4.500 3z"/><path d="M8.500 13.800L21 4l-7 12"/>`,
  mattermost: svg`${BUBBLE}<circle cx="12" cy="11" r="2.500"/>`,
  google_chat: svg`<path d="M3.500 4h12v9h-7L5.500 15.500V13h-2z"/><path d="M18.500 8.500h2V17h-2v2.500L15.500 17H10v-1.500"/>`,
  matrix: svg`<path d="M7 4H4v16h3M17 4h3v16h-3"/><path d="M8.500 15.500v-6m0 2.200c0-3 3.500-3 3.500 0v3.800m0-3.800c0-3 3.500-3 3.500 0v3.800"/>`,
  email: svg`<rect x="3" y="5.500" width="18" height="13" rx="1.500"/><path d="M3.500 6.500L12 13l8.500-6.500"/>`,
  pagerduty: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M6.500 9.500h8v3.500h-8zM17.500 10v.100M17.500 13v.100M6.500 15.800h3"/>`,
  opsgenie: svg`<path d="M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15zM10.500 21h3"/><path d="M12 8.500V12l2 1.500"/>`,
  sms: svg`<rect x="4" y="2.500" width="11" height="19" rx="2"/><path d="M8 18.500h3"/><path d="M10 6.500h10.500v6.500h-6L12 15v-2h-2z" fill="var(--icon-ground, none)"/>`,
  ntfy: svg`<path d="M6.500 16.500V11a5.500 5.500 0 0 1 11 0v5.500l1.500 1.500H5zM10.500 20.500h3M3 9a9 9 0 0 1 3-5.500M21 9a9 9 0 0 0-3-5.500"/>`,
  gotify: svg`<rect x="5.500" y="2.500" width="13" height="19" rx="2"/><path d="M9 14.500V11a3 3 0 0 1 6 0v3.500l1 1H8zM11 18h2"/>`,
  pushover: svg`<circle cx="12" cy="12" r="9"/><path d="M12 16.500V8m0 0L8.500 11.500M12 8l3.500 3.500"/>`,
  apprise: svg`<circle cx="5" cy="12" r="2.200"/><circle cx="18.500" cy="5" r="2.200"/><circle cx="18.500" cy="12" r="2.200"/><circle cx="18.500" cy="19" r="2.200"/><path d="M7.200 12h9M6.800 10.700l9.800-4.700M6.800 13.300l9.800 4.700"/>`,
  mqtt: svg`<circle cx="5.500" cy="18.500" r="1.700"/><path d="M4 12.500a8 8 0 0 1 7.500 7.500M4 7.500A13 13 0 0 1 16.500 20M9 4.500A17 17 0 0 1 19.500 15"/>`,
  stack_light: svg`<path d="M8.500 15.500v-12h7v12zM8.500 7.500h7M8.500 11.500h7M12 15.500v4M7.500 20.500h9"/><path d="M3.500 5.500h2M18.500 5.500h2"/>`,
};

const ANY = svg`<path d="M21 3L10 14M21 3l-6.500 18-4.500-7-7-4.500z"/>`;

@customElement("channel-icon")
export class ChannelIcon extends LitElement {
  @property() kind = "";
  /** On a tile of its own, as at the head of a card. */
  @property({ type: Boolean, reflect: true }) tile = false;

  static override styles = css`
    :host {
      display: inline-grid;
      place-content: center;
      flex: none;
      width: var(--icon, 1.25rem);
      height: var(--icon, 1.25rem);
      color: var(--ink-2);
    }
    :host([tile]) {
      width: 2.5rem;
      height: 2.5rem;
      border-radius: var(--radius-s);
      background: var(--surface-2);
      --icon: 1.375rem;
      --icon-ground: var(--surface-2);
    }
    svg {
      display: block;
      width: var(--icon, 1.25rem);
      height: var(--icon, 1.25rem);
      fill: none;
      stroke: currentcolor;
      stroke-width: 1.6;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
  `;

  override render(): TemplateResult {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true">${PICTURES[this.kind] ?? ANY}</svg>`;
  }
}
