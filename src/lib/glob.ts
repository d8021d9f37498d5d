// In: a pattern in which `*` stands for any characters. Out: whether a text fits it, in time that grows
// with the text and not with how often it could be tried. Domain-free.

/** Everything but `*` stands for itself. */
export const createGlob = (pattern: string): ((text: string) => boolean) => {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    // The leftmost place for each part leaves the most room for those after it: nothing is tried twice.
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
};
