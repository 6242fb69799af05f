import { type Hj212Door, type Hj212Options, openHj212 } from "../../../protocols/hj212/door.ts";
import { Hj212Station } from "../../helpers/hj212-station.ts";
import { DoorStage, type StageDevice } from "../tcp/door-stage.ts";

export const station = (no: number): StageDevice => ({ id: `st-${no}`, deviceNo: no, gateway: false });

/** A platform with two stations, known by their MN. */
export class Stage extends DoorStage<Hj212Door> {
  readonly lookedUp: string[] = [];

  constructor() {
    super();
    for (const no of [1, 2]) this.devices.set(`A${no}`, station(no));
  }

  async open(options: Partial<Hj212Options<StageDevice>> = {}): Promise<void> {
    this.door = await openHj212<StageDevice>({
      ...this.inside(),
      findStation: (mn) => this.devices.get(mn),
      lookUpStation: async (mn) => {
        this.lookedUp.push(mn);
        return this.query(this.devices.get(mn));
      },
      isAway: this.isAway,
      ...options,
    });
  }

  /** @param localAddress of another network, such as 127.0.0.2 */
  async connect(localAddress?: string): Promise<Hj212Station> {
    const client = await Hj212Station.connect(this.door.port, { localAddress });
    this.clients.push(client);
    return client;
  }
}

/** A segment of a real-time report. */
export const report = (mn: string, second: number, ph = 7, flag = 5): string => {
  const time = `202608010858${String(second).padStart(2, "0")}`;
  return `QN=${time}000;ST=32;CN=2011;PW=123456;MN=${mn};Flag=${flag};CP=&&DataTime=${time};w01001-Rtd=${ph},w01001-Flag=N&&`;
};
