import { useQuery } from "@tanstack/react-query";
import { type BroadcastItemJson, openReviewsQuery } from "../api/broadcasts.ts";
import { type MeJson, meQuery } from "../api/session.ts";
import { Banner } from "../ui/banner.tsx";
import { useNow } from "../ui/now.ts";
import { PageLink } from "../ui/page-link.tsx";
import { defineTexts, useLanguage, useTexts } from "../ui/texts.ts";
import { shortMoment } from "../ui/time.ts";
import styles from "./review-banner.module.css";
import { isOpenTo } from "./routes.tsx";
import { waitsFor } from "./waits-for.ts";

const texts = defineTexts(
  {
    own: (headline: string, time: string) => `你 ${time} 走绿色通道发出的“${headline}”还没有人复核。`,
    toReview: (headline: string, time: string) => `“${headline}” ${time} 走绿色通道发出，等你复核。`,
    see: "去看",
    review: "去复核",
  },
  {
    own: (headline: string, time: string) =>
      `Nobody has reviewed "${headline}" yet, which you released through the green channel ${time}.`,
    toReview: (headline: string, time: string) =>
      `"${headline}" was released through the green channel ${time} and awaits your review.`,
    see: "See it",
    review: "Review it",
  },
);

/** On every page, until it is done: a release through the green channel that nobody has looked at. */
export function ReviewBanner() {
  const { data: me } = useQuery(meQuery);
  const enabled = me !== undefined && isOpenTo(me, "broadcasts:read");
  const { data } = useQuery({ ...openReviewsQuery, enabled });
  if (!me || !data) return null;
  const concerned = data.items.filter((item) => item.approvedBy === me.id || waitsFor(me, item) === "review");
  if (concerned.length === 0) return null;
  return (
    <div className={styles.banners}>
      {concerned.map((item) => (
        <OpenReview key={item.id} item={item} me={me} />
      ))}
    </div>
  );
}

function OpenReview({ item, me }: { item: BroadcastItemJson; me: MeJson }) {
  const words = useTexts(texts);
  const language = useLanguage();
  const now = useNow(60_000);
  const isOwn = item.approvedBy === me.id;
  const time = item.releasedAt === null ? "" : shortMoment(item.releasedAt, language, now);
  return (
    <Banner end={<PageLink href={`/broadcasts/${item.id}`}>{isOwn ? words.see : words.review}</PageLink>}>
      {isOwn ? words.own(item.headline, time) : words.toReview(item.headline, time)}
    </Banner>
  );
}
