import { isUtf8 } from "node:buffer";
import type { Client } from "aedes";
import type { Packet } from "mqtt-packet";
import { refuseConnect } from "./aedes-internals.ts";

/**
 * The inner parts of mqtt-packet 9 that are replaced here. Each works on the packet that is being parsed, from `_pos`
 * on in `_list`. test/broker/standard.test.ts checks them against these descriptions.
 */
interface Parser {
  packet: Partial<Packet> & {
    messageId?: number;
    dup?: boolean;
    qos?: number;
    subscriptions?: unknown[];
    unsubscriptions?: unknown[];
  };
  error: Error | null;
  _pos: number;
  readonly _list: {
    readonly length: number;
    readUInt8(at: number): number;
    slice(from: number, to: number): Buffer;
  };
  /** Returns nothing, which callers take as a no. */
  _emitError(error: Error): undefined;
  _parseHeader(): boolean | undefined;
  _parseConnect(): unknown;
  _parseMessageId(): boolean | undefined;
  _parseString(): string | null;
  _parseSubscribe(): void;
  _parseUnsubscribe(): void;
}

/** Levels of the protocol that may log in: 3 is MQTT 3.1, 4 is 3.1.1. A bridge adds 128. */
const LEVELS = new Set([3, 4, 128 + 3, 128 + 4]);

/**
 * Filters in one SUBSCRIBE or UNSUBSCRIBE: more than any client may have, as each is checked and answered. A packet has
 * room for 80,000.
 */
const MAX_FILTERS_AT_ONCE = 2_048;

/**
 * Answers a connection, or ends it, where MQTT 3.1.1 says so and mqtt-packet lets a packet through. It adds nothing to
 * the way of a message but comparisons of its flags and of its packet id: the topic of a PUBLISH may be ill-formed, and
 * is then foreign (docs/mqtt.md says why).
 */
export function parseStrictly(client: Client): void {
  const parser = (client as unknown as { _parser: Parser })._parser;
  const parseHeader = parser._parseHeader;
  const parseSubscribe = parser._parseSubscribe;
  const parseConnect = parser._parseConnect;
  const parseMessageId = parser._parseMessageId;
  const parseString = parser._parseString;
  const parseUnsubscribe = parser._parseUnsubscribe;

  // [MQTT-3.3.1-2]: nobody sends again what nobody acknowledges.
  parser._parseHeader = function (this: Parser) {
    const parsed = parseHeader.call(this);
    const { cmd, dup, qos } = this.packet;
    return parsed && cmd === "publish" && dup && qos === 0
      ? this._emitError(new Error("DUP with QoS 0"))
      : parsed;
  };

  parser._parseConnect = function (this: Parser) {
    const { connecting, connected } = client as unknown as { connecting: boolean; connected: boolean };
    // A second CONNECT is not answered, whatever it asks for [MQTT-3.1.0-2].
    if (connecting || connected) return this._emitError(new Error("a second CONNECT"));
    if (asksForOtherLevel(this)) {
      // [MQTT-3.1.2-2]. The parser must stop, and must not end the connection before the answer has left.
      this.error = new Error("unknown protocol level");
      return refuseConnect(client, 1);
    }
    parseConnect.call(this);
    // [MQTT-3.1.2-14]
    if (!this.error && (this.packet as { will?: { qos: number } }).will?.qos === 3)
      this._emitError(new Error("a will of QoS 3"));
    return undefined;
  };

  // [MQTT-2.3.1-1]. A packet that ends before its id gives -1.
  parser._parseMessageId = function (this: Parser) {
    const parsed = parseMessageId.call(this);
    if (this.packet.messageId! > 0) return parsed;
    return this._emitError(new Error(`packet id ${this.packet.messageId}`));
  };

  // [MQTT-1.5.3-1]
  parser._parseString = function (this: Parser) {
    const start = this._pos + 2;
    const text = parseString.call(this);
    if (text === null || this.packet.cmd === "publish" || !text.includes("\u{fffd}")) return text;
    return isUtf8(this._list.slice(start, this._pos)) ? text : null;
  };

  parser._parseSubscribe = function (this: Parser) {
    parseSubscribe.call(this);
    if (!this.error) checkCount(this, this.packet.subscriptions?.length ?? 0);
  };

  parser._parseUnsubscribe = function (this: Parser) {
    parseUnsubscribe.call(this);
    if (this.error) return;
    const count = this.packet.unsubscriptions?.length ?? 0;
    // [MQTT-3.10.3-2]. aedes itself ends a connection for SUBSCRIBE without filters.
    if (count === 0) this._emitError(new Error("UNSUBSCRIBE without filters"));
    else checkCount(this, count);
  };
}

function checkCount(parser: Parser, filters: number): void {
  if (filters > MAX_FILTERS_AT_ONCE) parser._emitError(new Error(`${filters} filters in one packet`));
}

/** Looks at the protocol's name and level without taking them; another name is not MQTT, and gets no answer. */
function asksForOtherLevel({ _list, _pos }: Parser): boolean {
  const length = _list.length < _pos + 2 ? 0 : _list.readUInt8(_pos) * 256 + _list.readUInt8(_pos + 1);
  const levelAt = _pos + 2 + length;
  if (length > 6 || levelAt >= _list.length) return false;
  const name = _list.slice(_pos + 2, levelAt).toString("latin1");
  return (name === "MQTT" || name === "MQIsdp") && !LEVELS.has(_list.readUInt8(levelAt));
}
