/**
 * Calls `listener` once, when the process that started this one with a channel is gone, however it ended: nothing else
 * would ever end this one. It calls at once if that process is gone already, and never without a channel. Until then it
 * keeps this process alive. @returns a function that ends the waiting
 */
export function onParentGone(listener: () => void): () => void {
  // `send` stays when the channel has gone.
  if (process.send !== undefined && !process.connected) {
    listener();
    return () => {};
  }
  process.once("disconnect", listener);
  return () => void process.off("disconnect", listener);
}
