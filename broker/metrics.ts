import { Counter, Gauge, type Registry } from "prom-client";
import type { Feed } from "./feed.ts";
import type { Broker } from "./options.ts";

/** Shows the counts of the broker and the feed; they are read at each scrape, so that counting costs them nothing. */
export function registerBrokerMetrics(registry: Registry, broker: Broker, feed: Feed): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => Record<string, number>) =>
    new Counter({
      name,
      help,
      labelNames: ["result"],
      registers,
      collect() {
        this.reset();
        for (const [result, count] of Object.entries(read())) this.inc({ result }, count);
      },
    });
  gauge("sbi_mqtt_connections", "Devices and gateways that are connected", () => broker.connections);
  gauge("sbi_mqtt_listeners", "Connections of applications over MQTT", () => feed.size);
  counter("sbi_mqtt_refusals_total", "Refusals of the MQTT side", () => {
    const { counts } = broker;
    return {
      login: counts.loginsRefused,
      login_unchecked: counts.loginsUnchecked,
      connection: counts.connectionsRefused,
      subscription: counts.subscriptionsRefused,
      tls: counts.tlsErrors,
    };
  });
  counter("sbi_mqtt_feed_messages_total", "Messages for applications over MQTT", () => ({
    delivered: feed.delivered,
    dropped: feed.dropped,
  }));
  gauge(
    "sbi_mqtt_feed_cut",
    "Applications that were cut since the start because they did not keep up",
    () => feed.cut,
  );
}
