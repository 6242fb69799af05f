import { ButtonLink } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Page } from "../ui/page.tsx";
import { useTexts } from "../ui/texts.ts";
import { shellTexts } from "./shell-texts.ts";

/** For what is not there and what is not open to the caller, in the same words. */
export function NotFound() {
  const words = useTexts(shellTexts);
  return (
    <Page title={words.notFoundTitle}>
      <Empty title={words.notFound}>
        <ButtonLink href="/">{words.toOverview}</ButtonLink>
      </Empty>
    </Page>
  );
}
