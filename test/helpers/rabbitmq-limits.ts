/**
 * Lines of rabbitmq.conf without which one device can silence all of them: docs/cluster.md says so to people, and every
 * node of ours has them.
 */
export const RABBITMQ_LIMITS: readonly string[] = [
  "mqtt.max_packet_size_authenticated = 328704",
  "mqtt.max_session_expiry_interval_seconds = 600",
];
