import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { type Account, imbalanceOf, LEDGER_PARTS } from "../../api/balance.ts";
import { ledgerQuery } from "../../api/device-records.ts";
import { Banner } from "../../ui/banner.tsx";
import { Equation } from "../../ui/equation.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { amount, percent } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./ledger-panel.module.css";
import { READINGS_AGAIN_MS } from "./now-panel.tsx";
import { deviceTexts } from "./texts.ts";

/** The account of everything that the device sent: received is the sum of what became of it. */
export function LedgerPanel({ device, rejections }: { device: string; rejections: string | undefined }) {
  const { ledger: words } = useTexts(deviceTexts);
  const query = useQuery({ ...ledgerQuery(device), refetchInterval: READINGS_AGAIN_MS });
  const difference = query.data && imbalanceOf(query.data);
  const wordOf = (part: (typeof LEDGER_PARTS)[number], { rejected }: Account) =>
    part === "rejected" && rejected > 0 && rejections !== undefined ? (
      <a href={rejections}>{words[part]}</a>
    ) : (
      words[part]
    );
  return (
    <Panel
      title={words.title}
      about={words.about}
      more={
        difference === 0 && (
          <span className={styles.equal}>
            <Check aria-hidden /> {words.equal}
          </span>
        )
      }
    >
      <Loaded query={query} lines={2}>
        {(ledger) => (
          <>
            {difference !== undefined && difference !== 0 && (
              <Banner tone="bad">
                <b>{words.unequal(amount(difference))}</b> {words.unequalNext}
              </Banner>
            )}
            <Equation
              sum={{ key: "received", value: ledger.received, word: words.received }}
              terms={LEDGER_PARTS.map((part) => ({
                key: part,
                value: ledger[part],
                word: wordOf(part, ledger),
              }))}
            >
              <p className={styles.note}>
                {ledger.received > 0 && words.share(percent(ledger.stored, ledger.received))}
                {ledger.pending > 0 && (
                  <>
                    <br />
                    {words.pendingNow}
                  </>
                )}
              </p>
            </Equation>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
