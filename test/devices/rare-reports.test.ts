import { well } from "../helpers/kinds/well.ts";
import { describeKind } from "./kind-suite.ts";

// A kind that reports once a day, and is missed after 72 of them.
describeKind(well);
