import { createLogger } from "../../base/log.ts";
import { createBroker } from "../../broker/broker.ts";

/**
 * The platform's own broker with nothing behind it: each message is settled at once. So fast the platform would be if
 * decoding and storing cost nothing.
 */
export type BareBrokerMessage = { readonly type: "ready"; readonly port: number };

async function run(): Promise<void> {
  const broker = await createBroker({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (username) => ({ id: username, deviceNo: 1, gateway: false }),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
  });
  const { port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 });
  process.send!({ type: "ready", port } satisfies BareBrokerMessage);
}

process.once("message", () => {
  process.on("disconnect", () => process.exit(0));
  run().catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
