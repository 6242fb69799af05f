import type { Config } from "../config.ts";

/** What each setting means, for README.zh-CN.md. A setting that is missing here is a type error. */
export const SETTINGS_ZH: Record<keyof Config, string> = {
  DATABASE_URL: "PostgreSQL ≥ 15 与 TimescaleDB ≥ 2.19 的连接串。不设置：使用内嵌数据库，仅供试用。",
  DATABASE_POOL_SIZE: "到数据库服务器的连接数（内嵌数据库一次只执行一条语句）。",
  DATA_DIR: "内嵌数据库、首个管理员密钥和演示设备凭据的存放目录。",
  HOST: "MQTT 与 HTTP 的监听地址。",
  MQTT_PORT: "MQTT 3.1.1（TCP）。0：任意空闲端口。",
  MQTT_WS_PORT: "MQTT 3.1.1（WebSocket，路径 /mqtt）。0：任意空闲端口。",
  HTTP_PORT: "HTTP API。0：任意空闲端口。",
  ADMIN_API_KEY: "管理员的 API 密钥。不设置：首次启动时生成，打印一次，保存在 DATA_DIR。",
  DEVICE_RATE_LIMIT: "每台设备每秒的消息数，可突发 10 秒的量。0：不限。",
  BATCH_MAX_READINGS: "一次提交的最大批量。",
  BATCH_LINGER_MS: "一批中的第一条消息最多等待多久（毫秒）。",
  SOURCE_MQTT_URL: "另外接入的 MQTT broker（例如集群）。谁可以在哪里发布由它决定。",
  SOURCE_MQTT_TOPICS: "在该 broker 上订阅的主题，以逗号分隔。",
  SOURCE_MQTT_CLIENT_ID: "本进程在该 broker 上的会话名：重启后不变，各进程互不相同。",
  RETENTION_READINGS_DAYS: "原始读数保留天数。0：永久保留。汇总数据不受影响。",
  RETENTION_EVENTS_DAYS: "事件与应答保留天数。0：永久保留。",
  RETENTION_REJECTED_DAYS: "被拒消息为重放而保留的天数。0：永久保留。",
  SEED: "空数据库的初始内容：贵州行政区划（regions）；再加演示设备（demo）；不填充（none）。",
  LOG_LEVEL: "日志（JSON 行）的详细程度。",
};
