import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { useState } from "react";
import { repliesQuery } from "../../api/device-records.ts";
import type { DeviceJson } from "../../api/devices.ts";
import type { CommandJson, KindJson } from "../../api/kinds.ts";
import { mayDo, meQuery } from "../../api/session.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { CommandDialog } from "./command-dialog.tsx";
import styles from "./commands-panel.module.css";
import { outcomeWord } from "./event-words.ts";
import { DataLine } from "./happened.tsx";
import { deviceTexts } from "./texts.ts";

/** While a reply is waited for it is asked for so often, in milliseconds, and no longer than this. */
const REPLY_AGAIN_MS = 2_000;
const WAIT_MS = 120_000;

interface Sent {
  readonly commandId: string;
  readonly title: string;
  readonly at: number;
}

/** What the device can be told, those that can do harm apart, and what it answered. */
export function CommandsPanel({ device, kind }: { device: DeviceJson; kind: KindJson }) {
  const { commands: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const me = useQuery(meQuery);
  const [open, setOpen] = useState<CommandJson>();
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const mayRead = me.data !== undefined && mayDo(me.data, "events:read");
  const replies = useQuery({
    ...repliesQuery(device.id),
    enabled: mayRead,
    refetchInterval: (query) => {
      const answered = new Set(query.state.data?.map(({ commandId }) => commandId));
      const waits = sent.some(({ commandId, at }) => !answered.has(commandId) && Date.now() - at < WAIT_MS);
      return waits ? REPLY_AGAIN_MS : false;
    },
  });
  const answered = new Set(replies.data?.map(({ commandId }) => commandId));
  const button = (command: CommandJson) => (
    <Button
      key={command.name}
      look={command.dangerous ? "danger" : "secondary"}
      onClick={() => setOpen(command)}
    >
      {command.dangerous && <Lock aria-hidden />}
      {command.title[language]}…
    </Button>
  );
  if (kind.commands.length === 0) return null;
  if (me.data && !mayDo(me.data, "commands:send"))
    return (
      <Panel title={words.title}>
        <p className={styles.quiet}>{words.mayNot}</p>
      </Panel>
    );
  return (
    <Panel title={words.title}>
      <div className={styles.buttons}>
        <div>{kind.commands.filter(({ dangerous }) => !dangerous).map(button)}</div>
        <div>{kind.commands.filter(({ dangerous }) => dangerous).map(button)}</div>
      </div>
      {sent
        .filter(({ commandId }) => !answered.has(commandId))
        .map(({ commandId, title }) => (
          <p key={commandId} role="status" className={styles.quiet}>
            {title}: {words.sent} <code>{commandId}</code>
          </p>
        ))}
      {(replies.data?.length ?? 0) > 0 && (
        <>
          <h3 className={styles.head}>{words.replies}</h3>
          <ul className={styles.replies}>
            {replies.data!.slice(0, 5).map((reply) => (
              <li key={`${reply.commandId} ${reply.observedAt} ${reply.outcome}`}>
                <b>{outcomeWord(reply.outcome, language)}</b>{" "}
                {sent.find(({ commandId }) => commandId === reply.commandId)?.title ?? (
                  <code>{reply.commandId}</code>
                )}{" "}
                <Moment at={reply.observedAt} /> <DataLine data={reply.data} />
              </li>
            ))}
          </ul>
        </>
      )}
      {open && (
        <CommandDialog
          device={device}
          command={open}
          onClose={() => setOpen(undefined)}
          onSent={(commandId) => {
            setSent([{ commandId, title: open.title[language], at: Date.now() }, ...sent]);
            setOpen(undefined);
            void replies.refetch();
          }}
        />
      )}
    </Panel>
  );
}
