import { CircleX } from "lucide-react";
import { type ApiError, isApiError } from "../api/problem.ts";
import { problemNext, problemTitle } from "../api/problem-words.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";
import styles from "./problem-view.module.css";
import { defineTexts, useLanguage, useTexts } from "./texts.ts";

const texts = defineTexts(
  {
    again: "再试一次",
    id: "请求编号",
    code: "代码",
    details: "给运维的详情（英文）",
    broken: "这一页出错了",
  },
  {
    again: "Try again",
    id: "Request id",
    code: "Code",
    details: "Details for the operator",
    broken: "This page broke",
  },
);

export interface ProblemProps {
  readonly error: Error;
  readonly onAgain?: (() => void) | undefined;
}

function Facts({ error }: { error: ApiError }) {
  const words = useTexts(texts);
  return (
    <p className={styles.facts}>
      {words.code} <code>{error.code}</code>
      {error.requestId !== undefined && (
        <>
          {" · "}
          {words.id} <code>{error.requestId}</code>
        </>
      )}
    </p>
  );
}

/** Takes the place of what could not be loaded: what, why, the request id, and the way on. */
export function ProblemView({ error, onAgain }: ProblemProps) {
  const words = useTexts(texts);
  const language = useLanguage();
  const known = isApiError(error) ? error : undefined;
  const next = known && problemNext(known, language);
  return (
    <div className={styles.view} role="alert">
      <CircleX aria-hidden />
      <p className={styles.title}>{known ? problemTitle(known, language) : words.broken}</p>
      {next && <p>{next}</p>}
      {known && <Facts error={known} />}
      <Detail error={error} />
      {onAgain && <Button onClick={onAgain}>{words.again}</Button>}
    </div>
  );
}

/** The same in one banner, for a step that was refused beside what is still shown. */
export function ProblemBanner({ error, onAgain }: ProblemProps) {
  const words = useTexts(texts);
  const language = useLanguage();
  const known = isApiError(error) ? error : undefined;
  const next = known && problemNext(known, language);
  return (
    <Banner
      tone="bad"
      end={
        onAgain && (
          <Button small onClick={onAgain}>
            {words.again}
          </Button>
        )
      }
    >
      <b>{known ? problemTitle(known, language) : words.broken}</b>
      {next && <> {next}</>}
      {known && <Facts error={known} />}
      <Detail error={error} />
    </Banner>
  );
}

/** The platform's own words are English: Chinese screens fold them away. */
function Detail({ error }: { error: Error }) {
  const words = useTexts(texts);
  const language = useLanguage();
  const text = isApiError(error) ? error.detail : error.message;
  if (!text) return null;
  if (language === "en") return <p>{text}</p>;
  return (
    <details className={styles.details}>
      <summary>{words.details}</summary>
      <p lang="en">{text}</p>
    </details>
  );
}
