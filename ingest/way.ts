/** The way by which an item came, for a rejection that is made of it after its message is gone. */
export interface Way {
  readonly door: string;
  readonly context: string;
  /** The id of the gateway that sent it; undefined where its device did so itself. */
  readonly gateway: string | undefined;
}
