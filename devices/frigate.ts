/**
 * Frigate (an open-source video recorder that detects objects) publishes on `frigate/events`
 * `{ "type": "new" | "update" | "end", "before": {…}, "after": {…} }`, where `after` describes one tracked
 * object: `id`, `camera`, `frame_time` (seconds), `label`, scores, zones, box and more.
 * Source: https://docs.frigate.video/integrations/mqtt/
 */
const TYPE_OF_LABEL: Readonly<Record<string, string>> = {
  person: "person",
  car: "vehicle",
  truck: "vehicle",
  bus: "vehicle",
  motorcycle: "vehicle",
  bicycle: "vehicle",
};

/** A message of another type is an event of our own shape, whatever else it holds. */
const FRIGATE_TYPES: ReadonlySet<unknown> = new Set(["new", "update", "end"]);

/** Frigate's field → ours. Other fields (thumbnails, paths, internals of the tracker) are left out. */
const KEPT: Readonly<Record<string, string>> = {
  camera: "camera",
  label: "label",
  sub_label: "subLabel",
  score: "score",
  top_score: "topScore",
  current_zones: "currentZones",
  entered_zones: "enteredZones",
  box: "box",
  stationary: "stationary",
  has_clip: "hasClip",
  has_snapshot: "hasSnapshot",
  max_severity: "maxSeverity",
  recognized_license_plate: "licensePlate",
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number also where it is kept as its text, because it has more digits than JavaScript's own. */
const numberOf = (value: unknown): unknown => (isObject(value) ? value.valueOf() : value);

/** Frigate's seconds with a fraction → epoch milliseconds; anything else stays as it is, to be refused. */
function milliseconds(given: unknown): unknown {
  const seconds = numberOf(given);
  return typeof seconds === "number" ? Math.round(seconds * 1000) : given;
}

/** Frigate's seconds as RFC 3339, if they are a time at all. */
function isoTime(given: unknown): string | undefined {
  const seconds = numberOf(given);
  const time = new Date(typeof seconds === "number" ? seconds * 1000 : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/**
 * Turns Frigate's message into our event and passes every other event on as it is. An object that is neither person nor
 * vehicle becomes `motion` and keeps its label. `observedAt` is the frame that the message is about, so the updates of
 * one object differ. A message without the object's id or time gives an event without it.
 * @throws Error where it describes no object: nothing was seen then
 */
export function decodeFrigateEvent(event: Record<string, unknown>): Record<string, unknown> {
  if (!("after" in event) || !("before" in event) || !FRIGATE_TYPES.has(event.type)) return event;
  const { after } = event;
  if (!isObject(after)) throw new Error("after: expected the object that was seen");
  const label = typeof after.label === "string" ? after.label : "";
  const decoded: Record<string, unknown> = {
    type: Object.hasOwn(TYPE_OF_LABEL, label) ? TYPE_OF_LABEL[label] : "motion",
    phase: event.type,
  };
  if (after.id !== undefined) decoded.eventId = after.id;
  if (after.frame_time !== undefined) decoded.observedAt = milliseconds(after.frame_time);
  for (const [theirs, ours] of Object.entries(KEPT)) {
    if (after[theirs] !== undefined && after[theirs] !== null) decoded[ours] = after[theirs];
  }
  const startedAt = isoTime(after.start_time);
  if (startedAt) decoded.startedAt = startedAt;
  const endedAt = isoTime(after.end_time);
  if (endedAt) decoded.endedAt = endedAt;
  return decoded;
}
