// In: stored settings, a partial change, and how the stored settings were shown. Out: the new
// settings: merged by key, null removes, and a value that is only its mask leaves the stored one.

export type Settings = Record<string, unknown>;

export const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSame = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

/** An entry that is only its mask stands for the stored one: at the same place, else the first shown so. */
const mergeList = (before: unknown, patch: readonly unknown[], mask: unknown): unknown[] => {
  if (!Array.isArray(before) || !Array.isArray(mask)) return [...patch];
  return patch.map((entry: unknown, index) => {
    const place = isSame(entry, mask[index])
      ? index
      : mask.findIndex((shown: unknown) => isSame(entry, shown));
    return place === -1 ? entry : (before[place] as unknown);
  });
};

/** Pure. Objects inside are merged the same way; arrays and plain values are replaced. */
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
