import { useQuery } from "@tanstack/react-query";
import { Cctv, Gauge, Megaphone, Router, Satellite } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { kindsQuery } from "../../api/kinds.ts";
import { type StatusCounts, summaryQuery } from "../../api/summary.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { count } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./kind-strip.module.css";
import { overviewTexts } from "./texts.ts";

/** Kinds that an operator brings have an icon for anything that measures. */
const ICONS: Readonly<Record<string, ReactNode>> = {
  speaker: <Megaphone aria-hidden />,
  "gas-meter": <Gauge aria-hidden />,
  camera: <Cctv aria-hidden />,
  "lora-gateway": <Router aria-hidden />,
};

const STATUSES = ["late", "silent", "never"] as const;

/** Where broadcasts sound comes first, then the largest fleet. */
function byWeight([a, first]: [string, StatusCounts], [b, second]: [string, StatusCounts]): number {
  if (a === "speaker" || b === "speaker") return a === "speaker" ? -1 : 1;
  return second.total - first.total;
}

/** The region's devices by kind: how many, how many on time, and how many not. */
export function KindStrip({ region }: { region: string | undefined }) {
  const words = useTexts(overviewTexts).kinds;
  const summary = useQuery(summaryQuery(region));
  return (
    <section className={styles.strip} aria-label={words.label}>
      <Loaded query={summary} skeleton={<StripSkeleton />}>
        {({ total }) => {
          const kinds = Object.entries(total.devices).sort(byWeight);
          return kinds.length === 0 ? (
            <Empty title={words.none}>{words.next}</Empty>
          ) : (
            <dl className={styles.list}>
              {kinds.map(([kind, counts]) => (
                <KindFacts key={kind} kind={kind} counts={counts} region={region} />
              ))}
            </dl>
          );
        }}
      </Loaded>
    </section>
  );
}

const StripSkeleton = () => {
  const { loading } = useTexts(overviewTexts);
  return <div className={styles.skeleton} role="status" aria-label={loading} aria-busy="true" />;
};

function KindFacts({
  kind,
  counts,
  region,
}: {
  kind: string;
  counts: StatusCounts;
  region: string | undefined;
}) {
  const words = useTexts(overviewTexts).kinds;
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  const title = kinds.data?.find((one) => one.kind === kind)?.title[language] ?? kind;
  const place = region === undefined ? "" : `&region=${region}`;
  return (
    <div className={styles.kind}>
      <dt>
        <span className={styles.icon}>{ICONS[kind] ?? <Satellite aria-hidden />}</span>
        {title}
      </dt>
      <dd>
        <Link href={`/devices?kind=${kind}${place}`} className={styles.total}>
          {count(counts.total)}
        </Link>
        <span>
          {words.ok} {count(counts.ok)}
        </span>
        {STATUSES.filter((status) => counts[status] > 0).map((status) => (
          <Link key={status} href={`/devices?kind=${kind}&status=${status}${place}`} className={styles.wrong}>
            {words[status]} {count(counts[status])}
          </Link>
        ))}
      </dd>
    </div>
  );
}
