import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, vi } from "vitest";
import { frameOf, PacketReader } from "../../protocols/hj212/frame.ts";
import { portInLog } from "./port-in-log.ts";

/** The port of the door of HJ 212, once the platform's log tells it. */
export const hj212Port = (log: () => string) => portInLog(log, "listens for HJ 212 stations");

interface StationOptions {
  /** Takes what is heard instead of keeping it. */
  readonly onPacket?: (packet: string) => void;
  /** Of another network, such as 127.0.0.2. */
  readonly localAddress?: string | undefined;
}

/** A station at the door of a platform: sends segments, and hears what comes back. */
export class Hj212Station {
  readonly heard: string[] = [];
  readonly socket: Socket;
  private readonly reader = new PacketReader();

  private constructor(
    socket: Socket,
    onPacket: (packet: string) => void = (packet) => this.heard.push(packet),
  ) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.reader.push(chunk)) onPacket(frame.toString());
    });
  }

  static async connect(port: number, { onPacket, localAddress }: StationOptions = {}): Promise<Hj212Station> {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    const station = new Hj212Station(socket, onPacket);
    await once(socket, "connect");
    return station;
  }

  send(...segments: readonly string[]): void {
    this.socket.write(Buffer.concat(segments.map(frameOf)));
  }

  /** Waits for so many packets, and no more than these. */
  async hears(...patterns: readonly RegExp[]): Promise<void> {
    await vi.waitFor(() => expect(this.heard.length).toBe(patterns.length));
    for (const [index, pattern] of patterns.entries()) expect(this.heard[index]).toMatch(pattern);
  }

  async isEnded(): Promise<void> {
    await vi.waitFor(() => expect(this.socket.destroyed || this.socket.readableEnded).toBe(true));
  }
}
