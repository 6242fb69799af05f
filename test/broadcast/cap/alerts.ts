import { readdirSync, readFileSync } from "node:fs";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import type { CapAlert } from "../../../broadcast/cap/alert.ts";
import { parseAlert } from "../../../broadcast/cap/parse.ts";

const FOLDER = new URL("fixtures/", import.meta.url);

/** Alerts in the shape of those that countries publish; written for these tests. */
export const FIXTURES = readdirSync(FOLDER).sort();

export const readFixture = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

/** The smallest alert with an info and an area; tests bend it by replacing pieces. */
export const PLAIN = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>A-1</identifier>
  <sender>sender@example.org</sender>
  <sent>2026-05-02T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>en</language>
    <category>Geo</category>
    <event>Landslide</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <expires>2026-05-02T20:00:00+08:00</expires>
    <headline>Landslide</headline>
    <description>Leave the valley.</description>
    <area>
      <areaDesc>Huaxi</areaDesc>
      <polygon>26.1,106.1 26.1,106.2 26.2,106.2 26.1,106.1</polygon>
      <geocode><valueName>urn:smart-broadcast-iot:region</valueName><value>520111</value></geocode>
    </area>
  </info>
</alert>
`;

/** `PLAIN` with pieces replaced; a piece that is not there would make a test that tests nothing. */
export function bend(...replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((text, [piece, by]) => {
    if (!text.includes(piece)) throw new Error(`there is no ${piece}`);
    return text.replace(piece, () => by);
  }, PLAIN);
}

/** The alert of a text that must be valid. */
export function alertOf(xml: string | Buffer): CapAlert {
  const result = parseAlert(Buffer.from(xml));
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.alert;
}

let validator: XsdValidator | undefined;

/** The schema of the standard, as an independent opinion. Answers with libxml2's message, or undefined. */
export function schemaFault(xml: string | Buffer): string | undefined {
  const schema = new URL("../../../broadcast/cap/CAP-v1.2.xsd", import.meta.url);
  validator ??= XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema)));
  const document = XmlDocument.fromBuffer(Buffer.from(xml));
  try {
    validator.validate(document);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    document.dispose();
  }
}
