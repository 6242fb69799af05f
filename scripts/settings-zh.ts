import type { Config } from "../base/config/index.ts";

/** The meaning of each setting, for README.zh-CN.md. A setting that is missing here is a type error. */
export const SETTINGS_ZH: Record<keyof Config, string> = {
  DATABASE_URL: "PostgreSQL ≥ 15 与 TimescaleDB ≥ 2.19 的连接串。不设置：使用内嵌数据库，仅供试用。",
  DATABASE_OWNER_URL:
    "以表所有者身份连接同一数据库。设置后，DATABASE_URL 的角色只需每次启动时授予的权限，且不能修改审计记录。",
  DATABASE_READ_URL:
    "该数据库的流复制只读副本（hot standby），用于 API 中允许有数秒延迟的查询。所有承担 API 的进程须设置相同。",
  DATABASE_READ_MAX_AGE_SECONDS: "副本落后超过该秒数或不可用时，改由主库回答。",
  DATABASE_POOL_SIZE: "到数据库服务器的连接数（内嵌数据库一次只执行一条语句）。",
  DATABASE_URGENT_POOL_SIZE:
    "另外保留的数据库连接数，只用于登录和广播的审批、发布、取消等操作，不受其他连接繁忙的影响。",
  DATA_DIR: "内嵌数据库、首个管理员密钥和演示设备凭据的存放目录。",
  HOST: "MQTT 与 HTTP 的监听地址。",
  MQTT_PORT: "MQTT 3.1.1（TCP）。0：任意空闲端口；off：不监听。",
  MQTT_WS_PORT:
    "MQTT 3.1.1（WebSocket，路径 /mqtt）。设置了 HTTP_TLS_CERT 后使用 TLS。0：任意空闲端口；off：不监听。",
  MQTT_TLS_PORT: "MQTT 3.1.1（TLS），设置了 MQTT_TLS_CERT 与 MQTT_TLS_KEY 后才监听。0：任意空闲端口。",
  MQTT_TLS_CERT: "证书文件（PEM，中间证书接在后面）。文件变化后自动重新读取。",
  MQTT_TLS_KEY: "该证书的私钥文件（PEM）。",
  MQTT_TLS_CA: "签发设备证书的 CA 文件（PEM）。证书的通用名等于设备编号的设备无需令牌。",
  MQTT_TLS_CRL: "该 CA 的吊销列表文件（PEM）。过期后不再接受任何设备证书。",
  MQTT_MAX_CONNECTIONS: "MQTT 同时连接数上限。0：不限。",
  MQTT_MAX_CONNECTIONS_PER_ADDRESS:
    "同一 IPv4 地址或 IPv6 /64 的 MQTT 同时连接数上限。0：不限。网关、NAT 与代理后的设备共用一个地址。",
  HJ212_PORT: "HJ 212（环境监测站）TCP 端口。0：任意空闲端口；off：不启用。",
  HJ212_FROM:
    "监测站可从哪些地址和网段接入，例如 10.0.0.0/8，以逗号分隔。不设置：不限。HJ 212 没有真正的登录，请设置。",
  HJ212_MAX_CONNECTIONS: "HJ 212 同时连接数上限。0：不限。",
  HJ212_MAX_CONNECTIONS_PER_ADDRESS:
    "同一 IPv4 地址或 IPv6 /64 的 HJ 212 同时连接数上限。0：不限。NAT 或隧道后的站点共用一个地址。",
  JT808_PORT: "JT/T 808（车辆与电动自行车终端）TCP 端口。0：任意空闲端口；off：不启用。",
  JT808_FROM:
    "终端可从哪些地址和网段接入，例如 10.0.0.0/8，以逗号分隔。不设置：不限。JT/T 808 的鉴权码以明文传输。",
  JT808_MAX_CONNECTIONS: "JT/T 808 同时连接数上限。0：不限。",
  JT808_MAX_CONNECTIONS_PER_ADDRESS:
    "同一 IPv4 地址或 IPv6 /64 的 JT/T 808 同时连接数上限。0：不限。同一移动网络的终端可能共用一个地址。",
  HTTP_PORT: "HTTP API。0：任意空闲端口。",
  HTTP_TLS_CERT:
    "证书文件（PEM，中间证书接在后面）：设置后 HTTP_PORT 使用 https，MQTT_WS_PORT 使用 wss。文件变化后自动重新读取。不设置：明文 http。",
  HTTP_TLS_KEY: "该证书的私钥文件（PEM）。",
  HTTP_RATE_LIMIT: "每个人员或应用每分钟的 HTTP 请求数。0：不限。",
  HTTP_RATE_LIMIT_ANONYMOUS: "未登录者每个地址每分钟的 HTTP 请求数。0：不限。",
  HTTP_MAX_STREAMS: "每个人员或应用同时打开的实时事件流数。",
  CORS_ORIGINS: "允许哪些来源的网页调用 API，以逗号分隔。不设置：不允许其他来源。",
  TRUST_PROXY:
    "信任其 X-Forwarded-For、-Proto、-Host 请求头的代理：地址或网段，以逗号分隔。不设置：都不信任。",
  CONSOLE_NAME: "平台名称，显示在控制台的登录页。",
  DEMO_SIGN_IN: "on：打开控制台的人会看到演示人员，在本机打开时还会看到其密码。由 npm run demo 设置。",
  SESSION_MAX_HOURS: "人员登录后多少小时必须重新登录。",
  SESSION_IDLE_MINUTES: "多少分钟没有请求后必须重新登录。",
  PRIVILEGED_GRANT_DELAY_HOURS:
    "经 HTTP 新建、授权或重置的审批员和值班员须等待的小时数，另一名管理员确认后可提前生效。0：立即生效，仅供试用：此时一名管理员即可独自让所有音柱播出。",
  OIDC_ISSUER: "人员可用来登录的 OpenID Connect 身份提供方。不设置：只能用密码登录。",
  OIDC_CLIENT_ID: "本平台在该提供方的客户端 ID。",
  OIDC_CLIENT_SECRET: "该客户端的密钥。不设置：公共客户端，仅用 PKCE。",
  OIDC_REDIRECT_URL: "提供方把人员送回的地址：…/v1/auth/oidc/callback。不设置：用其访问时的地址。",
  OIDC_SCOPES: "请求的 scope，以空格分隔。",
  OIDC_CLAIM_ROLES: "存放角色的 claim；嵌套的用点分隔，例如 realm_access.roles。",
  OIDC_MAPPING:
    '该 claim 的每个值对应什么权限（JSON）：{"<值>": {"role", "tenantId", "regions", "tenants", "kinds"}}。',
  REQUIRE_TOTP_FOR: "哪些角色处理广播的各步骤时，会话必须以第二因素登录，以逗号分隔。不设置：都不要求。",
  STEP_UP:
    "广播的哪些步骤须随请求附上新的动态码，以逗号分隔：submit、approve、return、reject、release、cancel、retry、review。不设置：都不要求。",
  ADMIN_API_KEY: "管理员的 API 密钥，至少 32 个字符。不设置：首次启动时生成，打印一次，保存在 DATA_DIR。",
  DEVICE_RATE_LIMIT: "每台设备每秒的消息数，可突发 10 秒的量。0：不限。",
  DEVICE_ITEM_LIMIT:
    "每台设备每秒的数据项（读数、事件、应答）数，突发量为十秒的额度；网关按其下所有设备合计。0：不限。",
  BATCH_MAX_READINGS: "一次提交的最大批量。",
  BATCH_LINGER_MS: "一批中的第一条消息最多等待多久（毫秒）。",
  SOURCE_MQTT_URL: "另外接入的 MQTT broker（例如集群）。谁可以在哪里发布由它决定。",
  SOURCE_MQTT_TOPICS: "在该 broker 上订阅的主题，以逗号分隔。",
  ROLE: "本进程承担的部分。all：全部；ingest：设备接入；api：HTTP 与控制台；worker：同一时间只由一个进程做的工作。同一数据库上每种都可运行多个。",
  INSTANCE_ID: "同一数据库上有多个进程时本进程的名称：重启后不变，各进程互不相同。",
  SOURCE_MQTT_CLIENT_ID: "本进程在该 broker 上的会话名：重启后不变，各进程互不相同。",
  SOURCE_CHIRPSTACK_URL: "ChirpStack v4 发布 LoRaWAN 设备事件的 MQTT broker。接入方法见 docs/lorawan.md。",
  SOURCE_CHIRPSTACK_TOPICS: "在该 broker 上订阅的主题，以逗号分隔；多个进程分担时前面加 $share/ingest/。",
  SOURCE_CHIRPSTACK_CLIENT_ID: "本进程在该 broker 上的会话名：重启后不变，各进程互不相同。",
  SOURCE_AMQP_URL:
    "设备所连接的 RabbitMQ 集群：各进程从其分区队列中各取一份，amqp://用户:密码@主机:5672。搭建方法见 docs/cluster.md。",
  SOURCE_AMQP_PARTITIONS: "分区数：各进程、每次启动都须相同。",
  SOURCE_AMQP_MANAGEMENT_URL:
    "RabbitMQ 的管理接口，http://用户:密码@主机:15672：用来得知哪些设备在本进程之前已连接，并断开其连接。",
  SOURCE_AMQP_AUTH_FROM:
    "RabbitMQ 各节点的地址和网段：它们可在 /v1/cluster-logins 询问谁可登录、谁可使用哪个主题，以逗号分隔。未设置：任何人都不可。",
  BROADCAST_ISSUER: "本平台的名称：写入所签发的指令，并作为 CAP 消息的发送者。",
  BROADCAST_KEYS_DIR:
    "存放广播签名密钥的目录；同一数据库上的多个进程共用一个，否则其余进程不签发广播。不设置则用 DATA_DIR。",
  BROADCAST_ROOT_KEY: "根密钥文件：由平台当场签署广播密钥集。仅供试用：根密钥不应放在服务器上。",
  BROADCAST_PROPOSALS: "哪些告警会生成广播草稿，以逗号分隔：设备类型:规则=事件代码/级别。none：都不生成。",
  CAP_SIGNING_KEY: "为导出的 CAP 消息签名的私钥文件（PEM，RSA 或 EC）。不设置：不签名。",
  CAP_SIGNING_CERT: "该私钥的证书文件（PEM）。",
  CAP_TRUSTED_CERTS: "目录：每个 CAP 发送方一个同名子目录，存放可为其消息签名的证书（*.pem）。",
  RETENTION_READINGS_DAYS: "原始读数保留天数，也是可补报的天数。0：永久保留。按天的汇总不受影响。",
  RETENTION_EVENTS_DAYS: "事件与应答保留天数。0：永久保留。",
  RETENTION_REJECTED_DAYS: "被拒消息为重放而保留的天数。0：永久保留。",
  RETENTION_ALERTS_DAYS: "未据以发布任何广播的 CAP 警报原文保留天数。0：永久保留。",
  SEED: "空数据库的初始内容：贵州行政区划（regions）；再加演示设备（demo）；不填充（none）。",
  LOG_LEVEL: "日志（JSON 行）的详细程度。",
};
