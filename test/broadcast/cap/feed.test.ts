import { XmlDocument } from "libxml2-wasm";
import { describe, expect, it } from "vitest";
import { buildFeed, entryId } from "../../../broadcast/cap/feed.ts";
import { alertOf, bend, PLAIN, readFixture } from "./alerts.ts";

const HEADER = {
  id: "urn:smart-broadcast-iot:feed:52",
  title: 'Alerts in <Guizhou> & "around"',
  author: "Guizhou",
  href: "https://example.org/v1/cap/feed?region=52&status=Actual",
  updated: new Date("2026-01-01T00:00:00Z"),
};
const NAMESPACES = { a: "http://www.w3.org/2005/Atom", cap: "urn:oasis:names:tc:emergency:cap:1.2" };

/** What XPath finds in the feed, as texts. */
function read(feed: string, ...paths: string[]): string[][] {
  const document = XmlDocument.fromString(feed);
  try {
    return paths.map((path) => document.find(path, NAMESPACES).map((node) => node.content));
  } finally {
    document.dispose();
  }
}

const entry = (xml: string | Buffer, updated?: Date) => {
  const alert = alertOf(xml);
  return {
    alert,
    href: `https://example.org/cap/${alert.identifier}.xml?a=1&b=2`,
    ...(updated ? { updated } : {}),
  };
};

describe("the feed", () => {
  it("links each alert and carries what readers choose by", () => {
    const feed = buildFeed(HEADER, [entry(readFixture("ca-naad.xml"))]);
    const paths = [
      "a:title",
      "a:published",
      "a:author/a:name",
      "cap:severity",
      "cap:expires",
      "cap:areaDesc",
    ];
    expect(read(feed, ...paths.map((path) => `/a:feed/a:entry/${path}`))).toEqual([
      ["severe thunderstorm warning in effect"],
      ["2026-07-02T20:11:09.000Z"],
      ["Environment Canada"],
      ["Extreme"],
      ["2026-07-02T21:11:09-00:00"],
      ["City of Toronto"],
    ]);
    expect(read(feed, '//a:entry/a:link[@type="application/cap+xml"]/@href')).toEqual([
      ["https://example.org/cap/urn:oid:2.49.0.1.124.1234567890.2026.xml?a=1&b=2"],
    ]);
  });

  it("has what RFC 4287 asks for, also without entries", () => {
    const paths = ["a:id", "a:title", "a:updated", "a:author/a:name", 'a:link[@rel="self"]/@href'];
    expect(read(buildFeed(HEADER, []), ...paths.map((path) => `/a:feed/${path}`))).toEqual([
      [HEADER.id],
      [HEADER.title],
      ["2026-01-01T00:00:00.000Z"],
      [HEADER.author],
      [HEADER.href],
    ]);
    const each = ["a:id", "a:title", "a:updated", "a:summary"].map((path) => `//a:entry[${path}]`);
    const feed = buildFeed(HEADER, [entry(PLAIN), entry(readFixture("nz-cancel.xml"))]);
    expect(read(feed, ...each).map((found) => found.length)).toEqual([2, 2, 2, 2]);
  });

  it("is newest first, and as new as its newest entry", () => {
    const feed = buildFeed(HEADER, [
      entry(bend(["A-1", "old"]), new Date("2026-05-01T00:00:00Z")),
      entry(bend(["A-1", "new"]), new Date("2026-05-03T00:00:00Z")),
      entry(bend(["A-1", "middle"])),
    ]);
    expect(read(feed, "//a:entry/cap:identifier", "/a:feed/a:updated")).toEqual([
      ["new", "middle", "old"],
      ["2026-05-03T00:00:00.000Z"],
    ]);
  });

  it("escapes what alerts say", () => {
    const nasty = '</title><script>alert("&amp;")</script>';
    const escaped = nasty.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const feed = buildFeed(HEADER, [entry(bend(["<headline>Landslide", `<headline>${escaped}`]))]);
    expect(read(feed, "//a:entry/a:title", "//a:script")).toEqual([[nasty], []]);
  });

  it("names an alert by sender, identifier and time, always in the same way", () => {
    const id = entryId(alertOf(PLAIN));
    expect(id).toBe("urn:smart-broadcast-iot:alert:sender%40example.org:A-1:2026-05-02T00%3A00%3A00.000Z");
    expect(entryId(alertOf(bend(["08:00:00+08:00</sent>", "00:00:00-00:00</sent>"])))).toBe(id);
    expect(entryId(alertOf(bend(["A-1", "A-2"])))).not.toBe(id);
  });
});
