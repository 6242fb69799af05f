import type { MeJson } from "../api/session.ts";
import styles from "./grant-sentences.module.css";
import { listOf } from "./number.ts";
import { scopeWord } from "./scope-words.ts";
import { defineTexts, useLanguage, useTexts } from "./texts.ts";

type GrantJson = MeJson["grants"][number];
type AreaJson = GrantJson["area"];

const texts = defineTexts(
  {
    none: "没有任何权限。",
    may: (what: string, where: string) => `可在${where}${what}`,
    everywhere: "全部区域",
    onlyKinds: (kinds: string) => `，只限${kinds}`,
    onlyTenants: (tenants: string) => `，只限租户 ${tenants}`,
    onlyDevices: (count: number) => `，只限 ${count} 台设备`,
    regions: (codes: string) => `区域 ${codes} `,
    verbs: {
      viewer: "查看",
      operator: "运维设备、确认告警",
      installer: "安装和登记设备",
      dispatcher: "编写并提交广播",
      "duty-officer": "编写广播，紧急时走绿色通道",
      approver: "审批广播",
      auditor: "查审计",
      administrator: "管理人员、应用和租户",
    } as Readonly<Record<string, string>>,
    kinds: { "gas-meter": "燃气表", speaker: "大喇叭", camera: "摄像机", "lora-gateway": "网关" } as Readonly<
      Record<string, string>
    >,
  },
  {
    none: "No rights at all.",
    may: (what: string, where: string) => `May ${what} in ${where}`,
    everywhere: "all regions",
    onlyKinds: (kinds: string) => `, only ${kinds}`,
    onlyTenants: (tenants: string) => `, only of ${tenants}`,
    onlyDevices: (count: number) => `, only ${count} ${count === 1 ? "device" : "devices"}`,
    regions: (codes: string) => `region ${codes}`,
    verbs: {
      viewer: "look",
      operator: "look after devices and acknowledge alarms",
      installer: "install and register devices",
      dispatcher: "write and submit broadcasts",
      "duty-officer": "write broadcasts, and release urgent ones by the green channel",
      approver: "approve broadcasts",
      auditor: "read the audit",
      administrator: "administer people, applications and tenants",
    } as Readonly<Record<string, string>>,
    kinds: {
      "gas-meter": "gas meters",
      speaker: "speakers",
      camera: "cameras",
      "lora-gateway": "gateways",
    } as Readonly<Record<string, string>>,
  },
);

export interface GrantSentencesProps {
  readonly grants: readonly GrantJson[];
  /** The name of a region, where it is known; else its code stands there. */
  readonly regionName?: (code: string) => string | undefined;
}

/** Grants as people say them: 可在务川县审批广播. */
export function GrantSentences({ grants, regionName }: GrantSentencesProps) {
  const words = useTexts(texts);
  const language = useLanguage();
  const list = (items: readonly string[]) => listOf(items, language);
  if (grants.length === 0) return <p>{words.none}</p>;

  const where = ({ regions }: AreaJson) => {
    if (regions === "all") return words.everywhere;
    const names = regions.map((code) => regionName?.(code));
    return names.every((name) => name !== undefined) ? list(names) : words.regions(list(regions));
  };
  const limits = ({ kinds, tenants, devices }: AreaJson) =>
    [
      kinds === "all" ? "" : words.onlyKinds(list(kinds.map((kind) => words.kinds[kind] ?? kind))),
      tenants === "all" ? "" : words.onlyTenants(list(tenants)),
      devices === "all" ? "" : words.onlyDevices(devices.length),
    ].join("");
  const verb = (grant: GrantJson) =>
    "role" in grant
      ? (words.verbs[grant.role] ?? grant.role)
      : list(grant.scopes.map((scope) => scopeWord(scope, language)));
  return (
    <ul className={styles.grants}>
      {grants.map((grant) => (
        <li key={JSON.stringify(grant)}>
          {words.may(verb(grant), where(grant.area))}
          {limits(grant.area)}
        </li>
      ))}
    </ul>
  );
}
