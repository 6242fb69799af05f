import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { applicationsQuery } from "../../api/access.ts";
import { createApplication } from "../../api/access-steps.ts";
import { useParameters } from "../../ui/address.ts";
import { useTexts } from "../../ui/texts.ts";
import { isWhole, type ScopesGrant, ScopesGrantsEditor } from "./grants-editor.tsx";
import { PrincipalForm } from "./principal-form.tsx";
import { PrincipalsTab } from "./principals-tab.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

export function ApplicationsTab() {
  const words = useTexts(adminTexts);
  const [parameters] = useParameters();
  const applications = useInfiniteQuery(applicationsQuery(parameters.get("q") ?? ""));
  return (
    <PrincipalsTab
      title={words.tabs.applications}
      folder="applications"
      query={applications}
      add={words.addApplication}
      form={(onClose) => <AddApplication onClose={onClose} />}
    />
  );
}

function AddApplication({ onClose }: { onClose: () => void }) {
  const words = useTexts(adminTexts);
  const [, navigate] = useLocation();
  const [grants, setGrants] = useState<ScopesGrant[]>([]);
  const add = useAccessStep(createApplication, words.created, ({ id }) =>
    navigate(`/admin/applications/${encodeURIComponent(id)}`),
  );
  return (
    <PrincipalForm
      title={words.addApplication}
      nameLabel={words.name}
      example="gas-billing"
      ready={grants.every(({ area, scopes }) => isWhole(area) && scopes.length > 0)}
      step={add}
      onSubmit={(fields) =>
        add.mutate({ ...fields, grants: grants.map(({ scopes, area }) => ({ scopes: [...scopes], area })) })
      }
      onClose={onClose}
    >
      <ScopesGrantsEditor grants={grants} onChange={setGrants} />
    </PrincipalForm>
  );
}
