import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/session.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { meTexts } from "./texts.ts";

export default function Me() {
  const words = useTexts(meTexts);
  const me = useQuery(meQuery);
  return (
    <Page title={words.title}>
      <Loaded query={me}>{({ name, id }) => <Panel title={name}>{id}</Panel>}</Loaded>
    </Page>
  );
}
