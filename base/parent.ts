/**
 * Calls `listener` once, when the process that started this one with a channel is gone, however it ended: nobody else
 * would ever end this one. At once where it was gone before anybody asked; never where there was no channel.
 * Until then it keeps this process alive. @returns ends the waiting
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
