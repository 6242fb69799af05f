#!/usr/bin/env bash
# Installs RabbitMQ 4 where it is missing: Debian 13's package in a chroot, because Debian 12 has 3.10, which speaks no
# MQTT 5. `npm run cluster` and the tests of protocols/amqp-source find it there, or installed on this machine. Needs
# Debian and root, and takes somewhat more than a minute; the chroot (about 380 MB) is
# ${SBI_CI_CACHE:-~/.cache/smart-broadcast-iot}/debian13-rabbitmq.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/debian13.sh"

if [ -d /usr/lib/rabbitmq/lib ] && ls /usr/lib/rabbitmq/lib | grep -qE '^rabbitmq_server-([4-9]|[1-9][0-9])\.'; then
  exit 0
fi
needs_debian "install RabbitMQ 4 on this machine"
# RabbitMQ asks the platform over HTTP with Erlang's client, which fails where there are no CA certificates at all, also
# without TLS.
ensure_chroot "$cache/debian13-rabbitmq" rabbitmq-server,ca-certificates
