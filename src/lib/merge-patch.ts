// In: stored settings, a partial change, and how the stored settings were shown. Out: the new
// settings: merged by key, null removes, and a value that is only its mask leaves the stored one.

export type Settings = Record<string, unknown>;

export const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

/**
 * An entry that is shown like one stored entry stands for it, wherever it was moved to. Where several are
 * shown alike, only their place in a list of the same length tells which is meant.
 */
const mergeList = (before: unknown, patch: readonly unknown[], mask: unknown): unknown[] => {
  if (!Array.isArray(before) || !Array.isArray(mask)) return [...patch];
  return patch.map((entry: unknown, index) => {
    const places = [...mask.keys()].filter((place) => isSame(entry, mask[place]));
    if (places.length === 1) return before[places[0] ?? 0] as unknown;
    return patch.length === mask.length && places.includes(index) ? (before[index] as unknown) : entry;
  });
};

/** Pure. Objects inside are merged the same way; plain values are replaced, lists entry by entry. */
export const mergePatch = (stored: Settings, patch: Settings, shown: Settings): Settings => {
  const result: Settings = { ...stored };
  for (const [key, value] of Object.entries(patch)) {
    if (key === "__proto__") continue;
    const before = Object.hasOwn(stored, key) ? stored[key] : undefined;
    const mask = Object.hasOwn(shown, key) ? shown[key] : undefined;
    if (value === null) delete result[key];
    else if (before !== undefined && isSame(value, mask)) continue;
    else if (isSettings(value))
      result[key] = mergePatch(isSettings(before) ? before : {}, value, isSettings(mask) ? mask : {});
    else result[key] = Array.isArray(value) ? mergeList(before, value, mask) : value;
  }
  return result;
};
