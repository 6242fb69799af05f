import { useQuery } from "@tanstack/react-query";
import { exchangesQuery, repairsQuery } from "../../api/device-records.ts";
import { Moment } from "../../ui/age.tsx";
import { Tag } from "../../ui/marks.tsx";
import { amount, count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./happened.module.css";
import { deviceTexts } from "./texts.ts";

/** What people have put right: exchanged meters and repaired readings, where there are any. */
export function RecordsPanel({ device }: { device: string }) {
  const { records: words } = useTexts(deviceTexts);
  const exchanges = useQuery(exchangesQuery(device)).data ?? [];
  const repairs = useQuery(repairsQuery(device)).data ?? [];
  return (
    <>
      {exchanges.length > 0 && (
        <Panel flush title={words.exchanges} count={exchanges.length}>
          <ul className={styles.list}>
            {exchanges.toReversed().map(({ id, at, oldRegister, newRegister, madeBy }) => (
              <li key={id}>
                <Moment at={at} only="moment" />
                <span>{words.exchange(amount(oldRegister), amount(newRegister))}</span>
                <span className={styles.data}>{madeBy}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {repairs.length > 0 && (
        <Panel flush title={words.repairs} count={repairs.length}>
          <ul className={styles.list}>
            {repairs.map(({ id, action, from, to, readings, reason, madeBy, undone }) => (
              <li key={id}>
                <span>
                  <Moment at={from} only="moment" />–<Moment at={to} only="moment" />
                </span>
                <span>
                  <b>{words[action](count(readings))}</b> {reason} {undone && <Tag>{words.undone}</Tag>}
                </span>
                <span className={styles.data}>{madeBy}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
