type Values = Record<string, unknown>;

/** What has to become of readings, in plain words and in memory; `at` names the moment of a minute. */
export class ReadingsModel {
  private readonly at: (minute: number) => string;
  private readonly moments = new Map<string, Map<number, Values>>();
  private readonly values = new Map<string, string[]>();
  private readonly counts = new Map<
    string,
    { received: number; stored: number; duplicate: number; rejected: number }
  >();

  constructor(at: (minute: number) => string) {
    this.at = at;
  }

  take(id: string, minute: number, given: Values): void {
    const counts = this.ledger(id);
    this.counts.set(id, counts);
    counts.received++;
    const { pressure, ...others } = given;
    const good: Values = pressure === 2 ? given : others;
    const aside = pressure === 12 ? "off_scale" : pressure === 3276.7 ? "sensor_fault" : undefined;
    if (!Object.keys(good).some((key) => key !== "note")) {
      counts.rejected++;
      if (Object.keys(given).length === 0) this.refuse(id, "empty", false, minute, {});
      else this.refuse(id, aside ?? "no_quantity", false, minute, given);
      return;
    }
    if (aside) this.refuse(id, aside, true, minute, { pressure });
    const there = this.momentsOf(id).get(minute);
    if (!there) {
      this.momentsOf(id).set(minute, { ...good });
      counts.stored++;
      return;
    }
    const refused: Values = {};
    let kept = false;
    for (const [name, value] of Object.entries(good)) {
      if (!(name in there)) {
        there[name] = value;
        kept = true;
      } else if (asKept(name, there[name]) !== asKept(name, value)) refused[name] = value;
    }
    const isRefused = Object.keys(refused).length > 0;
    if (kept) counts.stored++;
    else if (isRefused) counts.rejected++;
    else counts.duplicate++;
    if (isRefused) this.refuse(id, "conflict", kept, minute, kept ? refused : good);
  }

  private momentsOf(id: string) {
    const moments = this.moments.get(id) ?? new Map<number, Values>();
    this.moments.set(id, moments);
    return moments;
  }

  private refuse(id: string, reason: string, partial: boolean, minute: number, values: Values): void {
    const list = this.values.get(id) ?? [];
    this.values.set(id, list);
    for (const [name, value] of Object.entries(values)) {
      const said = reason === "conflict" ? asKept(name, value) : value;
      list.push(JSON.stringify([reason, partial, this.at(minute), name, said]));
    }
  }

  stored(id: string): string[] {
    return [...this.momentsOf(id)]
      .sort(([a], [b]) => a - b)
      .map(([minute, { volume, flow, valve, pressure, note }]) =>
        JSON.stringify([
          this.at(minute),
          asKept("volume", volume) ?? null,
          flow ?? null,
          valve ?? null,
          pressure ?? null,
          note ?? null,
        ]),
      );
  }

  refused = (id: string): string[] => this.values.get(id) ?? [];

  ledger(id: string) {
    return this.counts.get(id) ?? { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  }
}

/** A register keeps litres. */
const asKept = (name: string, value: unknown) => (name === "volume" && value === 1.0001 ? 1 : value);
