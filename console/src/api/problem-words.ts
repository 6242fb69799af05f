import type { Language } from "../ui/texts.ts";
import type { ApiError, ProblemCode } from "./problem.ts";

/** What each of the API's codes means, for Chinese screens: its titles and details are English. */
const ZH: Readonly<Record<ProblemCode, string>> = {
  offline: "连不上平台",
  bad_answer: "平台没有给出能读的回答",
  invalid_request: "填写的内容不对",
  invalid_cursor: "列表已变，请从头看",
  range_too_wide: "时间范围太大",
  readings_dropped: "这段时间的原始读数已过保存期",
  unsupported_media_type: "不支持这种内容",
  payload_too_large: "内容太大",
  command_too_large: "文字太长，或区域太多",
  cap_invalid: "这份预警文件有误",
  cap_not_for_broadcast: "这份预警不是发给公众的",
  cap_expired: "这份预警已过期",
  cap_too_complex: "这份预警的边界太复杂",
  unauthorized: "登录已失效",
  sign_in_failed: "账号、密码或验证码不对",
  code_required: "还要输入验证码",
  provider_sign_in_failed: "统一认证登录没有成功",
  pairing_failed: "配对码不对，或已失效",
  forbidden: "你没有做这一步的权限",
  csrf_refused: "请求不是从本页面发出的",
  wrong_password: "当前密码不对",
  wrong_code: "验证码不对",
  rate_limited: "请求太多",
  too_many_attempts: "试的次数太多",
  own_submission: "自己提交的，要由别人批准",
  own_content: "自己写的内容，要由别人批准",
  application_without_owner: "这个应用还没有负责人",
  second_factor_required: "请先用第二因素登录",
  step_up_required: "这一步要输入验证码",
  second_factor_wrong: "验证码不对，或已用过",
  own_release: "自己发出的，要由别人复核",
  not_independent: "要由另一位无关的管理员确认",
  not_found: "没有找到",
  device_not_found: "没有这台设备",
  repair_not_found: "没有这次更正",
  exchange_not_found: "没有这次换表",
  region_not_found: "没有这个区域",
  rejection_not_found: "没有这条拒绝记录，或已过保存期",
  session_not_found: "这次登录已结束",
  tenant_not_found: "没有这个租户",
  person_not_found: "没有这个人",
  application_not_found: "没有这个应用",
  display_not_found: "没有这块大屏",
  key_not_found: "没有这个密钥",
  change_not_found: "没有这项变更",
  totp_not_found: "没有设置第二因素",
  alarm_not_found: "没有这条告警",
  template_not_found: "没有这个模板",
  revision_not_found: "没有这一版",
  broadcast_not_found: "没有这次广播",
  alert_not_found: "没有原始预警文件",
  device_exists: "这个设备编号已被使用",
  identity_taken: "这个标识已属于另一台设备",
  tenant_exists: "这个租户编号已被使用",
  principal_exists: "这个编号已被使用过",
  display_revoked: "这块大屏已撤销",
  key_ended: "这个密钥已停用",
  change_decided: "这项变更已有人处理",
  gateway_in_use: "这个网关下还有设备",
  device_not_listening: "设备现在收不到命令",
  exchange_exists: "已有这次换表记录",
  exchange_contradicted: "换表记录与读数矛盾",
  nothing_to_repair: "这段时间没有可更正的读数",
  already_undone: "已经撤销过",
  repair_covered: "后来又更正过，请先撤销后一次",
  already_replayed: "已经重放过",
  no_password: "密码在统一认证那里修改",
  totp_exists: "已有第二因素",
  totp_not_started: "请重新开始设置第二因素",
  template_exists: "这个事件和级别已有模板",
  template_changed: "模板刚被别人改过",
  broadcast_state: "这次广播的状态已变",
  broadcast_changed: "内容刚被别人改过",
  broadcast_incomplete: "内容还不完整",
  broadcast_expired: "这次广播已失效",
  broadcast_superseded: "已有更新的预警",
  green_channel_closed: "不能走绿色通道",
  sign_in_busy: "登录的人太多",
  cap_busy: "正在处理别的预警文件",
  provider_unavailable: "统一认证暂时不可用",
  signing_keys_missing: "这台服务器没有平台的签名密钥，发不出广播",
  database_unavailable: "数据库暂时不可用",
  shutting_down: "平台正在重启",
  internal: "平台内部出错",
};

const EN: Readonly<Partial<Record<ProblemCode, string>>> = {
  offline: "The platform cannot be reached",
  bad_answer: "The platform gave no answer that can be read",
};

/** What the person can do now, where the code alone tells it. */
const NEXT: Readonly<Partial<Record<ProblemCode, { zh: string; en: string }>>> = {
  pairing_failed: { zh: "请管理员重新生成配对码。", en: "Ask an administrator for another code." },
  offline: { zh: "检查网络；连上后会自动重试。", en: "Check the network; it is tried again by itself." },
  rate_limited: { zh: "等一会儿再试。", en: "Wait a little, then try again." },
  database_unavailable: {
    zh: "数据没有丢；恢复后会自动重试。",
    en: "Nothing is lost; it is tried again by itself.",
  },
  signing_keys_missing: {
    zh: "没有发出。请马上找运维，或从平台的另一台服务器发。",
    en: "Nothing was sent. Call the operator at once, or release it at another process of the platform.",
  },
  shutting_down: { zh: "几秒后会自动重试。", en: "It is tried again in some seconds." },
  internal: { zh: "把请求编号告诉运维。", en: "Tell the operator the request id." },
  bad_answer: { zh: "把请求编号告诉运维。", en: "Tell the operator the request id." },
  not_found: {
    zh: "可能已删除，或不在你的管辖范围。",
    en: "It may be gone, or lie outside what you may see.",
  },
  device_not_found: {
    zh: "可能已删除，或不在你的管辖范围。",
    en: "It may be gone, or lie outside what you may see.",
  },
  broadcast_not_found: { zh: "可能不在你的管辖范围。", en: "It may lie outside what you may see." },
  region_not_found: { zh: "可能不在你的管辖范围。", en: "It may lie outside what you may see." },
  forbidden: { zh: "需要的话，请管理员授权。", en: "Ask an administrator if you need it." },
};

/** What nobody repeats but the person: whether it has arrived is not known where no answer came. */
const STEP_NEXT: Readonly<Partial<Record<ProblemCode, { zh: string; en: string }>>> = {
  offline: {
    zh: "这一步不知道有没有送到，不会自动重试。连上后先看一眼，没有做成就再做一次。",
    en: "Whether this step has arrived is not known, and it is not repeated by itself. Once connected, look, and do it again if it was not done.",
  },
  database_unavailable: {
    zh: "这一步没有做成，不会自动重试；过一会儿请再做一次。",
    en: "This step was not done, and is not repeated by itself: do it again in a while.",
  },
  shutting_down: {
    zh: "这一步没有做成，不会自动重试；几秒后请再做一次。",
    en: "This step was not done, and is not repeated by itself: do it again in some seconds.",
  },
};

export const problemTitle = (error: ApiError, language: Language): string =>
  language === "zh" ? ZH[error.code] : (EN[error.code] ?? error.problem.title ?? error.code);

export const problemNext = (error: ApiError, language: Language): string | undefined =>
  ((error.isStep ? STEP_NEXT[error.code] : undefined) ?? NEXT[error.code])?.[language];
