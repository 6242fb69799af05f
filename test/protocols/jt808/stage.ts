import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { type Identity, identityOf } from "../../../devices/identities.ts";
import { type Jt808Door, type Jt808Options, openJt808 } from "../../../protocols/jt808/door.ts";
import { Jt808Terminal } from "../../helpers/jt808-terminal.ts";
import { DoorStage, type StageDevice } from "../tcp/door-stage.ts";

export const vehicle = (no: number): StageDevice => ({ id: `car-${no}`, deviceNo: no, gateway: false });

/** The phone number of a vehicle. */
export const phoneOf = (no: number): string => `1398520${String(no).padStart(4, "0")}`;

/** A platform with two vehicles, known by their SIM. */
export class Stage extends DoorStage<Jt808Door> {
  /** By the device's number. */
  readonly tokens = new Map<number, string>();
  readonly bound = new Map<number, string>();
  lookUps = 0;
  /** How often it was asked which terminal has a vehicle. */
  binds = 0;

  constructor() {
    super();
    for (const no of [1, 2]) this.give(no, phoneOf(no));
  }

  /** Gives a vehicle a phone number. */
  give(no: number, phone: string): void {
    this.devices.set(identityOf("sim", phone)!.value, vehicle(no));
    if (!this.tokens.has(no)) this.tokens.set(no, `token-${no}`);
  }

  async open(options: Partial<Jt808Options<StageDevice>> = {}): Promise<void> {
    const find = ({ value }: Identity) => this.devices.get(value);
    this.door = await openJt808<StageDevice>({
      ...this.inside(),
      devices: {
        findIdentified: find,
        lookUpIdentified: async (identity) => {
          this.lookUps++;
          return this.query(find(identity));
        },
        authenticate: async (id, token) =>
          [...this.devices.values()].find(
            (device) => device.id === id && this.tokens.get(device.deviceNo) === token,
          ),
        secretOf: ({ deviceNo }, purpose) =>
          createHmac("sha256", this.tokens.get(deviceNo)!).update(purpose).digest(),
        bind: async ({ deviceNo }, _door, holder) => {
          this.binds++;
          const held = `${this.tokens.get(deviceNo)} ${holder}`;
          const before = this.query(this.bound.get(deviceNo));
          if (before === undefined || !before.startsWith(`${this.tokens.get(deviceNo)} `))
            this.bound.set(deviceNo, held);
          return this.bound.get(deviceNo)!.slice(held.length - holder.length);
        },
        isAway: this.isAway,
      },
      ...options,
    });
  }

  /** @param options `localAddress`: of another network, such as 127.0.0.2 */
  async connect(
    no: number,
    { phone = phoneOf(no), ...options }: { is2019?: boolean; phone?: string; localAddress?: string } = {},
  ): Promise<Jt808Terminal> {
    const terminal = await Jt808Terminal.connect(this.door.port, phone, options);
    this.clients.push(terminal);
    return terminal;
  }

  /** A terminal that has registered and logged in, of which nothing is left to be looked at. */
  async logIn(no: number, options: { is2019?: boolean; phone?: string } = {}): Promise<Jt808Terminal> {
    const before = this.settlesAtOnce;
    this.settlesAtOnce = true;
    const terminal = await this.connect(no, options);
    const { code } = await terminal.register(
      options.is2019 ? Buffer.concat([Buffer.alloc(75, "A"), Buffer.of(0, 0x41)]) : undefined,
    );
    expect(await terminal.logIn(code)).toBe(0);
    this.settlesAtOnce = before;
    this.messages.length = 0;
    terminal.heard.length = 0;
    return terminal;
  }
}
