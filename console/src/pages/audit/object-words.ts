import { defineTexts, type Language } from "../../ui/texts.ts";

/** What rows are about; a refused request names the resource of its address, where that has no other word. */
const words = defineTexts(
  {
    alarm: "告警",
    alarms: "告警",
    application: "应用",
    audit: "审计",
    broadcast: "广播",
    "broadcast-template": "广播模板",
    "cap-alert": "CAP 预警",
    change: "待确认的变更",
    device: "设备",
    display: "大屏",
    displays: "大屏",
    fleet: "全部演示设备",
    "key-set": "验签密钥组",
    person: "人员",
    platform: "平台",
    region: "区域",
    regions: "区域",
    rejection: "被拒绝的上报",
    rejections: "被拒绝的上报",
    session: "登录",
    sessions: "登录",
    "signing-key": "签名密钥",
    tenant: "租户",
  },
  {
    alarm: "Alarm",
    alarms: "Alarm",
    application: "Application",
    audit: "Audit",
    broadcast: "Broadcast",
    "broadcast-template": "Broadcast template",
    "cap-alert": "CAP alert",
    change: "Change to confirm",
    device: "Device",
    display: "Display",
    displays: "Display",
    fleet: "All devices of the demo",
    "key-set": "Set of signing keys",
    person: "Person",
    platform: "Platform",
    region: "Region",
    regions: "Region",
    rejection: "Refused message",
    rejections: "Refused message",
    session: "Session",
    sessions: "Session",
    "signing-key": "Signing key",
    tenant: "Tenant",
  },
);

/** The word of a type of object; one of a later version as it is. */
export const objectWord = (type: string, language: Language): string =>
  (words[language] as Readonly<Record<string, string>>)[type] ?? type;
