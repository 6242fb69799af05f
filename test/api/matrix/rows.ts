import type { InjectOptions } from "fastify";
import { decide, type Principal } from "../../../access/decide.ts";
import { covers, type Limits, seesEverything } from "../../../access/limits.ts";
import { catalog } from "../../../devices/catalog.ts";
import { accessRows } from "./access-rows.ts";
import { broadcastRows } from "./broadcast-rows.ts";
import { get, ids, type ObjectRow, patch, type Row } from "./row.ts";
import { FROM, KINDS, kindVisible, regionVisible, STRANGER, TO, type World } from "./world.ts";

const csv = (url: string): InjectOptions => ({ method: "GET", url, headers: { accept: "text/csv" } });

/** Rows of every route that names an action. A new route gets a line here, or the test fails. */
export function rowsOf(world: World): Record<string, Row> {
  const { devices, gone } = world;
  const range = `from=${FROM}&to=${TO}`;

  const device = (...urls: ((id: string) => InjectOptions)[]): ObjectRow => ({
    type: "object",
    objects: devices,
    unknown: "d520102001-camera-nothing",
    code: "device_not_found",
    requests: (id) => urls.map((url) => url(id)),
  });
  const devicePath = (path: string) => (id: string) => get(`/v1/devices/${id}${path}`);
  const deviceCsv = (path: string) => (id: string) => csv(`/v1/devices/${id}${path}`);

  /** Who speaks for a speaker, installers do not decide. */
  const mayEntrust = (principal: Principal, id: string): boolean => {
    const place = devices.find((each) => each.id === id)!;
    const decision = decide(principal, "devices:entrust");
    return place.kind !== "speaker" || (decision.allowed && covers(decision.limits, place));
  };

  /** Something of a device that has a number of its own. */
  const numbered = (
    key: "alarmId" | "rejectionId",
    code: string,
    request: (id: string) => InjectOptions,
  ): ObjectRow => ({
    type: "object",
    objects: devices.map((owner) => ({ id: owner[key], visible: owner.visible })),
    unknown: "999999",
    code,
    requests: (id) => [request(id)],
  });

  return {
    listDevices: {
      action: "devices:read",
      type: "list",
      lists: [
        { url: "/v1/devices?limit=1000", field: "id", csv: true, expected: ids(devices) },
        {
          url: "/v1/devices?region=5201&kind=camera&limit=1000",
          field: "id",
          expected: ids(
            devices.filter((each) => each.regionCode.startsWith("5201") && each.kind === "camera"),
          ),
        },
      ],
    },
    countDevices: {
      action: "devices:read",
      type: "list",
      lists: (["kind", "region"] as const).map((by) => ({
        url: `/v1/device-counts?by=${by}`,
        field: "value",
        expected: (limits: Limits) => [
          ...new Set(
            devices
              .filter((each) => each.visible(limits))
              .map(({ kind, regionCode }) => (by === "kind" ? kind : regionCode.slice(0, 2))),
          ),
        ],
      })),
    },
    listDevicePoints: {
      action: "devices:read",
      type: "list",
      lists: [
        { url: "/v1/device-points", field: "id", expected: ids(devices) },
        {
          url: "/v1/device-points?bbox=106,26,107,27&kind=camera",
          field: "id",
          expected: ids(devices.filter(({ kind }) => kind === "camera")),
        },
      ],
    },
    getSummary: {
      action: "devices:read",
      type: "object",
      objects: ["52", "5201", "520103", "520102002"].map((id) => ({
        id,
        visible: (limits: Limits) => regionVisible(limits, id),
      })),
      unknown: "99",
      code: "region_not_found",
      requests: (id) => [get(`/v1/summary?region=${id}`)],
    },
    getDevice: { action: "devices:read", ...device(devicePath("")) },
    createDevice: {
      action: "devices:write",
      type: "create",
      cases: [0, 5, 14, 23, 35].map((at) => {
        const { id, kind, regionCode, tenantId } = devices[at]!;
        return {
          request: { method: "POST", url: "/v1/devices", payload: { id, kind, regionCode, tenantId } },
          status: (limits) => (covers(limits, devices[at]!) ? 409 : 403),
        };
      }),
    },
    updateDevice: { action: "devices:write", ...device(patch("devices")) },
    deleteDevice: {
      action: "devices:write",
      ...device((id) => ({ method: "DELETE", url: `/v1/devices/${id}` })),
      status: (_limits, { id }, principal) => (mayEntrust(principal, id) ? 204 : 403),
      restore: `
        update alarms a set cleared_at = null from devices d where d.device_no = a.device_no and d.deleted_at is not null
          and d.id <> 'out-of-service';
        update devices set deleted_at = null where deleted_at is not null and id <> 'out-of-service'`,
    },
    rotateCredentials: {
      action: "devices:write",
      ...device((id) => ({ method: "POST", url: `/v1/devices/${id}/credentials` })),
      status: (_limits, { id }, principal) => (mayEntrust(principal, id) ? 200 : 403),
    },
    sendCommand: {
      action: "commands:send",
      ...device((id) => ({
        method: "POST",
        url: `/v1/devices/${id}/commands`,
        payload: { name: "restart" },
      })),
      // Nobody is connected here, and speakers take none.
      status: (_limits, { id }) => (id.includes("-speaker-") ? 400 : 409),
    },
    listReplies: { action: "events:read", ...device(devicePath("/replies")) },
    getLatestReading: { action: "readings:read", ...device(devicePath("/latest")) },
    listLatest: {
      action: "readings:read",
      type: "list",
      lists: KINDS.map((kind) => ({
        url: `/v1/latest?kind=${kind}&limit=1000`,
        field: "deviceId",
        csv: true,
        expected: ids(devices.filter((each) => each.kind === kind)),
      })),
    },
    listReadings: { action: "readings:read", ...device(devicePath("/readings"), deviceCsv("/readings")) },
    makeRepair: {
      action: "readings:repair",
      ...device((id) => ({
        method: "POST",
        url: `/v1/devices/${id}/repairs`,
        // There is nothing then, so that nothing changes.
        payload: {
          action: "void",
          from: "2001-01-01T00:00:00Z",
          to: "2001-01-02T00:00:00Z",
          reason: "a test",
        },
      })),
      status: () => 409,
    },
    recordExchange: {
      action: "readings:repair",
      ...device((id) => ({
        method: "POST",
        url: `/v1/devices/${id}/exchanges`,
        // There is no such counter, so that nothing changes.
        payload: { at: "2026-01-01T00:00:00Z", oldRegister: 2, newRegister: 1, metric: "no_such" },
      })),
      status: () => 400,
    },
    listExchanges: { action: "readings:read", ...device(devicePath("/exchanges")) },
    removeExchange: {
      action: "readings:repair",
      ...device((id) => ({ method: "DELETE", url: `/v1/devices/${id}/exchanges/999999` })),
      status: () => 404,
    },
    listRepairs: { action: "readings:read", ...device(devicePath("/repairs")) },
    listRepairedReadings: {
      action: "readings:read",
      ...device(devicePath("/repairs/1/readings"), deviceCsv("/repairs/1/readings")),
    },
    undoRepair: {
      action: "readings:repair",
      ...device((id) => ({
        method: "POST",
        url: `/v1/devices/${id}/repairs/999999/undo`,
        payload: { reason: "a test" },
      })),
      status: () => 404,
    },
    getDeviceSeries: {
      action: "readings:read",
      ...device(devicePath(`/series?${range}`), deviceCsv(`/series?${range}`)),
    },
    getFleetSeries: {
      action: "readings:read",
      type: "list",
      lists: [
        ...KINDS.map((kind) => ({
          url: `/v1/series?kind=${kind}&groupBy=device&limit=100&${range}`,
          field: "deviceId",
          csv: true,
          expected: ids([...devices, gone].filter((each) => each.kind === kind)),
        })),
        {
          url: `/v1/series?kind=camera&groupBy=region&level=county&${range}`,
          field: "regionCode",
          csv: true,
          expected: (limits) => [
            ...new Set(
              devices
                .filter((each) => each.kind === "camera" && each.visible(limits))
                .map(({ regionCode }) => regionCode.slice(0, 6)),
            ),
          ],
        },
      ],
    },
    listLedgers: {
      action: "ledger:read",
      type: "list",
      lists: [
        { url: "/v1/ledger?limit=1000", field: "deviceId", csv: true, expected: ids(devices) },
        {
          url: "/v1/ledger?groupBy=kind",
          field: "kind",
          csv: true,
          expected: (limits) => [
            ...new Set(devices.filter((each) => each.visible(limits)).map(({ kind }) => kind)),
          ],
        },
      ],
    },
    getLedger: { action: "ledger:read", ...device(devicePath("/ledger")) },
    listEvents: {
      action: "events:read",
      type: "list",
      lists: [{ url: "/v1/events?limit=1000", field: "deviceId", csv: true, expected: ids(devices) }],
    },
    listAlarms: {
      action: "alarms:read",
      type: "list",
      lists: [{ url: "/v1/alarms?limit=1000", field: "deviceId", expected: ids(devices) }],
    },
    acknowledgeAlarm: {
      action: "alarms:acknowledge",
      ...numbered("alarmId", "alarm_not_found", (id) => ({
        method: "POST",
        url: `/v1/alarms/${id}/acknowledge`,
      })),
    },
    listRejections: {
      action: "rejections:read",
      type: "list",
      lists: [
        {
          url: "/v1/rejections?limit=1000",
          field: "deviceId",
          expected: (limits, principal) => [
            ...ids(devices)(limits, principal),
            ...(seesEverything(limits) ? ["null"] : []),
          ],
        },
      ],
    },
    listUnknownDevices: {
      action: "rejections:read",
      type: "list",
      lists: [
        {
          url: "/v1/unknown-devices",
          field: "value",
          expected: (limits) => (seesEverything(limits) ? ["STRANGER"] : []),
        },
      ],
    },
    forgetUnknownDevice: {
      action: "devices:write",
      type: "object",
      objects: [{ id: "STRANGER", visible: seesEverything }],
      unknown: "STRANGER-2",
      code: "not_found",
      requests: (id) => [{ method: "DELETE", url: `/v1/unknown-devices/mn/${id}` }],
      status: () => 204,
      restore: STRANGER,
    },
    forgetUnknownDevices: {
      action: "devices:write",
      type: "plain",
      request: { method: "DELETE", url: "/v1/unknown-devices?address=203.0.113.9" },
    },
    countRejections: {
      action: "rejections:read",
      type: "list",
      lists: [
        {
          url: "/v1/rejection-counts?by=kind",
          field: "value",
          expected: (limits) => [
            ...new Set(devices.filter((each) => each.visible(limits)).map(({ kind }) => kind)),
            ...(seesEverything(limits) ? ["null"] : []),
          ],
        },
      ],
    },
    getRejection: {
      action: "rejections:read",
      ...numbered("rejectionId", "rejection_not_found", (id) => get(`/v1/rejections/${id}`)),
    },
    replayRejection: {
      action: "rejections:replay",
      ...numbered("rejectionId", "rejection_not_found", (id) => ({
        method: "POST",
        url: `/v1/rejections/${id}/replay`,
      })),
    },
    listRegions: {
      action: "regions:read",
      type: "list",
      lists: [
        ["parent=52", ["5201", "5202"]],
        ["parent=5201", ["520102", "520103"]],
        ["parent=520102", ["520102001", "520102002"]],
        ["under=52&level=county", ["520102", "520103", "520201"]],
        ["under=520102", ["520102001", "520102001001", "520102002"]],
        ["q=%E5%8C%BA", ["520102", "520103", "520201"]],
        ["q=52010", ["520102", "520102001", "520102001001", "520102002", "520103"]],
      ].map(([query, children]) => ({
        url: `/v1/regions?${query}`,
        field: "code",
        expected: (limits: Limits) => (children as string[]).filter((code) => regionVisible(limits, code)),
      })),
    },
    getRegion: {
      action: "regions:read",
      type: "object",
      objects: ["52", "5201", "520103", "520102002"].map((id) => ({
        id,
        visible: (limits: Limits) => regionVisible(limits, id),
      })),
      unknown: "99",
      code: "region_not_found",
      requests: (id) => [get(`/v1/regions/${id}`)],
    },
    listKinds: {
      action: "kinds:read",
      type: "list",
      lists: [
        {
          url: "/v1/kinds",
          field: "kind",
          expected: (limits) => catalog.map(({ kind }) => kind).filter((kind) => kindVisible(limits, kind)),
        },
      ],
    },
    getKind: {
      action: "kinds:read",
      type: "object",
      objects: KINDS.map((id) => ({ id, visible: (limits: Limits) => kindVisible(limits, id) })),
      unknown: "dragon",
      code: "not_found",
      requests: (id) => [get(`/v1/kinds/${id}`)],
    },
    ...accessRows(world),
    ...broadcastRows(world.broadcasts),
    listAudit: { action: "audit:read", type: "plain", request: get("/v1/audit?limit=1") },
  };
}

/** Routes for whoever is known, whatever they may do: what they show is the caller's own. */
export const SIGNED_IN = new Set([
  "getMe",
  "changeMyPassword",
  "startMyTotp",
  "removeMyTotp",
  "confirmMyTotp",
  "listSessions",
  "getCurrentSession",
  "signOut",
  "endSession",
]);

/** Routes for anybody: to sign in, and for whatever watches the process. */
export const ANYBODY = new Set([
  "answerCluster",
  "getConsole",
  "signIn",
  "redeemDisplayCode",
  "startProviderSignIn",
  "finishProviderSignIn",
  "livez",
  "readyz",
  "metrics",
  "getBroadcastKeys",
]);

/** Has a test of its own beside the rows: its answer does not end. */
export const STREAM = "stream";
