/** Why nothing comes from RabbitMQ, in words for the log and `/readyz`. */
export function troubleOf(error: unknown): string {
  const { message = String(error), code } = error as { message?: string; code?: unknown };
  // amqplib puts its own words before those of RabbitMQ.
  const told = message.split('with message "').at(-1)!.replace(/"$/, "");
  if (/unknown exchange type/i.test(told)) {
    return `RabbitMQ lacks the plugin rabbitmq_consistent_hash_exchange: expected 'rabbitmq-plugins enable rabbitmq_consistent_hash_exchange' on each of its nodes (${told})`;
  }
  if (/inequivalent arg 'x-max-length' for queue 'sbi\.ingest\.count'/.test(told)) {
    return `RabbitMQ was set up with another number of partitions than SOURCE_AMQP_PARTITIONS: expected the same number in every process and at every start (${told})`;
  }
  if (/inequivalent arg|PRECONDITION[_-]FAILED/i.test(told)) {
    return `RabbitMQ has something of that name that is declared differently: expected that nobody else declares names that begin with sbi.ingest (${told})`;
  }
  if (/ACCESS[_-]REFUSED/i.test(told)) {
    const login = /handshake/i.test(message) || /login was refused/i.test(told);
    return login
      ? "RabbitMQ refused the login of SOURCE_AMQP_URL: expected a user that it knows, with its password"
      : `RabbitMQ refuses a right to the user of SOURCE_AMQP_URL: expected one that may configure, write and read (${told})`;
  }
  const reason = code === undefined || told.includes(String(code)) ? told : `${told}, ${String(code)}`;
  return `there is no connection to SOURCE_AMQP_URL; the platform tries again (${reason})`;
}
