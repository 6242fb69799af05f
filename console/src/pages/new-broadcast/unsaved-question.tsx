import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { listOf } from "../../ui/number.ts";
import { defineTexts, type Language, useLanguage, useTexts } from "../../ui/texts.ts";
import type { Form } from "./form.ts";
import styles from "./unsaved-question.module.css";
import type { Question } from "./use-beginning.ts";

const texts = defineTexts(
  {
    title: "这里还有写了、没有存的内容",
    about: {
      draft: "地址要打开一份草稿，它会换掉这里的内容。",
      copy: "地址要照一次旧的播发开始，它会换掉这里的内容。",
      region: "地址要从一个区域开始，它会换掉这里的内容。",
    },
    written: "已写",
    goOn: "接着写",
    takeIt: { draft: "不要了，打开草稿", copy: "不要了，照旧的写", region: "不要了，从区域开始" },
  },
  {
    title: "Something that you wrote here is not saved",
    about: {
      draft: "The address opens a draft, which would take its place.",
      copy: "The address begins with an earlier broadcast, which would take its place.",
      region: "The address begins with a region, which would take its place.",
    },
    written: "Written",
    goOn: "Go on writing",
    takeIt: {
      draft: "Discard it, open the draft",
      copy: "Discard it, begin with the copy",
      region: "Discard it, begin with the region",
    },
  },
);

/** So much of it that its author knows it again. */
function gistOf({ eventCode, regions, texts: written }: Form, language: Language): string {
  const [first] = written ?? [];
  const places = listOf(
    regions.map(({ name }) => name),
    language,
  );
  return [eventCode, places, first?.headline, first?.description].filter(Boolean).join(" · ");
}

/** Nothing that was written is given up by an address alone: whoever wrote it chooses. */
export function UnsavedQuestion({ form, asked }: { form: Form; asked: Question }) {
  const words = useTexts(texts);
  const gist = gistOf(form, useLanguage());
  return (
    <Empty title={words.title}>
      {gist !== "" && (
        <blockquote className={styles.gist}>
          <b>{words.written}</b> {gist}
        </blockquote>
      )}
      <p>{words.about[asked.by]}</p>
      <div className={styles.ways}>
        <Button look="primary" onClick={asked.goOn}>
          {words.goOn}
        </Button>
        <Button onClick={asked.takeIt}>{words.takeIt[asked.by]}</Button>
      </div>
    </Empty>
  );
}
