/** Values that a gas meter may send, a little different each time; cheap to make. */
function reading(at: number): string {
  const flow = (at / 1000) % 40;
  return `{"observedAt":${at},"volume":${(1000 + (at % 1e9) / 1e6).toFixed(3)},"flow":${(flow / 10).toFixed(2)},"pressure":2.1,"temperature":${(10 + (flow % 17) / 2).toFixed(1)},"battery":3.58,"valve":"open","rssi":-${90 + (Math.floor(at / 10) % 25)},"snr":7.5}`;
}

export interface PayloadOptions {
  /** The first observedAt, epoch milliseconds. */
  readonly from: number;
  /** Between one reading of a device and the next, in milliseconds. */
  readonly stepMs: number;
  readonly readingsPerMessage: number;
  /** For a gateway: each message holds `readingsPerMessage` readings of each of these. */
  readonly meters?: readonly string[] | undefined;
}

/** Payloads of one connection, each with moments of its own, so that none is a duplicate. */
export class Payloads {
  private readonly options: PayloadOptions;
  /** The last observedAt that was given out. */
  at: number;

  constructor(options: PayloadOptions) {
    this.options = options;
    this.at = options.from;
  }

  next(): string {
    const { readingsPerMessage, stepMs, meters } = this.options;
    const times = Array.from({ length: readingsPerMessage }, () => {
      this.at += stepMs;
      return this.at;
    });
    const readings = times.map(reading);
    const text = readings.length === 1 ? readings[0]! : `[${readings.join(",")}]`;
    if (!meters) return text;
    return `{${meters.map((id) => `"${id}":${text}`).join(",")}}`;
  }
}
