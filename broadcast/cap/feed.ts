import { create } from "xmlbuilder2";
import { CAP_MEDIA_TYPE, CAP_NAMESPACE, type CapAlert } from "./alert.ts";
import { cleanText } from "./clean-text.ts";
import { timeOf } from "./values.ts";

const ATOM_NAMESPACE = "http://www.w3.org/2005/Atom";
/** The media type of the feed. */
export const FEED_MEDIA_TYPE = "application/atom+xml";

export interface FeedEntry {
  readonly alert: CapAlert;
  /** The address of the alert itself, absolute. */
  readonly href: string;
  /** When the entry last changed; the alert's own time unless it was signed or corrected later. */
  readonly updated?: Date;
}

export interface FeedHeader {
  /** The feed's id for good, e.g. `urn:smart-broadcast-iot:feed:52`. */
  readonly id: string;
  readonly title: string;
  readonly author: string;
  /** The address of the feed itself, absolute. */
  readonly href: string;
  /** When the list last changed, for a feed without entries: an end that leaves nothing behind is a change too. */
  readonly updated: Date;
}

/**
 * The alerts that are in force, newest first, as an Atom feed (RFC 4287) with the CAP elements that readers
 * choose by. Readers tell alerts apart by sender, identifier and time, which together are the entry's id.
 */
export function buildFeed(header: FeedHeader, entries: readonly FeedEntry[]): string {
  const document = create({ version: "1.0", encoding: "UTF-8" });
  const feed = document.ele(ATOM_NAMESPACE, "feed");
  feed.att("http://www.w3.org/2000/xmlns/", "xmlns:cap", CAP_NAMESPACE);
  const add = (parent: typeof feed, name: string, text: string) =>
    parent.ele(ATOM_NAMESPACE, name).txt(cleanText(text));
  const addCap = (parent: typeof feed, name: string, text: string | undefined) => {
    if (text !== undefined) parent.ele(CAP_NAMESPACE, `cap:${name}`).txt(cleanText(text));
  };
  const link = (parent: typeof feed, rel: string, type: string, href: string) =>
    parent.ele(ATOM_NAMESPACE, "link", { rel, type, href: cleanText(href) });

  const newest = [...entries].sort((a, b) => updatedOf(b).getTime() - updatedOf(a).getTime());
  const updated = newest
    .map(updatedOf)
    .reduce((latest, time) => (time > latest ? time : latest), header.updated);
  add(feed, "id", header.id);
  add(feed, "title", header.title);
  add(feed, "updated", updated.toISOString());
  add(feed.ele(ATOM_NAMESPACE, "author"), "name", header.author);
  link(feed, "self", FEED_MEDIA_TYPE, header.href);

  for (const entry of newest) {
    const { alert } = entry;
    const info = alert.infos[0];
    const node = feed.ele(ATOM_NAMESPACE, "entry");
    add(node, "id", entryId(alert));
    add(node, "title", info?.headline ?? info?.event ?? `${alert.msgType} ${alert.identifier}`);
    add(node, "updated", updatedOf(entry).toISOString());
    add(node, "published", timeOf(alert.sent).toISOString());
    add(node.ele(ATOM_NAMESPACE, "author"), "name", info?.senderName ?? alert.sender);
    link(node, "alternate", CAP_MEDIA_TYPE, entry.href);
    add(node, "summary", info?.description ?? alert.note ?? "");
    addCap(node, "identifier", alert.identifier);
    addCap(node, "sender", alert.sender);
    addCap(node, "sent", alert.sent);
    addCap(node, "status", alert.status);
    addCap(node, "msgType", alert.msgType);
    for (const category of info?.categories ?? []) addCap(node, "category", category);
    addCap(node, "event", info?.event);
    addCap(node, "urgency", info?.urgency);
    addCap(node, "severity", info?.severity);
    addCap(node, "certainty", info?.certainty);
    addCap(node, "effective", info?.effective);
    addCap(node, "expires", info?.expires);
    for (const area of info?.areas ?? []) addCap(node, "areaDesc", area.areaDesc);
  }
  return document.end();
}

const updatedOf = ({ alert, updated }: FeedEntry): Date => updated ?? timeOf(alert.sent);

/** Stays the same for the same alert, for every caller and wherever it is served from. */
export function entryId({ sender, identifier, sent }: CapAlert): string {
  const parts = [sender, identifier, timeOf(sent).toISOString()].map((part) => encodeURIComponent(part));
  return `urn:smart-broadcast-iot:alert:${parts.join(":")}`;
}
