import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { vi } from "vitest";
import { frameOf, PacketReader } from "../../protocols/hj212/frame.ts";

/** The port of the door of HJ 212, once the platform's log tells it. */
export async function hj212Port(log: () => string): Promise<number> {
  const line = await vi.waitFor(() => {
    const found = log()
      .split("\n")
      .find((each) => each.includes("listens for HJ 212 stations") && each.endsWith("}"));
    if (found === undefined) throw new Error("the platform has not said yet where it listens for stations");
    return found;
  });
  return (JSON.parse(line) as { port: number }).port;
}

/** A station at the door of a platform: sends segments, and hears what comes back. */
export class Hj212Station {
  readonly heard: string[] = [];
  readonly socket: Socket;
  private readonly reader = new PacketReader();

  private constructor(socket: Socket, onPacket: ((packet: string) => void) | undefined) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      for (const frame of this.reader.push(chunk)) {
        const packet = frame.toString();
        if (onPacket) onPacket(packet);
        else this.heard.push(packet);
      }
    });
  }

  static async connect(port: number, onPacket?: (packet: string) => void): Promise<Hj212Station> {
    const socket = connect({ host: "127.0.0.1", port });
    const station = new Hj212Station(socket, onPacket);
    await once(socket, "connect");
    return station;
  }

  send(...segments: readonly string[]): void {
    this.socket.write(Buffer.concat(segments.map(frameOf)));
  }
}
