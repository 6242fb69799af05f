import { useQuery } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { imbalanceOf, LEDGER_PARTS, sumOfAccounts } from "../../api/balance.ts";
import { clockOffset } from "../../api/clock.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { type KindLedgerJson, kindLedgersQuery } from "../../api/ledger.ts";
import { Banner } from "../../ui/banner.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Equation } from "../../ui/equation.tsx";
import { Loaded, Reading } from "../../ui/loaded.tsx";
import { amount, count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useShortWait } from "../../ui/short-wait.ts";
import { type Column, Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { clockTime } from "../../ui/time.ts";
import type { Place } from "./filters.ts";
import styles from "./ledger-sums.module.css";
import { qualityTexts } from "./texts.ts";

/** Messages come all the time: the account is read again while it is looked at. */
const AGAIN_MS = 30_000;

/** The account of everything that was sent, as an equation over all kinds and by kind. */
export function LedgerSums({ place }: { place: Place }) {
  const { ledger: words } = useTexts(qualityTexts);
  const query = useQuery({ ...kindLedgersQuery(place), refetchInterval: AGAIN_MS });
  const areNamesComing = useShortWait(useQuery(kindsQuery).isLoading);
  const isFiltered = Object.keys(place).length > 0;
  return (
    <Panel
      title={words.title}
      about={words.about}
      more={query.data && words.asOf(clockTime(query.dataUpdatedAt + clockOffset()))}
      flush
    >
      <Loaded
        // Kinds have longer names than codes: with these the rows would grow.
        query={areNamesComing ? { ...query, data: undefined } : query}
        skeleton={
          <div className={styles.room}>
            <Reading lines={6} />
          </div>
        }
      >
        {(accounts) =>
          accounts.length === 0 ? (
            <Empty title={words.none}>{isFiltered ? words.noneFiltered : words.noneNext}</Empty>
          ) : (
            <>
              <AllKinds accounts={accounts} />
              {accounts.length > 1 && <ByKind accounts={accounts} />}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Kinds could be out by as much in both directions: the sides are equal when they are for each. */
function AllKinds({ accounts }: { accounts: readonly KindLedgerJson[] }) {
  const { ledger: words } = useTexts(qualityTexts);
  const total = sumOfAccounts(accounts);
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
      <div className={styles.sum}>
        <Equation
          sum={{ key: "received", value: total.received, word: words.received }}
          terms={LEDGER_PARTS.map((part) => ({ key: part, value: total[part], word: words[part] }))}
        >
          {difference === undefined && (
            <span className={`${styles.equal} ${styles.end}`}>
              <Check aria-hidden /> {words.bothEqual}
            </span>
          )}
        </Equation>
      </div>
    </>
  );
}

function ByKind({ accounts }: { accounts: readonly KindLedgerJson[] }) {
  const { ledger: words } = useTexts(qualityTexts);
  const language = useLanguage();
  const { data: kinds } = useQuery(kindsQuery);
  const number = (part: "received" | (typeof LEDGER_PARTS)[number]): Column<KindLedgerJson> => ({
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
          ...LEDGER_PARTS.map(number),
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
