// In: the document. Out: the running interface: theme first, then the shell.
import "../controllers/theme";
import "./shell";
