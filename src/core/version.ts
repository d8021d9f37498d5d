// In: package.json. Out: the version that --version, User-Agent and the API documents show.
import { version } from "../../package.json";

export const VERSION: string = version;
