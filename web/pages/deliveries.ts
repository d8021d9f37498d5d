// In: the address. Out: the page of all deliveries: filters, replays under way, the list with its
// evidence, an export, and many sent again at once.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { listChannels, type Channel } from "../api/channels";
import { exportAddress } from "../api/deliveries";
import { catalog } from "../app/catalog";
import { place } from "../app/router";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import "./delivery-filters";
import "./delivery-list";
import type { DeliveryList } from "./delivery-list";
import { filterOf, filterWords, type FilterNames } from "./delivery-query";
import "./replay-dialog";
import "./replay-progress";
import type { ReplayProgress } from "./replay-progress";

const words = text.deliveries;
const CHANNELS_EVERY_MS = 60_000;

@customElement("page-deliveries")
export class PageDeliveries extends LitElement {
  @query("delivery-list") private readonly list!: DeliveryList;
  @query("replay-progress") private readonly progress!: ReplayProgress;
  private readonly channels = new Load<Channel[]>(this, listChannels, { everyMs: CHANNELS_EVERY_MS });
  /** The same object for the same channels and machines: elements compare by identity. */
  private readonly names: FilterNames = {
    channel: (id) => this.channels.data?.find((channel) => channel.id === id)?.name,
    machine: (id) => {
      const machine = catalog.value.machines.get(id);
      return machine?.display_name ?? machine?.name;
    },
  };

  static override styles = [base, controls, surfaces];

  constructor() {
    super();
    new Watch(this, place, catalog);
  }

  override render(): TemplateResult {
    const filter = filterOf(place.value.query, now());
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        <div class="actions">
          <a class="button" href=${exportAddress(filter)} download="deliveries.csv">
            <andon-icon name="download"></andon-icon>${words.export}
          </a>
          ${
            can("editor")
              ? html`<replay-dialog
                  .filter=${filter}
                  description=${filterWords({ ...filter }, this.names)}
                  @started=${() => void this.progress.refresh()}
                ></replay-dialog>`
              : null
          }
        </div>
      </div>
      <delivery-filters .channels=${this.channels.data ?? []}></delivery-filters>
      <replay-progress .names=${this.names} @moved=${() => void this.list.refresh()}></replay-progress>
      <delivery-list full .query=${filter}></delivery-list>
    </div>`;
  }
}
