import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../../api/session.ts";
import { NamedGrants } from "../../map/named-grants.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Columns, Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { PasswordPanel } from "./password-panel.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";
import { meTexts } from "./texts.ts";
import { TotpPanel } from "./totp-panel.tsx";

/** What each person looks after: password, second factor, open sessions; and what they may do. */
export default function Me() {
  const words = useTexts(meTexts);
  const me = useQuery(meQuery);
  return (
    <Page
      title={words.title}
      about={me.data && `${me.data.name} · ${me.data.tenant?.name ?? words.operator}`}
    >
      <Columns
        side={
          <Panel title={words.rights}>
            <Loaded query={me}>{({ grants }) => <NamedGrants grants={grants} />}</Loaded>
          </Panel>
        }
      >
        <PasswordPanel />
        <TotpPanel />
        <SessionsPanel />
      </Columns>
    </Page>
  );
}
