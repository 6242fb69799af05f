import { useQuery } from "@tanstack/react-query";
import { GraduationCap, Siren, Volume2 } from "lucide-react";
import type { ReactNode } from "react";
import { Link, Redirect } from "wouter";
import { type BroadcastItemJson, broadcastsQuery } from "../../api/broadcasts.ts";
import { meQuery } from "../../api/session.ts";
import { useParameters } from "../../ui/address.ts";
import { Loaded } from "../../ui/loaded.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { CapImport } from "./cap-import.tsx";
import styles from "./doors.module.css";
import { doorsTexts } from "./doors-texts.ts";
import { DraftLine } from "./draft-line.tsx";
import { OnlyAuthors } from "./mode-page.tsx";

/** Three doors of different shape and place; none is open before somebody chooses. */
export default function Doors() {
  const [parameters] = useParameters();
  const copy = parameters.get("copy");
  // A copy opens as a drill, whatever it is a copy of.
  if (copy !== null)
    return <Redirect to={`/broadcasts/new/drill?copy=${encodeURIComponent(copy)}`} replace />;
  return (
    <OnlyAuthors>
      <Choice />
    </OnlyAuthors>
  );
}

function Choice() {
  const words = useTexts(doorsTexts);
  const [parameters] = useParameters();
  const region = parameters.get("region");
  const alarm = Number(parameters.get("alarm")) || undefined;
  const search = region === null ? "" : `?region=${encodeURIComponent(region)}`;
  const to = (mode: ModeName) => `/broadcasts/new/${mode}${search}`;
  return (
    <Page title={words.title} about={words.about}>
      <div className={styles.doors}>
        <Door to={to("actual")} look={styles.actual} icon={<Siren aria-hidden />} name={words.actual}>
          {words.actualAbout}
          <ol className={styles.steps}>
            {Object.values(words.actualSteps).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Door>
        <Door to={to("drill")} look={styles.drill} icon={<Volume2 aria-hidden />} name={words.drill}>
          {words.drillAbout}
        </Door>
        <Door
          to={to("training")}
          look={styles.training}
          icon={<GraduationCap aria-hidden />}
          name={words.training}
        >
          {words.trainingAbout}
        </Door>
      </div>
      <div className={styles.ways}>
        <Begun alarm={alarm} />
      </div>
      <CapImport />
      <p className={styles.copy}>{words.copy}</p>
    </Page>
  );
}

interface DoorProps {
  readonly to: string;
  readonly look: string | undefined;
  readonly icon: ReactNode;
  readonly name: string;
  readonly children: ReactNode;
}

function Door({ to, look, icon, name, children }: DoorProps) {
  return (
    <Link href={to} className={`${styles.door} ${look}`}>
      {icon}
      <b>{name}</b>
      <div>{children}</div>
    </Link>
  );
}

/** Drafts that wait to be gone on with: those that alarms propose, and the caller's own. */
function Begun({ alarm }: { alarm: number | undefined }) {
  const words = useTexts(doorsTexts);
  const { data: me } = useQuery(meQuery);
  const drafts = useQuery(broadcastsQuery({ state: "draft,returned" }));
  return (
    <>
      <Panel title={words.proposals} about={words.proposalsAbout}>
        <Loaded query={drafts} lines={2}>
          {({ items }) => {
            const proposed = items.filter(({ proposedByAlarm }) => proposedByAlarm !== null);
            const asked = proposed.filter((one) => alarm === undefined || one.proposedByAlarm === alarm);
            const none = alarm === undefined ? words.noProposals : words.noProposalOf(alarm);
            return <DraftList drafts={asked} none={none} />;
          }}
        </Loaded>
      </Panel>
      <Panel title={words.drafts}>
        <Loaded query={drafts} lines={2}>
          {({ items }) => (
            <DraftList
              drafts={items.filter((one) => one.createdBy === me?.id && one.proposedByAlarm === null)}
              none={words.noDrafts}
            />
          )}
        </Loaded>
      </Panel>
    </>
  );
}

/** No more than a person goes back to; the list of broadcasts has them all. */
const MOST_SHOWN = 5;

function DraftList({ drafts, none }: { drafts: readonly BroadcastItemJson[]; none: string }) {
  if (drafts.length === 0) return <p>{none}</p>;
  return (
    <ul className={styles.drafts} data-list>
      {drafts.slice(0, MOST_SHOWN).map((draft) => (
        <DraftLine key={draft.id} draft={draft} />
      ))}
    </ul>
  );
}
