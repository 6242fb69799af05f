import { describe, expect, it } from "vitest";
import { configSchema, loadConfig, strangeSettings } from "../../../base/config/index.ts";
import { sentenceOn } from "../../../base/config/setting-names.ts";

const SETTINGS = Object.keys(configSchema.shape);
const told = (name: string, value = "1") => strangeSettings({ [name]: value });

/** What machines, shells, npm, systemd, Docker, Kubernetes and pipelines give every program. */
const COMMON =
  `PATH HOME HOSTNAME HOSTTYPE MACHTYPE OSTYPE SHELL SHLVL USER LOGNAME LANG LANGUAGE LC_ALL LC_CTYPE TERM PWD
  OLDPWD TMPDIR TEMP TZ EDITOR VISUAL PAGER MAIL DISPLAY COLUMNS LINES PS1 HISTFILE HISTSIZE LS_COLORS LESSOPEN LESSCLOSE
  COLORTERM TERM_PROGRAM WINDOWID SSH_CLIENT SSH_CONNECTION SSH_TTY SSH_AUTH_SOCK SUDO_USER SUDO_COMMAND DEBIAN_FRONTEND
  XDG_SESSION_ID XDG_SESSION_TYPE XDG_RUNTIME_DIR XDG_DATA_DIRS XDG_DATA_HOME XDG_CONFIG_DIRS DBUS_SESSION_BUS_ADDRESS
  SESSION_MANAGER DESKTOP_SESSION GPG_AGENT_INFO WSL_DISTRO_NAME VSCODE_PID _ __CF_USER_TEXT_ENCODING container
  http_proxy https_proxy no_proxy all_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY FTP_PROXY SSL_CERT_FILE SSL_CERT_DIR
  NODE_ENV NODE_OPTIONS NODE_PATH NODE_VERSION NODE_EXTRA_CA_CERTS NODE_CHANNEL_FD YARN_VERSION INIT_CWD COLOR FORCE_COLOR
  NO_COLOR npm_command npm_config_cache npm_config_user_agent npm_config_globalconfig npm_config_node_gyp npm_execpath
  npm_lifecycle_event npm_lifecycle_script npm_node_execpath npm_package_json npm_package_name npm_package_version
  NVM_DIR NVM_BIN PNPM_HOME VOLTA_HOME BUN_INSTALL JAVA_HOME GOPATH GOROOT CARGO_HOME PYTHONPATH VIRTUAL_ENV PYTHON_VERSION
  INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET LISTEN_FDS LISTEN_PID WATCHDOG_USEC MAINPID CREDENTIALS_DIRECTORY
  STATE_DIRECTORY RUNTIME_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY SYSTEMD_EXEC_PID MEMORY_PRESSURE_WATCH
  DOCKER_HOST DOCKER_CONFIG COMPOSE_PROJECT_NAME COMPOSE_FILE KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
  KUBERNETES_PORT_443_TCP_ADDR MQTT_SERVICE_HOST MQTT_SERVICE_PORT MQTT_SERVICE_PORT_TLS MQTT_PORT_1883_TCP_ADDR
  DATABASE_SERVICE_HOST DATABASE_PORT_5432_TCP_PROTO POD_NAME POD_NAMESPACE NODE_NAME
  PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGDATA POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB PLATFORM_PASSWORD
  PLAIN_ADDRESS TIMESCALEDB_TELEMETRY PG_BIN RUNS CI GITHUB_TOKEN GITHUB_ACTIONS GITLAB_CI JENKINS_URL BUILD_ID JOB_NAME
  RUNNER_TEMP VITEST VITEST_POOL_ID VITEST_WORKER_ID DEBUG PORT URL API_KEY CLIENT_ID CLIENT_SECRET LOG_FORMAT LOG_FILE
  AWS_REGION AWS_ACCESS_KEY_ID OTEL_SERVICE_NAME UV_THREADPOOL_SIZE MALLOC_ARENA_MAX LD_LIBRARY_PATH LD_PRELOAD`
    .split(/\s+/)
    .map((name) => [name]);

describe("names of the environment", () => {
  it.each(COMMON)("%s is nobody's setting", (name) => {
    expect(told(name)).toEqual([]);
  });

  it("of this very process hold no misspelt one", () => {
    expect(strangeSettings().filter(({ isMisspelt }) => isMisspelt)).toEqual([]);
  });

  it("that are settings, unset or empty are told of nobody", () => {
    expect(strangeSettings(Object.fromEntries(SETTINGS.map((name) => [name, "1"])))).toEqual([]);
    expect(strangeSettings({ HTTP_RATE_LIMT: "", MQTT_PROT: undefined })).toEqual([]);
    // What Docker's links write of a container whose name is "database".
    expect(told("DATABASE_PORT", "tcp://172.17.0.5:5432")).toEqual([]);
  });

  it.each([
    ["HTTP_RATE_LIMT", "HTTP_RATE_LIMIT"],
    ["MQTT_PROT", "MQTT_PORT"],
    ["MQTT_TLS_CRT", "MQTT_TLS_CERT or MQTT_TLS_CRL"],
    ["DATABSE_URL", "DATABASE_URL"],
    ["HTTP_RATELIMIT", "HTTP_RATE_LIMIT"],
    ["retention_reading_days", "RETENTION_READINGS_DAYS"],
    ["RETENTION-EVENTS-DAYS", "RETENTION_EVENTS_DAYS"],
    ["RETENTON_EVENT_DAYS", "RETENTION_EVENTS_DAYS"],
    ["BROADCAST_ROOTKEY", "BROADCAST_ROOT_KEY"],
  ])("%s is an error of the configuration, beside all others", (name, meant) => {
    expect(() => loadConfig({ [name]: "3", HTTP_PORT: "many", SEED: "nothing" })).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        faults: expect.arrayContaining([
          { path: name, message: `is no setting: expected ${meant}` },
          expect.objectContaining({ path: "HTTP_PORT" }),
          expect.objectContaining({ path: "SEED" }),
        ]),
      }),
    );
  });

  it("are errors for every letter that a hand leaves out, doubles or swaps in a setting", () => {
    const missed = SETTINGS.filter((name) => name.length >= 8).flatMap((name) =>
      [...name.slice(1)].flatMap((letter, at) => {
        const forms = [
          name.slice(0, at) + name.slice(at + 1),
          name.slice(0, at + 1) + name.slice(at),
          name.slice(0, at) + letter + name[at] + name.slice(at + 2),
        ];
        return forms.filter(
          (form) =>
            !SETTINGS.includes(form) &&
            !["DATADIR", "LOGLEVEL", "MQTT_WSS_PORT"].includes(form) &&
            !told(form)[0]?.isMisspelt,
        );
      }),
    );
    expect(missed).toEqual([]);
  });

  it.each([
    ["MQTT_HOST", "MQTT_HOST is no setting, though it begins like some"],
    ["DATABASE_PASSWORD", "DATABASE_PASSWORD is no setting, though it begins like some"],
    ["RETENTION_DAYS", /^RETENTION_DAYS is no setting: RETENTION_READINGS_DAYS or RETENTION_EVENTS_DAYS or /],
    ["RATE_LIMIT", "RATE_LIMIT is no setting: HTTP_RATE_LIMIT or DEVICE_RATE_LIMIT may be meant"],
    ["PRIVILEGED_DELAY_HOURS", /PRIVILEGED_GRANT_DELAY_HOURS may be meant$/],
    ["HTTPS_PORT", "HTTPS_PORT is no setting: HTTP_PORT may be meant"],
    ["LOGLEVEL", "LOGLEVEL is no setting: LOG_LEVEL may be meant"],
    // Beside ours in a file that several programs are given.
    ["MQTTS_PORT", "MQTTS_PORT is no setting: MQTT_PORT or MQTT_WS_PORT may be meant"],
    ["MQTT_WSS_PORT", "MQTT_WSS_PORT is no setting: MQTT_WS_PORT may be meant"],
    ["HTTPD_PORT", "HTTPD_PORT is no setting: HTTP_PORT may be meant"],
    ["HTTP2_PORT", "HTTP2_PORT is no setting: HTTP_PORT may be meant"],
    ["MQTT_5_PORT", "MQTT_5_PORT is no setting: MQTT_PORT may be meant"],
    ["DATABASE_URL_2", "DATABASE_URL_2 is no setting: DATABASE_URL may be meant"],
    ["DATABASE_URL2", "DATABASE_URL2 is no setting: DATABASE_URL may be meant"],
    ["INSTANCE_IP", "INSTANCE_IP is no setting: INSTANCE_ID may be meant"],
    ["log_level", "log_level is no setting: LOG_LEVEL may be meant"],
    ["http_port", "http_port is no setting: HTTP_PORT may be meant"],
    ["Data_Dir", "Data_Dir is no setting: DATA_DIR may be meant"],
    [
      "retention_readings_days",
      "retention_readings_days is no setting: RETENTION_READINGS_DAYS may be meant",
    ],
    ["SEEED", "SEEED is no setting: SEED may be meant"],
  ])("%s is told of and no error", (name, sentence) => {
    expect(told(name).map(sentenceOn)).toEqual([
      sentence instanceof RegExp ? expect.stringMatching(sentence) : sentence,
    ]);
    expect(() => loadConfig({ [name]: "1" })).not.toThrow();
  });
});
