import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useMemo, useState } from "react";
import {
  type DeviceFilters,
  type DevicePointJson,
  type DeviceStatus,
  devicePointsQuery,
} from "../../api/devices.ts";
import { Banner } from "../../ui/banner.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Severity, StateMark, useStateWords } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./device-points.module.css";
import { narrowing } from "./filters.ts";
import { lengthWords, type Plane, planeOf, scaleBar } from "./plane.ts";
import { devicesTexts } from "./texts.ts";

/** The drawing is so many units wide; its height follows from the ground. */
const WIDTH = 1000;
const MOST_HEIGHT = 470;
const MARGIN = 24;
/** How near a click must be. */
const NEAR = 18;

/** Silent ones lie on top of late ones, and these on top of the healthy. */
const STATES: readonly DeviceStatus[] = ["ok", "never", "late", "silent"];

interface Spot {
  readonly point: DevicePointJson;
  readonly x: number;
  readonly y: number;
}

/** One path for each state: a dot, a ring, a cross; ten thousand devices are four elements. */
const SHAPES: Readonly<Record<DeviceStatus, (x: string, y: string) => string>> = {
  ok: (x, y) => `M${x} ${y}h0`,
  never: (x, y) => `M${x} ${y}m-3 0h6`,
  late: (x, y) => `M${x} ${y}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`,
  silent: (x, y) => `M${x} ${y}m-4.5 -4.5l9 9m0 -9l-9 9`,
};

const pathOf = (spots: readonly Spot[], status: DeviceStatus): string =>
  spots
    .filter(({ point }) => point.status === status)
    .map(({ x, y }) => SHAPES[status](x.toFixed(1), y.toFixed(1)))
    .join("");

/** The devices of the list where they stand, on a plain plane. The list is the same as a table. */
export function DevicePoints({ filters, total }: { filters: DeviceFilters; total: number }) {
  const { points: words } = useTexts(devicesTexts);
  const query = useQuery(devicePointsQuery(narrowing(filters)));
  return (
    <Panel title={words.title} about={words.about}>
      <Loaded query={query} lines={10}>
        {({ items, truncated }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneNext}</Empty>
          ) : (
            <>
              {truncated && <Banner>{words.truncated(count(items.length))}</Banner>}
              <Drawing points={items} />
              {!truncated && total > items.length && (
                <p className={styles.note}>{words.unplaced(count(total - items.length))}</p>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function spotsOf(points: readonly DevicePointJson[], plane: Plane, scale: number, height: number): Spot[] {
  return points.map((point) => {
    const { x, y } = plane.place(point.lon, point.lat);
    return { point, x: (WIDTH - plane.width * scale) / 2 + x * scale, y: height - MARGIN - y * scale };
  });
}

function Drawing({ points }: { points: readonly DevicePointJson[] }) {
  const { points: words } = useTexts(devicesTexts);
  const [picked, setPicked] = useState<DevicePointJson>();
  const { spots, height, bar, metres } = useMemo(() => {
    const plane = planeOf(points);
    const scale = Math.min((WIDTH - 2 * MARGIN) / plane.width, (MOST_HEIGHT - 2 * MARGIN) / plane.height);
    const drawn = plane.height * scale + 2 * MARGIN;
    const length = scaleBar(plane.width);
    return {
      spots: spotsOf(points, plane, scale, drawn),
      height: drawn,
      bar: length * scale,
      metres: length,
    };
  }, [points]);

  function pick(event: PointerEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const unit = WIDTH / box.width;
    const [x, y] = [(event.clientX - box.left) * unit, (event.clientY - box.top) * unit];
    const away = (spot: Spot) => Math.hypot(spot.x - x, spot.y - y);
    const nearest = spots.reduce((best, spot) => (away(spot) < away(best) ? spot : best));
    setPicked(away(nearest) <= NEAR * unit ? nearest.point : undefined);
  }

  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${Math.ceil(height)}`}
        className={styles.plane}
        role="img"
        aria-label={words.name(count(points.length))}
        onPointerDown={pick}
      >
        {STATES.map((status) => (
          <path key={status} className={styles[status]} d={pathOf(spots, status)} />
        ))}
      </svg>
      <div className={styles.under}>
        <span className={styles.scale}>
          <i style={{ width: `${(bar / WIDTH) * 100}%` }} />
          {words.scale(lengthWords(metres))}
        </span>
        <Legend />
      </div>
      <Picked point={picked} />
    </>
  );
}

function Legend() {
  const states = useStateWords();
  return (
    <p className={styles.legend}>
      {STATES.map((status) => (
        <span key={status}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path className={styles[status]} d={SHAPES[status]("8", "8")} />
          </svg>
          {states[status]}
        </span>
      ))}
    </p>
  );
}

function Picked({ point }: { point: DevicePointJson | undefined }) {
  const { points: words } = useTexts(devicesTexts);
  return (
    <p className={styles.note} role="status">
      {point ? (
        <>
          <StateMark state={point.status} />{" "}
          <PageLink href={`/devices/${encodeURIComponent(point.id)}`}>{point.name ?? point.id}</PageLink>{" "}
          {point.alarm && <Severity severity={point.alarm} />}
        </>
      ) : (
        `${words.pick}；${words.table}`
      )}
    </p>
  );
}
