// In: the senders that receivers know. Out: one card each, in groups: what is read of it. Each is a link to the
// form for that sender.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Preset } from "../api/receivers";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.receiverForm;

type Group = keyof typeof words.groups;

const GROUPS: Readonly<Record<Group, readonly string[]>> = {
  any: ["generic", "common"],
  monitoring: ["alertmanager", "grafana", "uptime_kuma", "healthchecks", "cloudwatch"],
  pages: ["statuspage", "instatus", "better_stack", "openstatus"],
  pipelines: ["github_actions", "gitlab"],
  paging: ["pagerduty", "opsgenie", "andon"],
};

const isGroup = (name: string): name is Group => Object.hasOwn(GROUPS, name);

/** In the order in which people look for them; one that is not known here is still offered. */
export const groupPresets = (
  presets: readonly Preset[],
): { group: Group; title: string; presets: Preset[] }[] => {
  const known = new Set(Object.values(GROUPS).flat());
  const others = presets.filter(({ name }) => !known.has(name));
  return Object.keys(GROUPS)
    .filter(isGroup)
    .map((group) => ({
      group,
      title: words.groups[group],
      presets: [
        ...GROUPS[group].flatMap((name) => presets.filter((preset) => preset.name === name)),
        ...(group === "monitoring" ? others : []),
      ],
    }))
    .filter((each) => each.presets.length > 0);
};

@customElement("receiver-presets")
export class ReceiverPresets extends LitElement {
  @property({ attribute: false }) presets: readonly Preset[] = [];

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-6);
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      h2 {
        font-size: var(--text-m);
      }
      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
        gap: var(--space-3);
      }
      a {
        display: grid;
        gap: 0.15rem;
        align-content: start;
        height: 100%;
        padding: var(--space-3) var(--space-4);
        color: inherit;
        text-decoration: none;
        transition: border-color var(--fast) var(--ease);
      }
      a:hover {
        border-color: var(--line-2);
      }
      a:focus-visible {
        border-radius: var(--radius-m);
      }
      .name {
        font-weight: 620;
      }
      @media (max-width: 719px) {
        .tiles {
          gap: var(--space-2);
        }
      }
    `,
  ];

  override render(): TemplateResult {
    return html`${groupPresets(this.presets).map(
      ({ group, title, presets }) =>
        html`<section aria-labelledby=${group}>
          <h2 id=${group}>${title}</h2>
          <ul class="tiles">
            ${presets.map(
              ({ name, label, about }) =>
                html`<li>
                  <a class="card" href="/receivers/new?preset=${name}"
                    ><span class="name">${label}</span><span class="sub">${about}</span></a
                  >
                </li>`,
            )}
          </ul>
        </section>`,
    )}`;
  }
}
