import { useQuery } from "@tanstack/react-query";
import { Check, Equal, Plus } from "lucide-react";
import { ledgerQuery } from "../../api/device-records.ts";
import { Banner } from "../../ui/banner.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { amount, count, percent } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { equationOf } from "./equation.ts";
import styles from "./ledger-panel.module.css";
import { READINGS_AGAIN_MS } from "./now-panel.tsx";
import { deviceTexts } from "./texts.ts";

const PARTS = ["stored", "duplicate", "rejected", "pending"] as const;

/** The account of everything that the device sent: received is the sum of what became of it. */
export function LedgerPanel({ device, rejections }: { device: string; rejections: string | undefined }) {
  const { ledger: words } = useTexts(deviceTexts);
  const query = useQuery({ ...ledgerQuery(device), refetchInterval: READINGS_AGAIN_MS });
  const equation = query.data && equationOf(query.data);
  return (
    <Panel
      title={words.title}
      about={words.about}
      more={
        equation?.equal && (
          <span className={styles.equal}>
            <Check aria-hidden /> {words.equal}
          </span>
        )
      }
    >
      <Loaded query={query} lines={2}>
        {(ledger) => (
          <>
            {equation && !equation.equal && (
              <Banner tone="bad">
                <b>{words.unequal(amount(equation.difference))}</b> {words.unequalNext}
              </Banner>
            )}
            <div className={styles.equation}>
              <Part value={ledger.received} word={words.received} />
              {PARTS.map((part, index) => (
                <div key={part} className={styles.term}>
                  {index === 0 ? <Equal aria-label="=" /> : <Plus aria-label="+" />}
                  <Part
                    value={ledger[part]}
                    word={words[part]}
                    href={part === "rejected" && ledger.rejected > 0 ? rejections : undefined}
                  />
                </div>
              ))}
              <p className={styles.note}>
                {ledger.received > 0 && words.share(percent(ledger.stored, ledger.received))}
                {ledger.pending > 0 && (
                  <>
                    <br />
                    {words.pendingNow}
                  </>
                )}
              </p>
            </div>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const Part = ({ value, word, href }: { value: number; word: string; href?: string | undefined }) => (
  <span className={styles.part}>
    <b>{count(value)}</b>
    {href === undefined ? <span>{word}</span> : <a href={href}>{word}</a>}
  </span>
);
