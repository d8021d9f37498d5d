// In: README.md. Out: the same file with its table of options made anew from the table in the code.
import { join } from "node:path";
import { withOptionTable } from "../config/show";
import { SOURCE_ROOT } from "../http/assets/bundle";

const path = join(SOURCE_ROOT, "README.md");
const renewed = withOptionTable(await Bun.file(path).text());
if (renewed === null) {
  process.stderr.write("README.md has no markers for the table of options.\n");
  process.exitCode = 1;
} else await Bun.write(path, renewed);
