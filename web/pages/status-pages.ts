// In: the status pages. Out: the list: where each is read, by whom, and what it shows.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { listStatusPages, type StatusPage } from "../api/status-pages";
import { Follow, isAbout } from "../app/follow";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.statusPages;

@customElement("page-status-pages")
export class PageStatusPages extends LitElement {
  private readonly pages = new Load<StatusPage[]>(this, listStatusPages);

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    css`
      .address {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    new ListKeys(this, can("editor") ? { n: () => navigate("/status-pages/new") } : {});
    new Follow(this, isAbout("status_page"), () => void this.pages.run());
  }

  private row(page: StatusPage): TemplateResult {
    const address = page.domain ?? page.path;
    const shows = [
      page.service_ids.length === 0 ? "" : words.services(page.service_ids.length),
      page.groups.length === 0 ? "" : words.groups(page.groups.length),
    ].filter((part) => part !== "");
    return html`<tr class="row">
      <td class="whole">
        ${
          can("editor")
            ? html`<a class="name" data-row href="/status-pages/${page.id}">${page.name}</a>`
            : html`<span class="strong">${page.name}</span>`
        }
        ${page.announcement === "" ? null : html`<span class="sub">${words.announces}</span>`}
      </td>
      <td class="whole address" data-label=${words.address}>
        <a href="${page.path}/" target="_blank" rel="noopener">${address}</a>
      </td>
      <td data-label=${words.readers}>${words.visibilities[page.visibility]}</td>
      <td data-label=${words.shows}>${shows.join(", ")}</td>
    </tr>`;
  }

  private list(pages: readonly StatusPage[]): TemplateResult {
    if (pages.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<a class="button primary" href="/status-pages/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    return html`<div class="card scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">${words.name}</th>
            <th scope="col">${words.address}</th>
            <th scope="col">${words.readers}</th>
            <th scope="col">${words.shows}</th>
          </tr>
        </thead>
        <tbody>
          ${pages.map((page) => this.row(page))}
        </tbody>
      </table>
    </div>`;
  }

  override render(): TemplateResult {
    const { data } = this.pages;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<a class="button primary" href="/status-pages/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      ${staleNote(this.pages)}
      ${data === undefined ? stateOf(this.pages, { failed: words.failed }) : this.list(data)}
    </div>`;
  }
}
