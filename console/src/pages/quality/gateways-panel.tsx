import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deviceQuery } from "../../api/devices.ts";
import { isApiError } from "../../api/problem.ts";
import { Moment } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { StateMark, useStateWords } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import type { Place } from "./filters.ts";
import { type GatewayState, overdueOf } from "./gateways.ts";
import styles from "./gateways-panel.module.css";
import { qualityTexts } from "./texts.ts";
import { type Gateways, useGateways } from "./use-gateways.ts";

/** So many at first; each is asked for its name. */
const SHOWN = 6;

/** The gateways with what hangs behind them, the worst first. */
export function GatewaysPanel({ place }: { place: Place }) {
  const { gateways: words } = useTexts(qualityTexts);
  const query = useGateways(place);
  const kind = query.data?.kind;
  return (
    <Panel
      title={words.title}
      about={words.about}
      flush
      more={
        kind !== undefined && (
          <PageLink href={`/devices?kind=${kind}${place.region ? `&region=${place.region}` : ""}`}>
            {words.all}
          </PageLink>
        )
      }
    >
      <Loaded query={query} lines={6}>
        {(gateways) =>
          gateways.ranked.length === 0 && gateways.total === 0 ? (
            <Empty title={words.none}>{words.noneNext}</Empty>
          ) : (
            <Ranked {...gateways} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Ranked({ ranked, total, unwell }: Gateways) {
  const { gateways: words } = useTexts(qualityTexts);
  const [shown, setShown] = useState(SHOWN);
  const rest = ranked.slice(shown);
  const restIsWell = rest.every((gateway) => overdueOf(gateway) === 0 && !gateway.device);
  return (
    <>
      {total > 0 && (
        <p className={styles.summary}>
          {unwell === 0 ? words.allWell(count(total)) : words.summary(count(total), count(unwell))}
        </p>
      )}
      <ul data-list>
        {ranked.slice(0, shown).map((gateway) => (
          <GatewayLine key={gateway.id} gateway={gateway} seesAny={total > 0} />
        ))}
      </ul>
      {rest.length > 0 && (
        <p className={styles.summary}>
          <Button look="quiet" small onClick={() => setShown(shown + SHOWN * 2)}>
            {restIsWell ? words.others(count(rest.length)) : words.moreWrong(count(rest.length))}
          </Button>
        </p>
      )}
    </>
  );
}

/** Whoever sees no gateway at all, such as a gas company, is not told of this one either: it is not asked for. */
function GatewayLine({ gateway, seesAny }: { gateway: GatewayState; seesAny: boolean }) {
  const { gateways: words } = useTexts(qualityTexts);
  const { id, total } = gateway;
  const asked = useQuery({ ...deviceQuery(id), enabled: !gateway.device && seesAny, retry: false });
  const device = gateway.device ?? asked.data;
  const hidden = !device && (!seesAny || isApiError(asked.error, "device_not_found", "forbidden"));
  const name = device?.name ?? id;
  return (
    <li className={styles.line}>
      <div className={styles.head}>
        {hidden ? (
          <span>{id}</span>
        ) : (
          <PageLink href={`/devices/${encodeURIComponent(id)}`} isItem>
            {name}
          </PageLink>
        )}
        {device && <StateMark state={device.status} />}
      </div>
      {hidden && <p className={styles.quiet}>{words.hidden}</p>}
      {device?.lastSeenAt && device.status !== "ok" && (
        <p className={styles.quiet}>
          <Moment at={device.lastSeenAt} />
        </p>
      )}
      {total === 0 ? (
        <p className={styles.quiet}>{words.nothingBehind}</p>
      ) : (
        <Behind gateway={gateway} name={name} />
      )}
    </li>
  );
}

/** How many behind it are on time, of how many; the rest by status, in words and as a bar. */
function Behind({ gateway, name }: { gateway: GatewayState; name: string }) {
  const { gateways: words } = useTexts(qualityTexts);
  const states = useStateWords();
  const { id, total } = gateway;
  const ok = total - overdueOf(gateway);
  const wrong = (["late", "silent", "never"] as const).filter((status) => gateway[status] > 0);
  return (
    <>
      <span className={styles.bar} aria-hidden>
        <span style={{ width: `${(ok / total) * 100}%` }} />
      </span>
      <p className={styles.behind}>
        <PageLink href={`/devices?gateway=${encodeURIComponent(id)}`} title={words.seeBehind(name)}>
          {words.share(count(ok), count(total))}
        </PageLink>
        {wrong.map((status) => (
          <b key={status}>
            {states[status]} {count(gateway[status])}
          </b>
        ))}
      </p>
    </>
  );
}
