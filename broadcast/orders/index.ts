export { reopenForRetry, storeStart } from "./start-orders.ts";
export { readStoredOrder, stopOf } from "./stored-order.ts";
