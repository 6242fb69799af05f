/**
 * The flags with which Node starts the platform: `npm start`, the image, the demo and the bench pass the same ones (a
 * test compares). 64 MiB for each half of the young generation, four times Node's default: with the default, the
 * readings of one batch outlive a collection and are copied, which was 18 % of the thread at full speed. It takes
 * memory only under load, up to 192 MiB in all.
 */
export const NODE_FLAGS = ["--max-semi-space-size=64"] as const;
