import type { AreaInput, RoleName, ScopeName } from "../../api/access.ts";
import { shellTexts } from "../../app/shell-texts.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { scopeWord } from "../../ui/scope-words.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { AreaEditor } from "./area-editor.tsx";
import { adminTexts } from "./texts.ts";

export interface RoleGrant {
  readonly role: RoleName;
  readonly area: AreaInput;
}
export interface ScopesGrant {
  readonly scopes: readonly ScopeName[];
  readonly area: AreaInput;
}

const ROLES: readonly RoleName[] = [
  "viewer",
  "operator",
  "installer",
  "dispatcher",
  "duty-officer",
  "approver",
  "auditor",
  "administrator",
];
const SCOPES: readonly ScopeName[] = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "readings:read",
  "ledger:read",
  "events:read",
  "alarms:read",
  "stream:read",
  "broadcasts:read",
  "devices:write",
  "alarms:acknowledge",
  "rejections:read",
  "rejections:replay",
  "commands:send",
  "broadcasts:draft",
  "broadcasts:submit",
  "broadcasts:cancel",
];

/** Nothing until somebody names it: an empty list is refused, so that no right is given by oversight. */
export const NO_AREA: AreaInput = { regions: [], kinds: "all", tenants: "all", devices: "all" };

/** True where each list holds something. */
export const isWhole = ({ regions, kinds, tenants, devices }: AreaInput): boolean =>
  [regions, kinds, tenants, devices].every((list) => list.length > 0);

interface EditorProps<G> {
  readonly grants: readonly G[];
  readonly onChange: (grants: G[]) => void;
}

/** The roles of a person, each with its area. */
export function RoleGrantsEditor({ grants, onChange }: EditorProps<RoleGrant>) {
  const words = useTexts(adminTexts);
  const { roles } = useTexts(shellTexts);
  return (
    <Grants grants={grants} onChange={onChange} empty={{ role: "viewer", area: NO_AREA }}>
      {(grant, change) => (
        <>
          <SelectField
            label={words.role}
            value={grant.role}
            onChange={(event) => change({ ...grant, role: event.target.value as RoleName })}
            options={ROLES.map((role) => ({ value: role, label: roles[role] ?? role }))}
          />
          <AreaEditor area={grant.area} onChange={(area) => change({ ...grant, area })} />
        </>
      )}
    </Grants>
  );
}

/** The scopes of an application, each with its area. */
export function ScopesGrantsEditor({ grants, onChange }: EditorProps<ScopesGrant>) {
  const words = useTexts(adminTexts);
  const language = useLanguage();
  return (
    <Grants grants={grants} onChange={onChange} empty={{ scopes: ["readings:read"], area: NO_AREA }}>
      {(grant, change) => (
        <>
          <fieldset className={styles.scopes} aria-label={words.scopes}>
            {SCOPES.map((scope) => (
              <label key={scope}>
                <input
                  type="checkbox"
                  checked={grant.scopes.includes(scope)}
                  onChange={({ target }) =>
                    change({
                      ...grant,
                      scopes: target.checked
                        ? [...grant.scopes, scope]
                        : grant.scopes.filter((one) => one !== scope),
                    })
                  }
                />
                <span>
                  {scopeWord(scope, language)} <code>{scope}</code>
                </span>
              </label>
            ))}
          </fieldset>
          <AreaEditor area={grant.area} onChange={(area) => change({ ...grant, area })} />
        </>
      )}
    </Grants>
  );
}

interface GrantsProps<G> extends EditorProps<G> {
  readonly empty: G;
  readonly children: (grant: G, change: (grant: G) => void) => React.ReactNode;
}

function Grants<G>({ grants, onChange, empty, children }: GrantsProps<G>) {
  const words = useTexts(adminTexts);
  return (
    <>
      {grants.map((grant, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a right has no name but its place
        <fieldset key={place} className={styles.grant}>
          <legend>{place + 1}</legend>
          {children(grant, (changed) => onChange(grants.map((one, at) => (at === place ? changed : one))))}
          <div>
            <Button small onClick={() => onChange(grants.filter((_, at) => at !== place))}>
              {words.removeGrant}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button small onClick={() => onChange([...grants, empty])}>
          {words.addGrant}
        </Button>
      </div>
    </>
  );
}
