import { useQuery } from "@tanstack/react-query";
import { AudioLines } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { meQuery } from "../api/session.ts";
import { useTexts } from "../ui/texts.ts";
import styles from "./rail.module.css";
import { useRailCounts } from "./rail-counts.ts";
import { isOpenTo, RAIL } from "./routes.tsx";
import { shellTexts } from "./shell-texts.ts";

/** Icon over a word, so that labels are never hidden; what waits for the person is counted beside it. */
export function Rail() {
  const words = useTexts(shellTexts);
  const { data: me } = useQuery(meQuery);
  const counts = useRailCounts(me);
  const [path] = useLocation();
  const isHere = (href: string) =>
    href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
  const here = useRef<HTMLElement>(null);
  const isKnown = me !== undefined;
  // On a phone an administrator has more entries than fit beside each other.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page, or the entries have come
  useEffect(() => {
    here.current?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [path, isKnown]);
  return (
    <nav ref={here} className={styles.rail} aria-label={words.nav}>
      <div className={styles.brand}>
        <AudioLines aria-hidden />
      </div>
      {me &&
        RAIL.filter(({ needs }) => isOpenTo(me, needs)).map(({ href, name, icon }) => (
          <Link key={href} href={href} aria-current={isHere(href) ? "page" : undefined}>
            {icon}
            <span>{words.rail[name]}</span>
            {(counts[name] ?? 0) > 0 && (
              <span className={styles.count}>{counts[name]! > 99 ? "99+" : counts[name]}</span>
            )}
          </Link>
        ))}
    </nav>
  );
}
