import { useQuery } from "@tanstack/react-query";
import { Check, Equal, Plus, X } from "lucide-react";
import { clockOffset } from "../../api/clock.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { type KindLedgerJson, kindLedgersQuery } from "../../api/ledger.ts";
import { Banner } from "../../ui/banner.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { amount, count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { clockTime } from "../../ui/time.ts";
import type { Place } from "./filters.ts";
import { imbalanceOf, sumOf } from "./imbalance.ts";
import styles from "./ledger-sums.module.css";
import { qualityTexts } from "./texts.ts";

/** Messages come all the time: the account is read again while it is looked at. */
const AGAIN_MS = 30_000;
const TERMS = ["stored", "duplicate", "rejected", "pending"] as const;

/** The account of everything that was sent, as an equation over all kinds and by kind. */
export function LedgerSums({ place }: { place: Place }) {
  const { ledger: words } = useTexts(qualityTexts);
  const query = useQuery({ ...kindLedgersQuery(place), refetchInterval: AGAIN_MS });
  const isFiltered = Object.keys(place).length > 0;
  return (
    <Panel
      title={words.title}
      about={words.about}
      more={query.data && words.asOf(clockTime(query.dataUpdatedAt + clockOffset()))}
      flush
    >
      <Loaded query={query} lines={6}>
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty title={words.none}>{isFiltered ? words.noneFiltered : words.noneNext}</Empty>
          ) : (
            <>
              <Equation accounts={accounts} />
              {accounts.length > 1 && <ByKind accounts={accounts} />}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Kinds could be out by as much in both directions: the sides are equal when they are for each. */
function Equation({ accounts }: { accounts: readonly KindLedgerJson[] }) {
  const { ledger: words } = useTexts(qualityTexts);
  const total = sumOf(accounts);
  const difference = accounts.map(imbalanceOf).find((one) => one !== 0);
  return (
    <>
      {difference !== undefined && (
        <div className={styles.banner}>
          <Banner tone="bad">
            <b>{words.unequal(amount(difference))}</b> {words.unequalNext}
          </Banner>
        </div>
      )}
      <div className={styles.equation}>
        <Part value={total.received} word={words.received} />
        {TERMS.map((part, index) => (
          <span key={part} className={styles.term}>
            {index === 0 ? <Equal aria-label="=" /> : <Plus aria-label="+" />}
            <Part value={total[part]} word={words[part]} />
          </span>
        ))}
        {difference === undefined && (
          <span className={styles.equal}>
            <Check aria-hidden /> {words.bothEqual}
          </span>
        )}
      </div>
    </>
  );
}

const Part = ({ value, word }: { value: number; word: string }) => (
  <span className={styles.part}>
    <b>{count(value)}</b>
    <span>{word}</span>
  </span>
);

function ByKind({ accounts }: { accounts: readonly KindLedgerJson[] }) {
  const { ledger: words } = useTexts(qualityTexts);
  const language = useLanguage();
  const { data: kinds } = useQuery(kindsQuery);
  const number = (part: "received" | (typeof TERMS)[number]): Column<KindLedgerJson> => ({
    key: part,
    head: words[part],
    numeric: true,
    cell: (account) => count(account[part]),
  });
  return (
    <div className={styles.kinds}>
      <Table
        caption={words.byKind}
        rows={accounts.toSorted((a, b) => b.received - a.received)}
        rowKey={({ kind }) => kind}
        columns={[
          { key: "kind", head: words.kind, cell: ({ kind }) => kindTitle(kinds, kind, language) },
          number("received"),
          ...TERMS.map(number),
          { key: "sides", head: words.sides, cell: (account) => <Sides difference={imbalanceOf(account)} /> },
        ]}
      />
    </div>
  );
}

function Sides({ difference }: { difference: number }) {
  const { ledger: words } = useTexts(qualityTexts);
  return difference === 0 ? (
    <span className={styles.equal}>
      <Check aria-hidden /> {words.equal}
    </span>
  ) : (
    <b className={styles.differs}>
      <X aria-hidden /> {words.differs(amount(difference))}
    </b>
  );
}
