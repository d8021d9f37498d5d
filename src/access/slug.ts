// In: a name. Out: a short form of it for addresses: lower-case letters, digits and hyphens.

const LONGEST = 48;

/** Unique among `taken`: a number is added where needed. A name without any letter gives `item`. */
export const slugOf = (name: string, taken: ReadonlySet<string>): string => {
  const base =
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replaceAll("ß", "ss")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, LONGEST)
      .replace(/^-+|-+$/g, "") || "item";
  let slug = base;
  for (let number = 2; taken.has(slug); number++) slug = `${base}-${number}`;
  return slug;
};
