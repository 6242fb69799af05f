export {
  type ArrayColumn,
  arrayOf,
  ByteaColumn,
  Float4Column,
  Float8Column,
  Int4Column,
  JsonbColumn,
  ScaledInt4Column,
  ScaledInt8Column,
  sevenDigits,
  TextColumn,
  TimestampColumn,
} from "./binary-array.ts";
export { chunkOf } from "./chunks.ts";
export {
  CLAIMED,
  type Claim,
  claimValues,
  findNotedMet,
  forgetLanes,
  notedMet,
  takeClaim,
} from "./claims.ts";
export {
  decodeCursor,
  encodeCursor,
  type KeyType,
  MAX_INT4,
  type Page,
  positionIn,
  toPage,
  withPosition,
} from "./cursor.ts";
export {
  type Client,
  type Db,
  isAway,
  isRowFault,
  isTransient,
  openPool,
  type Pool,
  type PoolOptions,
  reasonOf,
  withTransaction,
} from "./database.ts";
export {
  assertPostgres,
  type DatabaseFacts,
  type Edition,
  OLDEST_TIMESCALE,
  readDatabaseFacts,
} from "./edition.ts";
export { exactJson } from "./exact-types.ts";
export {
  chooseSource,
  countBuckets,
  INTERVAL_PATTERN,
  type Interval,
  isTimeZone,
  parseInterval,
  type SeriesSource,
  toSqlInterval,
} from "./interval.ts";
export {
  arrivalOf,
  assertIdentifier,
  inUnit,
  type KindTable,
  kindLiteral,
  type QuantityColumn,
  ROLLUP_TIME_ZONE,
  readingsTable,
  scaleOf,
  sqlType,
  wholeOf,
} from "./kind-table.ts";
export {
  type Area,
  type Limits,
  limitsCondition,
  limitsParameter,
  limitsRegions,
  limitsTenants,
  NO_LIMITS,
  principalsCondition,
} from "./limits.ts";
export { lockNumbers } from "./locks.ts";
export { inGroups, lengthAtMost, SHORT } from "./long-rows.ts";
export { momentOf, momentsAsText, withinYears } from "./moment.ts";
export { oneAtATime } from "./one-at-a-time.ts";
