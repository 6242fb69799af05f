import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import type { Script } from "./chaos-script.ts";

/**
 * A device that has not heard of a message for so long looks for another way, as the usual clients do after a keep-alive
 * and a half. Devices that lose patience sooner than a cluster can let all of them in again keep it from ever doing so.
 */
const DEAF_MS = 60_000;
const LOGIN_MS = 60_000;
/** Between two attempts to connect: doubled each time, and spread by as much again. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 16_000;

/**
 * A device with one message under way at a time, which it keeps and sends again until that is acknowledged: so it has
 * sent its first `acknowledged` items, and one of the others perhaps.
 */
export class ChaosDevice {
  script: Script;
  acknowledged = 0;
  /** How often it has lost its connection. */
  lost = 0;
  private readonly token: string;
  private readonly ports: () => readonly number[];
  private due = 0;
  private underWay = false;
  private ready = false;
  private socket: Socket | undefined;
  private waiting: NodeJS.Timeout | undefined;
  private patience: NodeJS.Timeout | undefined;
  private packetId = 0;
  private pauseMs = FIRST_PAUSE_MS;
  private ended = false;

  constructor(script: Script, token: string, ports: () => readonly number[]) {
    this.script = script;
    this.token = token;
    this.ports = ports;
  }

  /** The next item has become due. */
  tick(): void {
    if (this.due < this.script.count) this.due++;
    this.send();
  }

  /** Opens its line, and keeps it open. Resolves at the first login. */
  open(): Promise<void> {
    return new Promise((resolve) => this.dial(resolve));
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.waiting);
    clearTimeout(this.patience);
    this.socket?.destroy();
  }

  private dial(onLogin = () => {}): void {
    if (this.ended) return;
    const ports = this.ports();
    const again = () => {
      this.waiting = setTimeout(() => this.dial(onLogin), this.pauseMs * (1 + Math.random()));
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    };
    if (ports.length === 0) return again();
    const port = ports[Math.floor(Math.random() * ports.length)]!;
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket = socket;
    let rest = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.once("connect", () => socket.write(this.login()));
    this.expect(LOGIN_MS);
    socket.on("data", (chunk) => {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      // Nothing comes to it but CONNACK and PUBACK, of four bytes each.
      for (; rest.length >= 4; rest = rest.subarray(4)) this.take(rest, onLogin);
    });
    socket.once("close", () => {
      clearTimeout(this.patience);
      if (this.ready) this.lost++;
      this.ready = this.underWay = false;
      again();
    });
  }

  private expect(withinMs: number): void {
    clearTimeout(this.patience);
    const { socket } = this;
    this.patience = setTimeout(() => socket!.destroy(), withinMs);
  }

  private login(): Buffer {
    return generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: this.script.id,
      keepalive: 0,
      username: this.script.id,
      password: Buffer.from(this.token),
    });
  }

  private take(packet: Buffer, onLogin: () => void): void {
    clearTimeout(this.patience);
    if (packet[0] === 0x20) {
      if (packet[3] !== 0) return void this.socket!.destroy();
      this.ready = true;
      this.pauseMs = FIRST_PAUSE_MS;
      onLogin();
    } else if (packet[0] === 0x40 && this.underWay && packet.readUInt16BE(2) === this.packetId) {
      this.acknowledged++;
      this.underWay = false;
    } else throw new Error(`${this.script.id} got ${packet.subarray(0, 4).toString("hex")}`);
    this.send();
  }

  private send(): void {
    if (!this.ready || this.underWay || this.acknowledged >= this.due) return;
    const { id, item } = this.script;
    const { channel, observedAt, body } = item(this.acknowledged);
    this.underWay = true;
    this.packetId = (this.packetId % 65_535) + 1;
    this.socket!.write(
      generate({
        cmd: "publish",
        topic: `v1/devices/${id}/${channel}`,
        payload: JSON.stringify({ observedAt, ...body }),
        qos: 1,
        messageId: this.packetId,
        dup: false,
        retain: false,
      }),
    );
    this.expect(DEAF_MS);
  }
}
