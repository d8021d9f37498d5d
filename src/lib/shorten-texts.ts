// In: a JSON value and a length. Out: the same with every name and text in it cut to that length.
import { cutText } from "./cut-text";

/** Names and texts of at most `longest` UTF-16 units, down to the leaves. */
export const shortenTexts = (value: unknown, longest: number): unknown => {
  if (typeof value === "string") return cutText(value, longest);
  if (Array.isArray(value)) return value.map((inner) => shortenTexts(inner, longest));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [cutText(name, longest), shortenTexts(inner, longest)]),
  );
};
