# The platform without a database: it needs DATABASE_URL. The embedded database is for evaluation only, and
# is left out here (an optional dependency, about 30 MB).
ARG NODE_IMAGE=node:22.22.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# Dependencies first: they change less often than the sources, so this layer is mostly reused.
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/build-console.mjs scripts/run.mjs scripts/
COPY access access
COPY accounts accounts
COPY api api
COPY app app
COPY base base
COPY broadcast broadcast
COPY broker broker
COPY cluster cluster
COPY console console
COPY devices devices
COPY exchange exchange
COPY geo geo
COPY ingest ingest
COPY protocols protocols
COPY seeds seeds
COPY simulators simulators
COPY store store
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="smart-broadcast-iot" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
# Owned by root, so that the process cannot change its own code.
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist ./
COPY LICENSE ./
# /keys: for processes that share the keys that sign broadcasts.
RUN mkdir /data /keys && chown node:node /data /keys && chmod 700 /data /keys
VOLUME /data
USER node
# MQTT, MQTT over WebSocket, HTTP.
EXPOSE 1883 8083 8883 8080
# Alive, not ready: a database that is away must not get the platform restarted, it waits by itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "const s = process.env.HTTP_TLS_CERT ? 's' : ''; process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`http${s}://127.0.0.1:${process.env.HTTP_PORT || 8080}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Stops accepting, commits what it has, acknowledges it, then exits.
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "app/main.js"]
