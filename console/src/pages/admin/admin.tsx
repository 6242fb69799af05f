import { Link, useParams } from "wouter";
import { Page } from "../../ui/page.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { ApplicationDetail } from "./application-detail.tsx";
import { ApplicationsTab } from "./applications-tab.tsx";
import { ChangesTab } from "./changes-tab.tsx";
import { DisplaysTab } from "./displays-tab.tsx";
import { PeopleTab } from "./people-tab.tsx";
import { PersonDetail } from "./person-detail.tsx";
import { TenantsTab } from "./tenants-tab.tsx";
import { adminTexts } from "./texts.ts";

const TABS = ["people", "applications", "tenants", "displays", "changes"] as const;

/** People, applications, tenants and displays; the tab and what is open are in the address. */
export default function Admin() {
  const words = useTexts(adminTexts);
  const { tab = "people", id } = useParams<{ tab?: string; id?: string }>();
  return (
    <Page title={words.title} about={words.about}>
      <nav className={styles.tabs} aria-label={words.title}>
        {TABS.map((one) => (
          <Link key={one} href={`/admin/${one}`} aria-current={one === tab ? "page" : undefined}>
            {words.tabs[one]}
          </Link>
        ))}
      </nav>
      <Tab tab={tab} id={id && decodeURIComponent(id)} />
    </Page>
  );
}

function Tab({ tab, id }: { tab: string; id: string | undefined }) {
  if (tab === "applications") return id ? <ApplicationDetail key={id} id={id} /> : <ApplicationsTab />;
  if (tab === "tenants") return <TenantsTab />;
  if (tab === "displays") return <DisplaysTab />;
  if (tab === "changes") return <ChangesTab />;
  return id ? <PersonDetail key={id} id={id} /> : <PeopleTab />;
}
