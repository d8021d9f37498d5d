// In: an incident's running number. Out: its code, `INC-<number>-<WORD>`, as StatusPulse writes it. The word
// makes it easy to say and hard to confuse; it follows from the number.

// Words of radio traffic and of nature: short, known everywhere, unlike each other when spoken.
const WORDS = (
  "ALPHA BRAVO CHARLIE DELTA ECHO FOXTROT GOLF HOTEL INDIA JULIETT KILO LIMA MIKE NOVEMBER OSCAR PAPA " +
  "QUEBEC ROMEO SIERRA TANGO UNIFORM VICTOR WHISKEY XRAY YANKEE ZULU AMBER BIRCH CEDAR COPPER CORAL " +
  "FALCON GARNET HARBOR INDIGO JASPER LOTUS MAPLE NICKEL OLIVE PEBBLE QUARTZ RAVEN SAFFRON THISTLE " +
  "TUNDRA VIOLET WILLOW ZEPHYR ANCHOR BEACON COMET EMBER GLACIER ISLAND LANTERN METEOR NEBULA ORCHID " +
  "PRAIRIE RIVER SUMMIT TIMBER VALLEY"
).split(" ");

/** Neighbouring numbers get words that are far apart in the list. */
const STRIDE = 27;

export const codeOf = (number: number): string =>
  `INC-${number}-${WORDS[(number * STRIDE) % WORDS.length] ?? WORDS[0]}`;

const CODE = /^INC-(\d{1,15})-([A-Z]+)$/i;

/** The number of an incident with exactly this code, in any case; undefined when none can have it. */
export const numberOfCode = (text: string): number | undefined => {
  const number = Number(CODE.exec(text)?.[1] ?? Number.NaN);
  return Number.isSafeInteger(number) && codeOf(number) === text.toUpperCase() ? number : undefined;
};
