import type { ScopeName } from "../api/access.ts";
import { defineTexts, type Language } from "./texts.ts";

/** What an application may do with each scope; the compiler sees that none of the API's is left out. */
const words = defineTexts(
  {
    "kinds:read": "看设备种类",
    "regions:read": "看区域",
    "devices:read": "看设备",
    "readings:read": "看读数",
    "ledger:read": "看账本",
    "events:read": "看事件",
    "alarms:read": "看告警",
    "stream:read": "接收实时消息",
    "broadcasts:read": "看广播",
    "devices:write": "登记和修改设备",
    "alarms:acknowledge": "确认告警",
    "rejections:read": "看被拒绝的上报",
    "rejections:replay": "重放被拒绝的上报",
    "commands:send": "给设备发命令",
    "broadcasts:draft": "编写广播",
    "broadcasts:submit": "提交广播",
    "broadcasts:cancel": "停播广播",
  } satisfies Readonly<Record<ScopeName, string>>,
  {
    "kinds:read": "see kinds of devices",
    "regions:read": "see regions",
    "devices:read": "see devices",
    "readings:read": "see readings",
    "ledger:read": "see the ledger",
    "events:read": "see events",
    "alarms:read": "see alarms",
    "stream:read": "receive live news",
    "broadcasts:read": "see broadcasts",
    "devices:write": "register and change devices",
    "alarms:acknowledge": "acknowledge alarms",
    "rejections:read": "see refused messages",
    "rejections:replay": "replay refused messages",
    "commands:send": "send commands to devices",
    "broadcasts:draft": "write broadcasts",
    "broadcasts:submit": "submit broadcasts",
    "broadcasts:cancel": "stop broadcasts",
  },
);

/** What a scope allows; one of a later version as it is. */
export const scopeWord = (scope: string, language: Language): string =>
  (words[language] as Readonly<Record<string, string>>)[scope] ?? scope;
