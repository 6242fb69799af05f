import { broadcast } from "./stories/broadcast.ts";
import { cluster } from "./stories/cluster.ts";
import { compareBuilds } from "./stories/compare.ts";
import { connections } from "./stories/connections.ts";
import { ingest } from "./stories/ingest.ts";
import { peer } from "./stories/peer.ts";
import { province } from "./stories/province.ts";
import { query } from "./stories/query.ts";
import { soak } from "./stories/soak.ts";
import { storage } from "./stories/storage.ts";
import type { Story } from "./story.ts";

/** Every story, in the order of the report. */
export const stories: readonly Story[] = [
  ingest,
  peer,
  query,
  connections,
  soak,
  storage,
  broadcast,
  cluster,
  compareBuilds,
  province,
];
