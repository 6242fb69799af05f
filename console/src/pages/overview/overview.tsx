import { Page } from "../../ui/page.tsx";
import { useTexts } from "../../ui/texts.ts";
import { overviewTexts } from "./texts.ts";

export default function Overview() {
  const words = useTexts(overviewTexts);
  return <Page title={words.title}>{null}</Page>;
}
