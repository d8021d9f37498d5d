// In: a payload that was caught, the guesses about it, and what a person has clicked. Out: paths as the receiver
// takes them, and the settings that follow. Pure.
import type { Meaning, Receiver, ReceiverBody, Teaching } from "../api/receivers";
import { text } from "../text/en";
import { mappingRows, pathsOf } from "./receiver-words";

export const ROLES = [
  "status_field",
  "message_field",
  "service_name_field",
  "title_field",
  "url_field",
  "id_field",
] as const;
export type Role = (typeof ROLES)[number];

export interface TeachDraft {
  preset: string;
  /** Each entry of the payload's list says something by itself. */
  isByEntry: boolean;
  paths: Readonly<Partial<Record<Role, string>>>;
  createsServices: boolean;
  words: readonly (readonly [word: string, meaning: Meaning])[];
}

export const roleName = (role: Role): string => text.receiverForm.teach.roles[role] ?? role;

/** Null: there is no list. The empty text: the payload is one itself. */
export const listOf = ({ guess, payload }: Pick<Teaching, "guess"> & { payload: unknown }): string | null =>
  guess?.items_field ?? (Array.isArray(payload) ? "" : null);

/** A place of the whole payload as the receiver's setting has it. */
export const settingPath = (path: string, list: string | null, isByEntry: boolean): string => {
  if (list === null || (!isByEntry && list !== "")) return path;
  const inside = path.startsWith(`${list}[`) ? /^\[\d+\]\.?(.+)$/.exec(path.slice(list.length)) : null;
  return inside?.[1] ?? `$.${path}`;
};

/** A setting that begins in an entry of the list, from the top of the payload. */
const fromTop = (path: string, list: string): string =>
  path.startsWith("$.") ? path.slice(2) : `${list}[0]${path.startsWith("[") ? "" : "."}${path}`;

/** The same places, when entries begin or end to be read one by one. */
export const switchEntries = (draft: TeachDraft, list: string): TeachDraft => {
  const isByEntry = !draft.isByEntry;
  const paths = Object.entries(draft.paths).map(([role, path]) => [
    role,
    isByEntry ? settingPath(path, list, true) : fromTop(path, list),
  ]);
  return { ...draft, isByEntry, paths: Object.fromEntries(paths) as TeachDraft["paths"] };
};

/** What is set already and fits the payload, else what it looks like. */
export const firstDraft = (receiver: Receiver, teaching: Teaching, readsByPaths: boolean): TeachDraft => {
  const list = listOf(teaching as Teaching & { payload: unknown });
  const blank = {
    preset: receiver.preset,
    isByEntry: list !== null,
    createsServices: receiver.create_missing_services,
    words: [],
  };
  if (!readsByPaths) return { ...blank, isByEntry: false, paths: {} };
  // Outside of its entry a path is looked for at the top as well.
  const there = new Set(teaching.candidates.flatMap(({ path }) => [path, settingPath(path, list, true)]));
  const guess = (teaching.guess ?? {}) as Partial<Record<Role, string | null>>;
  const paths: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const [known] = pathsOf(receiver[role]);
    if (role === "service_name_field" && receiver.service_id !== null) continue;
    const path = known !== undefined && there.has(known) ? known : guess[role];
    if (path !== null && path !== undefined) paths[role] = path;
  }
  return { ...blank, paths };
};

/** For the request that tries or saves them. */
export const settingsOf = (
  draft: TeachDraft,
  receiver: Receiver,
  { list, readsByPaths }: { list: string | null; readsByPaths: boolean },
): ReceiverBody => {
  const { paths, words } = draft;
  const byName = paths.service_name_field ?? null;
  const isNamed = byName !== null;
  const own = ROLES.filter((role) => role !== "service_name_field").map((role) => [
    role,
    paths[role] ?? null,
  ]);
  const mapped = new Map([...mappingRows(receiver.status_mapping), ...words]);
  return {
    ...(draft.preset === receiver.preset ? {} : { preset: draft.preset }),
    ...Object.fromEntries(own),
    items_field: readsByPaths && draft.isByEntry && list !== "" ? list : null,
    service_name_field: byName,
    ...(isNamed ? { service_id: null, create_missing_services: draft.createsServices } : {}),
    ...(words.length === 0 ? {} : { status_mapping: Object.fromEntries(mapped) }),
  } as ReceiverBody;
};
