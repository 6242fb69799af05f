import { defineTexts, type Language } from "../../ui/texts.ts";

/** The names of the fields that events carry, and the words of their values. */
const words = defineTexts(
  {
    fields: {
      announcement: "先播报",
      attempt: "第几次下发",
      battery: "电池电压",
      broadcastId: "广播",
      button: "按钮",
      class: "类别",
      code: "代码",
      commandId: "指令",
      fault: "故障",
      flow: "流量",
      from: "从",
      level: "级别",
      method: "方式",
      mode: "模式",
      outcome: "结果",
      programme: "节目",
      reason: "原因",
      resumed: "接着播",
      score: "可信度",
      seconds: "秒数",
      to: "到",
      version: "版本",
    },
    values: {
      true: "是",
      false: "否",
      actual: "实际播发",
      drill: "演练",
      training: "培训",
      emergency: "应急",
      daily: "日常",
      accepted: "已接受",
      done: "已完成",
      started: "已开始",
      ended: "播完",
      stopped: "已停",
      interrupted: "被打断",
      failed: "失败",
      refused: "拒绝执行",
      magnet: "磁铁",
      covered: "遮挡",
      ethernet: "有线",
      cellular: "移动网络",
      none: "无",
      supply_current_low: "供电电流低",
      supply_power_low: "供电功率低",
      amplifier_voltage_low: "功放电压低",
      field_strength_low: "场强低",
      no_monitoring_data: "没有监测数据",
      signature: "签名不对",
      unsigned: "没有签名",
      unknown_key: "密钥不认识",
      bad_signature: "签名不对",
      bad_key_set: "密钥组验签不通过",
    },
  },
  {
    fields: {
      announcement: "announced first",
      attempt: "attempt",
      battery: "battery voltage",
      broadcastId: "broadcast",
      button: "button",
      class: "class",
      code: "code",
      commandId: "command",
      fault: "fault",
      flow: "flow",
      from: "from",
      level: "level",
      method: "method",
      mode: "mode",
      outcome: "outcome",
      programme: "programme",
      reason: "reason",
      resumed: "resumed",
      score: "certainty",
      seconds: "seconds",
      to: "to",
      version: "version",
    },
    values: {
      true: "yes",
      false: "no",
      actual: "actual",
      drill: "drill",
      training: "training",
      emergency: "emergency",
      daily: "daily",
      accepted: "accepted",
      done: "done",
      started: "started",
      ended: "ended",
      stopped: "stopped",
      interrupted: "interrupted",
      failed: "failed",
      refused: "refused",
      magnet: "magnet",
      covered: "covered",
      ethernet: "by cable",
      cellular: "by mobile network",
      none: "none",
      supply_current_low: "supply current low",
      supply_power_low: "supply power low",
      amplifier_voltage_low: "amplifier voltage low",
      field_strength_low: "field strength low",
      no_monitoring_data: "no monitoring data",
      signature: "signature is wrong",
      unsigned: "not signed",
      unknown_key: "unknown key",
      bad_signature: "signature is wrong",
      bad_key_set: "set of keys does not verify",
    },
  },
);

interface EventField {
  readonly name: string;
  readonly value: string;
  /** What the device sent, and nobody has put into words: it is shown as a code. */
  readonly isNameCode: boolean;
  readonly isValueCode: boolean;
}

/** What a device answered to a command, in words where these are usual, and else in its own. */
export const outcomeWord = (outcome: string, language: Language): string =>
  eventFields({ outcome }, language)[0]!.value;

/** The fields of an event in words; what a device adds of its own stays as it sent it. */
export function eventFields(data: Readonly<Record<string, unknown>>, language: Language): EventField[] {
  const names: Readonly<Record<string, string>> = words[language].fields;
  const values: Readonly<Record<string, string>> = words[language].values;
  const own = <T>(table: Readonly<Record<string, T>>, key: string) =>
    Object.hasOwn(table, key) ? table[key] : undefined;
  return Object.entries(data).map(([key, sent]) => {
    const text = typeof sent === "string" ? sent : JSON.stringify(sent);
    const value = own(values, text);
    return {
      name: own(names, key) ?? key,
      value: value ?? text,
      isNameCode: own(names, key) === undefined,
      isValueCode: value === undefined && typeof sent !== "number",
    };
  });
}
