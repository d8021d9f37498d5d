// In: all webhook receivers. Out: the list with what came to each last, narrowed down by state and words; what
// is in trouble stands first.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listPresets, listReceivers, type Preset, type Receiver } from "../api/receivers";
import { listServices } from "../api/services";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/empty";
import "../elements/icon";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";
import { presetLabel, receiverState, receiverTarget } from "./receiver-words";

const words = text.receivers;
const EVERY_MS = 10_000;
/** With more than so many there is a field to look for one. */
const FEW = 8;
const STATES = ["all", "trouble", "working", "silent", "off"] as const;
type State = (typeof STATES)[number];

interface Ground {
  receivers: Receiver[];
  presets: Preset[];
  services: ReadonlyMap<string, string>;
}

const fits = (receiver: Receiver, state: State): boolean =>
  state === "all" || receiverState(receiver).group === state;

/** Trouble first, then by name. */
const inOrder = (left: Receiver, right: Receiver): number =>
  Number(fits(right, "trouble")) - Number(fits(left, "trouble")) ||
  left.name.localeCompare(right.name, "en", { numeric: true });

@customElement("page-receivers")
export class PageReceivers extends LitElement {
  private presets: Preset[] | undefined;
  private readonly ground = new Load<Ground>(
    this,
    async () => {
      const [receivers, presets, services] = await Promise.all([
        listReceivers(),
        // They come with the program.
        this.presets ?? listPresets().then(({ data }) => data),
        listServices(),
      ]);
      this.presets = presets;
      return {
        receivers,
        presets,
        services: new Map(services.map(({ id, name }) => [id, name])),
      };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    searchStyles,
    css`
      .sender {
        display: block;
      }
      .reason {
        max-width: 26rem;
        white-space: normal;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      td.service {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place);
    new ListKeys(this, can("editor") ? { n: () => navigate("/receivers/new") } : {});
  }

  private row(receiver: Receiver, { presets, services }: Ground): TemplateResult {
    const { kind, word, group } = receiverState(receiver);
    const last = receiver.last_delivery;
    const reason = group === "trouble" ? (last?.error ?? null) : null;
    return html`<tr class="row ${receiver.is_active ? "" : "off"}">
      <td class="whole">
        <a class="name" data-row href="/receivers/${receiver.id}">${receiver.name}</a>
        <span class="sub sender">${presetLabel(receiver.preset, presets)}</span>
      </td>
      <td class="service whole" data-label=${words.service}>${receiverTarget(receiver, services)}</td>
      <td class="whole">
        <span class="state"><andon-mark kind=${kind}></andon-mark>${word}</span>
        ${reason === null ? null : html`<span class="sub reason">${reason}</span>`}
      </td>
      <td class="whole" data-label=${words.last}>
        <andon-since mode="ago" .at=${last?.received_at ?? null}></andon-since>
      </td>
    </tr>`;
  }

  private chips(receivers: readonly Receiver[], chosen: State): TemplateResult {
    return html`<div class="chips" role="group" aria-label=${words.state}>
      ${STATES.map((state) => {
        const count = receivers.filter((receiver) => fits(receiver, state)).length;
        if (count === 0 && state !== "all" && state !== chosen) return null;
        return html`<button
          class="chip"
          aria-pressed=${state === chosen}
          @click=${() => navigate(withParams({ state: state === "all" ? null : state }), { replace: true })}
        >
          ${words.states[state]} ${count}
        </button>`;
      })}
    </div>`;
  }

  private table(shown: readonly Receiver[], ground: Ground): TemplateResult {
    if (shown.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.noneFits}>
          <button @click=${() => navigate("/receivers", { replace: true })}>${words.showAll}</button>
        </andon-empty>
      </div>`;
    return html`<div class="card scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">${words.name}</th>
            <th scope="col">${words.service}</th>
            <th scope="col">${words.state}</th>
            <th scope="col">${words.last}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            shown,
            (receiver) => receiver.id,
            (receiver) => this.row(receiver, ground),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private list(ground: Ground): TemplateResult {
    const { receivers, presets, services } = ground;
    if (receivers.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/receivers/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    const { query } = place.value;
    const state = STATES.find((each) => each === query.get("state")) ?? "all";
    const q = query.get("q") ?? "";
    const wanted = q.toLowerCase().split(/\s+/);
    const found = receivers.filter((receiver) => {
      const sender = presetLabel(receiver.preset, presets);
      const wording = `${receiver.name} ${sender} ${receiverTarget(receiver, services)}`.toLowerCase();
      return wanted.every((word) => wording.includes(word));
    });
    return html`<div class="toolbar">
        ${
          receivers.length > FEW || q !== ""
            ? searchField({
                label: words.search,
                value: q,
                onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
              })
            : null
        }
        ${this.chips(found, state)}
      </div>
      ${this.table(found.filter((receiver) => fits(receiver, state)).toSorted(inOrder), ground)}`;
  }

  override render(): TemplateResult {
    const { data } = this.ground;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<a class="button primary" href="/receivers/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      ${staleNote(this.ground)}
      ${data === undefined ? stateOf(this.ground, { failed: words.failed }) : this.list(data)}
    </div>`;
  }
}
