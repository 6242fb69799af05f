import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { rejectedMessageQuery } from "../../api/device-records.ts";
import { reasonNext, reasonWord } from "../../api/reason-words.ts";
import type { RejectedMessageJson } from "../../api/rejections.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { fullMoment } from "../../ui/time.ts";
import { KnownQuantities } from "./known-quantities.tsx";
import styles from "./refused-dialog.module.css";
import { ReplayStep } from "./replay-step.tsx";
import { qualityTexts } from "./texts.ts";

/** Reasons that are about quantities: what the kind knows says what would have been right. */
const ABOUT_QUANTITIES = new Set(["no_quantity", "bad_type", "off_scale", "sensor_fault"]);

export interface RefusedDialogProps {
  readonly id: number;
  readonly mayReplay: boolean;
  readonly onClose: () => void;
}

/** One refused message: what was wrong, what was expected, what exactly came, and the way to try it again. */
export default function RefusedDialog({ id, mayReplay, onClose }: RefusedDialogProps) {
  const { dialog: words } = useTexts(qualityTexts);
  const language = useLanguage();
  const query = useQuery(rejectedMessageQuery(id));
  const reason = query.data?.reason;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        reason === undefined
          ? words.loading(String(id))
          : words.title(String(id), reasonWord(reason, language))
      }
      actions={<Button onClick={onClose}>{words.close}</Button>}
    >
      <Loaded query={query} lines={8}>
        {(message) => (
          <>
            <Expected message={message} />
            <Payload message={message} />
            <Facts message={message} />
            <ReplayStep message={message} mayReplay={mayReplay} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function Expected({ message }: { message: RejectedMessageJson }) {
  const { dialog: words, colon } = useTexts(qualityTexts);
  const language = useLanguage();
  const { reason, detail, deviceId } = message;
  return (
    <section>
      <h3>{words.expected}</h3>
      <p>{reasonNext(reason, language)}</p>
      <p className={styles.quiet}>
        {words.platformSays}
        {colon}
        <span lang="en">{detail}</span>
      </p>
      {deviceId !== null && ABOUT_QUANTITIES.has(reason) && <KnownQuantities device={deviceId} />}
    </section>
  );
}

/** What came, as text and never as a document: it is from a stranger. */
function Payload({ message }: { message: RejectedMessageJson }) {
  const { dialog: words } = useTexts(qualityTexts);
  const { payload, payloadBytes } = message;
  const kept = keptBytes(payload);
  return (
    <section>
      <h3>
        {words.payload} <small>{words.bytes(count(payloadBytes))}</small>
      </h3>
      {payload.encoding === "base64" && <p className={styles.quiet}>{words.binary}</p>}
      {kept < payloadBytes && <p className={styles.quiet}>{words.cut(count(kept), count(payloadBytes))}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={styles.payload} tabIndex={0} lang="zxx">
        {payload.data}
      </pre>
    </section>
  );
}

function keptBytes({ encoding, data }: RejectedMessageJson["payload"]): number {
  if (encoding === "utf8") return new TextEncoder().encode(data).length;
  return (data.length / 4) * 3 - (data.match(/=+$/)?.[0].length ?? 0);
}

function Facts({ message }: { message: RejectedMessageJson }) {
  const { dialog: words, doors, list } = useTexts(qualityTexts);
  const { deviceId, publisher, door, topic, receivedAt, messages, items } = message;
  const stands = messages > 1 ? list.messages(count(messages)) : items > 1 ? list.items(count(items)) : null;
  const facts: readonly [string, ReactNode][] = [
    [words.received, fullMoment(receivedAt)],
    [
      words.device,
      deviceId === null ? (
        list.unknownDevice
      ) : (
        <PageLink key="device" href={`/devices/${encodeURIComponent(deviceId)}`}>
          {deviceId}
        </PageLink>
      ),
    ],
    [words.publisher, <code key="publisher">{publisher}</code>],
    [words.door, doors[door] ?? door],
    [words.topic, <code key="topic">{topic}</code>],
    [words.stands, stands],
  ];
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
