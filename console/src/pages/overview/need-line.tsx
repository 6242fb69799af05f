import { useQuery } from "@tanstack/react-query";
import { BellRing, EarOff, Flame, History, Megaphone, RadioTower, Router, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { type BroadcastItemJson, storedPreviewQuery } from "../../api/broadcasts.ts";
import { countBehindQuery, type DeviceJson } from "../../api/devices.ts";
import { mayDo, meQuery } from "../../api/session.ts";
import { placeName } from "../../map/place-name.ts";
import { alarmHead } from "../../ui/alarm-text.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { LevelBand, ModeTag, Severity } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count, listOf } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { ago, duration, shortMoment } from "../../ui/time.ts";
import { usePeopleNames } from "../broadcast/names.ts";
import { villageListHref } from "./addresses.ts";
import styles from "./need-line.module.css";
import type { Need } from "./needs.ts";
import { overviewTexts } from "./texts.ts";

interface LineProps {
  readonly icon: ReactNode;
  readonly title: ReactNode;
  readonly about: ReactNode;
  /** At most two short lines: since when, until when. */
  readonly when?: readonly ReactNode[];
  readonly action: string;
  readonly href: string;
  /** Something real waits for this person: the page's one primary button. */
  readonly isFirst?: boolean;
  readonly isBad?: boolean;
}

/** One line: what, where and how many, since when, and one button. */
function Line({ icon, title, about, when = [], action, href, isFirst, isBad }: LineProps) {
  return (
    <li className={`${styles.line} ${isFirst ? styles.first : ""}`}>
      <span className={`${styles.icon} ${isBad ? styles.bad : ""}`}>{icon}</span>
      <div className={styles.what}>
        <div className={styles.title}>{title}</div>
        <div className={styles.about}>{about}</div>
      </div>
      <div className={styles.when}>
        {when.map((text, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no other name
          <div key={at}>{text}</div>
        ))}
      </div>
      <ButtonLink href={href} look={isFirst ? "primary" : "secondary"} isItem>
        {action}
      </ButtonLink>
    </li>
  );
}

const broadcastHref = ({ id }: BroadcastItemJson) => `/broadcasts/${encodeURIComponent(id)}`;

/** Mode, level and headline: two marks and a name, as on every page of a broadcast. */
const BroadcastTitle = ({ broadcast, children }: { broadcast: BroadcastItemJson; children?: ReactNode }) => (
  <>
    <ModeTag mode={broadcast.message.mode} />
    <LevelBand level={broadcast.message.level} size="small" />
    <b>{children ?? broadcast.headline}</b>
  </>
);

/** Waits for this person's decision. What it would reach is computed by the platform now. */
function ApproveLine({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  const nameOf = usePeopleNames(broadcast.id);
  const preview = useQuery({ ...storedPreviewQuery(broadcast.id, broadcast.revision), staleTime: 60_000 });
  const { submittedBy, updatedAt, expiresAt, message } = broadcast;
  const deaf = (preview.data?.villagesWithoutSpeaker.count ?? 0) + (preview.data?.villagesOffline.count ?? 0);
  const about = [
    preview.data && words.willHear(count(preview.data.speakers), deaf),
    submittedBy && words.submittedBy(nameOf(submittedBy), shortMoment(updatedAt, language, now)),
  ];
  return (
    <Line
      icon={<Megaphone aria-hidden />}
      title={<BroadcastTitle broadcast={broadcast} />}
      about={about.filter(Boolean).join(" · ")}
      when={[
        words.pendingSince(duration(now - Date.parse(updatedAt), language)),
        expiresAt && words.expires(shortMoment(expiresAt, language, now)),
      ]}
      action={words.approve}
      href={broadcastHref(broadcast)}
      isFirst={message.mode === "actual"}
    />
  );
}

function OnAirLine({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  const { counts, releasedAt, airedUntil } = broadcast;
  const sounded = counts && words.sounded(count(counts.sounded), count(counts.targets));
  return (
    <Line
      icon={<RadioTower aria-hidden />}
      title={<BroadcastTitle broadcast={broadcast} />}
      about={`${words.onAir} · ${sounded ?? words.notYet}`}
      when={[
        releasedAt && words.since(duration(now - Date.parse(releasedAt), language)),
        airedUntil && words.until(shortMoment(airedUntil, language, now)),
      ]}
      action={words.watch}
      href={broadcastHref(broadcast)}
    />
  );
}

function ReviewLine({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  const nameOf = usePeopleNames(broadcast.id);
  const { headline, approvedBy, releasedAt, counts } = broadcast;
  const about = [
    releasedAt && words.releasedBy(nameOf(approvedBy), shortMoment(releasedAt, language, now)),
    counts && words.sounded(count(counts.sounded), count(counts.targets)),
  ];
  return (
    <Line
      icon={<History aria-hidden />}
      title={<BroadcastTitle broadcast={broadcast}>{words.reviewTitle(headline)}</BroadcastTitle>}
      about={about.filter(Boolean).join(" · ")}
      when={[releasedAt && ago(releasedAt, language, now)]}
      action={words.review}
      href={broadcastHref(broadcast)}
    />
  );
}

function ReturnedLine({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  return (
    <Line
      icon={<Undo2 aria-hidden />}
      title={<BroadcastTitle broadcast={broadcast}>{words.returnedTitle(broadcast.headline)}</BroadcastTitle>}
      about={words.returnedAbout}
      when={[ago(broadcast.updatedAt, language, now)]}
      action={words.revise}
      href={broadcastHref(broadcast)}
    />
  );
}

function AlarmLine({ alarm, proposal }: Extract<Need, { type: "alarm" }>) {
  const { data: me } = useQuery(meQuery);
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  const place = alarm.regionPath[language]
    .slice(-2)
    .map(placeName)
    .join(language === "zh" ? " " : ", ");
  return (
    <Line
      icon={alarm.rule === "leak" ? <Flame aria-hidden /> : <BellRing aria-hidden />}
      isBad={alarm.severity === "critical"}
      title={
        <>
          <Severity severity={alarm.severity} />
          <b>
            {alarmHead(alarm, language)} · {alarm.deviceName ?? alarm.deviceId}
          </b>
        </>
      }
      about={[place, proposal && words.proposed].filter(Boolean).join(" · ")}
      when={[ago(alarm.lastRaisedAt, language, now), words.unacknowledged]}
      action={proposal ? words.proposal : me && mayDo(me, "alarms:acknowledge") ? words.handle : words.look}
      href={proposal ? `/broadcasts/${encodeURIComponent(proposal)}` : `/alarms?alarm=${alarm.id}`}
    />
  );
}

function DeafLine({
  offline,
  without,
  region,
}: Extract<Need, { type: "deaf" }> & { region: string | undefined }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const silent = words.deafOffline(listOf(offline.slice(0, 3), language), offline.length);
  const about =
    offline.length === 0
      ? words.deafWithout(without.length)
      : without.length === 0
        ? silent
        : words.deafBoth(silent, without.length);
  return (
    <Line
      icon={<EarOff aria-hidden />}
      title={<b>{words.deaf(count(offline.length + without.length))}</b>}
      about={about}
      action={words.list}
      href={villageListHref(region)}
    />
  );
}

function GatewayLine({ gateway }: { gateway: DeviceJson }) {
  const words = useTexts(overviewTexts).needs;
  const language = useLanguage();
  const now = useNow(15_000);
  const behind = useQuery(countBehindQuery(gateway.id));
  const { id, name, lastSeenAt } = gateway;
  return (
    <Line
      icon={<Router aria-hidden />}
      title={<b>{words.gateway(name ?? id)}</b>}
      about={
        behind.data === undefined
          ? ""
          : behind.data === 0
            ? words.behindNothing
            : words.behind(count(behind.data))
      }
      when={[
        lastSeenAt ? ago(lastSeenAt, language, now) : words.neverSeen,
        lastSeenAt && words.lastSeen(shortMoment(lastSeenAt, language, now)),
      ]}
      action={words.look}
      href={`/devices/${encodeURIComponent(id)}`}
    />
  );
}

/** One need as a line with its button. */
export function NeedLine({ need, region }: { need: Need; region: string | undefined }) {
  const words = useTexts(overviewTexts).needs;
  switch (need.type) {
    case "approve":
      return <ApproveLine broadcast={need.broadcast} />;
    case "onAir":
      return <OnAirLine broadcast={need.broadcast} />;
    case "review":
      return <ReviewLine broadcast={need.broadcast} />;
    case "returned":
      return <ReturnedLine broadcast={need.broadcast} />;
    case "alarm":
      return <AlarmLine {...need} />;
    case "deaf":
      return <DeafLine {...need} region={region} />;
    case "gateway":
      return <GatewayLine gateway={need.gateway} />;
    case "moreAlarms":
      return (
        <Line
          icon={<BellRing aria-hidden />}
          title={<b>{words.moreAlarms(`${count(need.alarms)}${need.isLeast ? "+" : ""}`)}</b>}
          about={words.moreAbout}
          action={words.toAlarms}
          href={`/alarms?acknowledged=false&sort=severity${region ? `&region=${region}` : ""}`}
        />
      );
  }
}

/** Names a need among the others. */
export function needKey(need: Need): string {
  if ("broadcast" in need) return `${need.type} ${need.broadcast.id}`;
  if (need.type === "alarm") return `alarm ${need.alarm.id}`;
  return need.type === "gateway" ? `gateway ${need.gateway.id}` : need.type;
}
