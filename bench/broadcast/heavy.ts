import { closeRing } from "../../geo/ring.ts";
import type { Ring } from "../../geo/shapes.ts";
import { makeSigner, signAsOthersDo } from "../../test/broadcast/cap/foreign-signer.ts";

/** The most expensive requests that may be sent to the platform: targets and alerts at their limits. */

/** A square of half a degree, in which speakers stand; the shapes lie over all of it. Degrees. */
export const SQUARE = { west: 107.5, south: 28.2, size: 0.5 } as const;

const POLYGONS = 50;
const POINTS = 1000;

/** A wavy ring that never crosses itself, because every ray from its middle meets it once. */
function ringOf(number: number): Ring {
  const { west, south, size } = SQUARE;
  const radius = size * (0.4 + (0.1 * number) / POLYGONS);
  const ring: Ring = Array.from({ length: POINTS - 1 }, (_, point) => {
    const angle = (point / (POINTS - 1)) * 2 * Math.PI;
    const from = radius * (1 + 0.1 * Math.sin(angle * (5 + number)));
    const place = (start: number, along: number) => Number((start + size / 2 + from * along).toFixed(5));
    return [place(west, Math.cos(angle)), place(south, Math.sin(angle))];
  });
  return closeRing(ring);
}

/** 50 polygons of 1,000 points, each over nearly all speakers. */
export const heavyTarget = () => ({
  polygons: Array.from({ length: POLYGONS }, (_, number) => ringOf(number)),
});

/** Signs alerts of nearly a mebibyte, each a different one. */
export interface HeavyAlerts {
  readonly sender: string;
  /** PEM, for `CAP_TRUSTED_CERTS`. */
  readonly certificatePem: string;
  next(): string;
}

export async function createHeavyAlerts(): Promise<HeavyAlerts> {
  const signer = await makeSigner("A weather service");
  const sender = "weather.example.org";
  const at = (hours: number) =>
    `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)}+00:00`;
  const area = heavyTarget()
    .polygons.map((ring) => ring.map(([longitude, latitude]) => `${latitude},${longitude}`).join(" "))
    .map((polygon) => `<polygon>${polygon}</polygon>`)
    .join("");
  let made = 0;
  return {
    sender,
    certificatePem: signer.certificatePem,
    next: () =>
      signAsOthersDo(
        `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>heavy-${process.pid}-${++made}</identifier>\
<sender>${sender}</sender><sent>${at(0)}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>\
<info><language>zh-CN</language><category>Met</category><event>Flash flood</event><urgency>Immediate</urgency>\
<severity>Severe</severity><certainty>Observed</certainty><expires>${at(6)}</expires>\
<headline>山洪灾害预警</headline><description>请立即转移到高处。</description>\
<area><areaDesc>务川县</areaDesc>${area}</area></info></alert>
`,
        signer,
      ),
  };
}
