import { CircleDashed, CircleSlash, EarOff, Hourglass, VolumeX, X } from "lucide-react";
import type { ReactNode } from "react";
import type { CoverageJson } from "../../api/broadcasts.ts";
import { placeName } from "../../map/place-name.ts";
import { useTownshipNames } from "../../map/use-villages.ts";
import { reasonsOf, UNPROVEN, type Village } from "../../map/village-groups.ts";
import { groupBy } from "../../ui/group-by.ts";
import { count, listOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { onAirTexts } from "./on-air/texts.ts";
import { reasonTexts } from "./reason-texts.ts";
import styles from "./unproven-panel.module.css";

type GroupName = (typeof UNPROVEN)[number];
const ICONS: Readonly<Record<GroupName, ReactNode>> = {
  silent: <X aria-hidden />,
  offline: <CircleSlash aria-hidden />,
  partly: <CircleDashed aria-hidden />,
  none: <VolumeX aria-hidden />,
  waiting: <Hourglass aria-hidden />,
};

/** The villages in which nobody is proven to have heard it, by name: first those for which somebody has to go. */
export function UnprovenPanel({
  villages,
  coverage,
  actions,
}: {
  villages: readonly Village[];
  coverage: CoverageJson;
  actions?: ReactNode;
}) {
  const words = useTexts(onAirTexts);
  const townshipName = useTownshipNames(villages);
  const unproven = villages.filter(({ group }) => group !== "heard");
  return (
    <Panel
      flush
      title={
        <span className={styles.title}>
          <EarOff aria-hidden />
          {words.unproven}
        </span>
      }
      more={
        <span className={styles.sum}>
          <b>{count(unproven.length)}</b> {words.ofVillages(count(villages.length))}
        </span>
      }
    >
      {unproven.length === 0 && <p className={styles.section}>{words.allProven}</p>}
      {UNPROVEN.map((group) => {
        const own = unproven.filter((village) => village.group === group);
        const isShown = own.length > 0 || group === "silent" || group === "none";
        return (
          isShown && (
            <Group key={group} name={group} villages={own} townshipName={townshipName}>
              {group === "none" && <Unknown coverage={coverage} />}
            </Group>
          )
        );
      })}
      {actions && <div className={styles.actions}>{actions}</div>}
    </Panel>
  );
}

function Group({
  name,
  villages,
  townshipName,
  children,
}: {
  name: GroupName;
  villages: readonly Village[];
  townshipName: (code: string) => string;
  children?: ReactNode;
}) {
  const words = useTexts(onAirTexts);
  const isBad = (name === "silent" || name === "offline") && villages.length > 0;
  return (
    <section className={`${styles.section} ${isBad ? styles.sure : ""}`} aria-label={words.groups[name]}>
      <h3>
        {ICONS[name]}
        {words.groups[name]}
        <span className={styles.count}>{count(villages.length)}</span>
      </h3>
      {villages.length > 0 && <p className={styles.about}>{words.abouts[name]}</p>}
      {name === "silent" || name === "offline" || name === "partly" ? (
        <ul className={styles.rows}>
          {villages.map((village) => (
            <ReasonRow key={village.code} village={village} township={townshipName(village.township)} />
          ))}
        </ul>
      ) : (
        <Names villages={villages} townshipName={townshipName} />
      )}
      {children}
    </section>
  );
}

/** A village for which somebody has to do something now, with why it is silent. */
function ReasonRow({ village, township }: { village: Village; township: string }) {
  const { reasons, other, speakers } = useTexts(reasonTexts);
  const language = useLanguage();
  const why = reasonsOf(village).map(({ reason, count: number }) =>
    speakers(number, reasons[reason] ?? other),
  );
  return (
    <li>
      <b>{placeName(village.name)}</b>
      <span>{[township, listOf(why, language)].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

/** Names by township, as one reads them out over the telephone. */
function Names({
  villages,
  townshipName,
}: {
  villages: readonly Village[];
  townshipName: (code: string) => string;
}) {
  const language = useLanguage();
  const byTownship = [...groupBy(villages, ({ township }) => township)];
  return byTownship.map(([township, own]) => (
    <p key={township} className={styles.names}>
      <span>{townshipName(township)}</span>{" "}
      {listOf(
        own.map(({ name }) => placeName(name)),
        language,
      )}
    </p>
  ));
}

/** What is not known of villages without a speaker. */
function Unknown({
  coverage: { villagesWithoutSpeaker: without, possiblyWithoutSpeaker: perhaps },
}: {
  coverage: CoverageJson;
}) {
  const words = useTexts(onAirTexts);
  const language = useLanguage();
  return (
    <>
      {without === null && <p className={styles.about}>{words.noneUnknown}</p>}
      {without?.unknown && <p className={styles.about}>{words.noneMaybe}</p>}
      {perhaps !== null && perhaps.count > 0 && (
        <p className={styles.about}>
          {words.possibly(
            listOf(
              perhaps.items.map(({ name }) => placeName(name)),
              language,
            ),
          )}
        </p>
      )}
    </>
  );
}
