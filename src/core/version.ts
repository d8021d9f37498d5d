// In: package.json. Out: the version that --version, User-Agent and the API documents show.
import { version } from "../../package.json";

/** Semantic version, without a leading v. */
export const VERSION: string = version;
