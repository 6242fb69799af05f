/**
 * The place and owner of each device at each moment (decision 0025): a relation `(device_no, id, kind, region_code,
 * tenant_id, from_at, until_at)`. A moment of a device, also of a deleted one, lies in exactly one row: from `from_at`
 * on and before `until_at`, where the first begins at -infinity and the last ends at infinity.
 *
 * It is text for a "from", since the planner takes a plain union of two tables apart: a condition on the region or the
 * number goes to an index of each. The second has a row for each move, so it is small.
 */
export const DEVICE_SPANS = `(
    select device_no, id, kind, region_code, tenant_id, placed_since as from_at, timestamptz 'infinity' as until_at
    from devices
    union all
    select device_no, id, kind, region_code, tenant_id, from_at, until_at from former_places)`;

/**
 * The join that gives a row, of the device `number` at `moment`, the place that the device had then, as `alias`, in the
 * form that `limitsCondition` takes for a device. It neither drops nor doubles a row.
 */
export const joinPlace = (alias: string, number: string, moment: string, kind = "join"): string =>
  `${kind} ${DEVICE_SPANS} ${alias} on ${alias}.device_no = ${number}
      and ${moment} >= ${alias}.from_at and ${moment} < ${alias}.until_at`;
