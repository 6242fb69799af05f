/** Alerts for tests, by what differs. Times are without a fraction, as CAP has them. */
export interface AlertText {
  readonly identifier?: string;
  readonly sender?: string;
  readonly sent?: Date;
  readonly status?: string;
  readonly msgType?: string;
  readonly scope?: string;
  readonly restriction?: string;
  readonly note?: string;
  readonly references?: readonly string[];
  readonly expires?: Date;
  /** One info for each; none for a Cancel. */
  readonly events?: readonly {
    readonly code: string;
    readonly region?: string;
    readonly severity?: string;
  }[];
}

const time = (at: Date) => at.toISOString().replace(/\.\d+Z$/, "-00:00");

export const SENT = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);

/** The same for all, so that the same alert again is the same document. */
const EXPIRES = new Date(SENT.getTime() + 3_660_000);

/** How an alert is named by others. */
export const referenceOf = ({ identifier = "a-1", sender = "weather@example.org", sent = SENT }: AlertText) =>
  `${sender},${identifier},${time(sent)}`;

export function alertText(alert: AlertText = {}): string {
  const { msgType = "Alert", expires = EXPIRES } = alert;
  const events = alert.events ?? (msgType === "Alert" || msgType === "Update" ? [{ code: "11D01" }] : []);
  const infos = events.map(
    ({ code, region = "520326", severity = "Severe" }) => `
  <info>
    <language>zh-CN</language>
    <category>Geo</category>
    <event>Landslide ${code}</event>
    <urgency>Immediate</urgency>
    <severity>${severity}</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>urn:smart-broadcast-iot:event-code</valueName><value>${code}</value></eventCode>
    <expires>${time(expires)}</expires>
    <headline>滑坡预警</headline>
    <description>${alert.status === "Exercise" ? "【演练】" : ""}请立即转移。</description>
    <area>
      <areaDesc>somewhere</areaDesc>
      <geocode><valueName>urn:smart-broadcast-iot:region</valueName><value>${region}</value></geocode>
    </area>
  </info>`,
  );
  const optional = (name: string, text: string | undefined) =>
    text === undefined ? "" : `\n  <${name}>${text}</${name}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>${alert.identifier ?? "a-1"}</identifier>
  <sender>${alert.sender ?? "weather@example.org"}</sender>
  <sent>${time(alert.sent ?? SENT)}</sent>
  <status>${alert.status ?? "Actual"}</status>
  <msgType>${msgType}</msgType>
  <scope>${alert.scope ?? "Public"}</scope>${optional("restriction", alert.restriction)}${optional("note", alert.note)}${optional("references", alert.references?.join(" "))}${infos.join("")}
</alert>`;
}
