import type { Logger } from "../base/log.ts";

/** Topics that are named for one device; after that it counts as publishing anywhere. */
const MAX_TOPICS = 32;

/** Devices that are remembered; the one that came first is forgotten first, and may be named again. */
const MAX_DEVICES = 1_000;

/** The length of a topic that is kept and logged, in UTF-16 units: some 16 MiB in all at most. */
const MAX_TOPIC_LENGTH = 256;

/**
 * Logs once for each device and topic that it publishes where it may not. Its clients send the message again and again,
 * and the first line says all about device and topic; every message is on record.
 */
export class ForeignLog {
  private readonly log: Logger;
  private readonly told = new Map<string, Set<string>>();

  constructor(log: Logger) {
    this.log = log;
  }

  note(deviceId: string, fullTopic: string): void {
    const topics = this.topicsOf(deviceId);
    const topic = fullTopic.slice(0, MAX_TOPIC_LENGTH);
    if (topics.size > MAX_TOPICS || topics.has(topic)) return;
    topics.add(topic);
    if (topics.size <= MAX_TOPICS)
      this.log.warn(
        { deviceId, topic },
        "a device publishes on a topic that is not its own; see its rejections",
      );
    else
      this.log.warn(
        { deviceId, topics: MAX_TOPICS },
        "a device publishes on many topics that are not its own; further ones are not named",
      );
  }

  private topicsOf(deviceId: string): Set<string> {
    let topics = this.told.get(deviceId);
    if (!topics) {
      const [oldest] = this.told.keys();
      if (this.told.size >= MAX_DEVICES) this.told.delete(oldest!);
      topics = new Set();
      this.told.set(deviceId, topics);
    }
    return topics;
  }
}
