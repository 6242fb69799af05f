import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { peopleQuery } from "../../api/access.ts";
import { createPerson } from "../../api/access-steps.ts";
import { useParameters } from "../../ui/address.ts";
import { TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/texts.ts";
import { isWhole, type RoleGrant, RoleGrantsEditor } from "./grants-editor.tsx";
import { PrincipalForm } from "./principal-form.tsx";
import { PrincipalsTab } from "./principals-tab.tsx";
import { adminTexts } from "./texts.ts";
import { useAccessStep } from "./use-access-step.ts";

export function PeopleTab() {
  const words = useTexts(adminTexts);
  const [parameters] = useParameters();
  const people = useInfiniteQuery(peopleQuery(parameters.get("q") ?? ""));
  return (
    <PrincipalsTab
      title={words.tabs.people}
      folder="people"
      query={people}
      add={words.addPerson}
      form={(onClose) => <AddPerson onClose={onClose} />}
    />
  );
}

function AddPerson({ onClose }: { onClose: () => void }) {
  const words = useTexts(adminTexts);
  const [, navigate] = useLocation();
  const [grants, setGrants] = useState<RoleGrant[]>([]);
  const add = useAccessStep(createPerson, words.created, ({ id }) =>
    navigate(`/admin/people/${encodeURIComponent(id)}`),
  );
  return (
    <PrincipalForm
      title={words.addPerson}
      nameLabel={words.personName}
      example="zhang.min"
      ready={grants.every(({ area }) => isWhole(area))}
      step={add}
      onSubmit={(fields, data) => {
        const password = String(data.get("password") ?? "");
        add.mutate({
          ...fields,
          grants: grants.map(({ role, area }) => ({ role, area })),
          ...(password === "" ? {} : { password }),
        });
      }}
      onClose={onClose}
    >
      <TextField
        label={words.firstPassword}
        hint={words.firstPasswordHint}
        name="password"
        type="password"
        minLength={10}
        autoComplete="new-password"
      />
      <RoleGrantsEditor grants={grants} onChange={setGrants} />
    </PrincipalForm>
  );
}
