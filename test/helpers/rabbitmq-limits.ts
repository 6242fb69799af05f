/**
 * Lines of rabbitmq.conf without which one device can silence all of them: docs/cluster.md says so to people, and every
 * node of ours has them.
 */
export const RABBITMQ_LIMITS: readonly string[] = [
  "mqtt.max_packet_size_authenticated = 328704",
  "mqtt.max_session_expiry_interval_seconds = 600",
];

/**
 * Who is let in is asked of the platform each time; what a device may use is kept for ten minutes. RabbitMQ forgets it whenever
 * a connection has nothing to do for a moment, and would ask two questions for each message of a meter.
 */
export const questionLines = (platform: string): readonly string[] => [
  "auth_backends.1 = internal",
  "auth_backends.2.authn = http",
  "auth_backends.2.authz = cache",
  "auth_cache.cached_backend = http",
  "auth_cache.cache_ttl = 600000",
  "auth_http.http_method = post",
  ...["user", "vhost", "resource", "topic"].map(
    (what) => `auth_http.${what}_path = http://${platform}/v1/cluster-logins/${what}`,
  ),
];
