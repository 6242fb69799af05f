import { useQuery } from "@tanstack/react-query";
import { Check, Circle, CircleDot } from "lucide-react";
import { platformQuery } from "../../api/platform.ts";
import { type MeJson, meQuery } from "../../api/session.ts";
import { shellTexts } from "../../app/shell-texts.ts";
import { StillSignedIn, useSignOut } from "../../app/sign-out.tsx";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import { Columns, Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { STEP_ROLES, stepHref, TOUR_STEPS, type TourStep } from "./steps.ts";
import { tourTexts } from "./texts.ts";
import styles from "./tour.module.css";
import { type Tour, useTour } from "./use-tour.ts";

type DemoPerson = NonNullable<NonNullable<Platform>["demo"]>["people"][number];
type Platform = ReturnType<typeof usePlatform>;
const usePlatform = () => useQuery(platformQuery).data;

/** For who opens the demo for the first time: the people, and the way from a leak to a village that has heard. */
export default function TourPage() {
  const words = useTexts(tourTexts);
  const { data: me } = useQuery(meQuery);
  const people = usePlatform()?.demo?.people;
  if (!me) return null;
  return (
    <Page title={words.title} about={words.about}>
      {people ? (
        <Columns side={<People people={people} me={me} />}>
          <Steps me={me} people={people} />
        </Columns>
      ) : (
        <Empty title={words.noDemo} />
      )}
    </Page>
  );
}

function Steps({ me, people }: { me: MeJson; people: readonly DemoPerson[] }) {
  const words = useTexts(tourTexts);
  const tour = useTour(me);
  if (tour.error) return <ProblemView error={tour.error} onAgain={tour.again} />;
  if (!tour.isKnown) return <Skeleton label={words.loading} lines={TOUR_STEPS.length} tall />;
  const current = TOUR_STEPS.find((step) => !tour.done.has(step));
  return (
    <Panel flush title={words.progress(tour.done.size, TOUR_STEPS.length)} more={!current && words.finished}>
      <ol data-list>
        {TOUR_STEPS.map((step) => (
          <Step key={step} step={step} tour={tour} isCurrent={step === current} me={me} people={people} />
        ))}
      </ol>
    </Panel>
  );
}

interface StepProps {
  readonly step: TourStep;
  readonly tour: Tour;
  readonly isCurrent: boolean;
  readonly me: MeJson;
  readonly people: readonly DemoPerson[];
}

function Step({ step, tour, isCurrent, me, people }: StepProps) {
  const words = useTexts(tourTexts);
  const isDone = tour.done.has(step);
  const { title, text } = words.steps[step];
  const person = people.find(({ role }) => role === STEP_ROLES[step]);
  const who = person && (person.id === me.id ? words.you : words.signInAs(person.name));
  return (
    <li
      className={`${styles.step} ${isCurrent ? styles.current : ""}`}
      aria-current={isCurrent ? "step" : undefined}
    >
      <span className={`${styles.mark} ${isDone ? styles.done : ""}`}>
        {isDone ? <Check aria-hidden /> : isCurrent ? <CircleDot aria-hidden /> : <Circle aria-hidden />}
      </span>
      <div className={styles.text}>
        <h3>{title}</h3>
        <p>{text}</p>
        <p className={styles.state}>
          {isDone ? words.done : isCurrent ? [words.now, who].filter(Boolean).join(" · ") : words.later}
        </p>
      </div>
      {(isDone || isCurrent) && (
        <ButtonLink href={stepHref(step, tour.proposal)} look={isCurrent ? "primary" : "secondary"} isItem>
          {words.go}
        </ButtonLink>
      )}
    </li>
  );
}

/** The demo's people who have a part in the tour. Passwords are told on the demo's own machine alone. */
function People({ people, me }: { people: readonly DemoPerson[]; me: MeJson }) {
  const words = useTexts(tourTexts);
  const { roles } = useTexts(shellTexts);
  const signOut = useSignOut();
  return (
    <Panel title={words.people} about={words.peopleAbout}>
      <ul className={styles.people}>
        {people
          .filter(({ role }) => words.roles[role] !== undefined)
          .map(({ id, name, role, password }) => (
            <li key={id}>
              <b>{name}</b> {roles[role]} {id === me.id && <span className={styles.you}>{words.you}</span>}
              <p>{words.roles[role]}</p>
              <p className={styles.account}>
                {words.user} <code>{id}</code>
                {password !== null && (
                  <>
                    {" · "}
                    {words.password} <code>{password}</code>
                  </>
                )}
              </p>
            </li>
          ))}
      </ul>
      <Button busy={signOut.isBusy} onClick={signOut.go}>
        {words.signOut}
      </Button>
      <StillSignedIn {...signOut} />
    </Panel>
  );
}
