import type { InjectOptions } from "fastify";
import { decide, type Principal } from "../../../access/decide.ts";
import { seesBroadcast } from "../../../broadcast/lifecycle/visibility.ts";
import { messageSchema } from "../../../broadcast/message/message.ts";
import { storeDocument } from "../../../store/broadcast/cap-alerts.ts";
import { insertTemplate } from "../../../store/broadcast/templates.ts";
import { insertBroadcast } from "../../../store/broadcast/write-broadcasts.ts";
import { type Pool, withTransaction } from "../../../store/database/database.ts";
import type { Known, ObjectRow, Row } from "./row.ts";

/** Broadcasts of three authors over different regions, played by the speakers there. */
const BROADCASTS: [id: string, tenantId: string | null, regions: string[]][] = [
  ["b-province", null, ["52"]],
  ["b-city", "police", ["5201"]],
  ["b-county", "police", ["520102"]],
  ["b-counties", "home", ["520103", "520201"]],
  ["b-village", "gas", ["520102001"]],
];

/** Templates of their own; whoever writes or reads templates does so for their own tenant alone. */
const TEMPLATES: [id: string, tenantId: string | null][] = [
  ["t-platform", null],
  ["t-police", "police"],
  ["t-gas", "gas"],
];

/** Somebody sees a broadcast as far as they may read broadcasts, whatever they want to do with it. */
const visibleTo = (principal: Principal, tenantId: string | null, regions: readonly string[]): boolean => {
  const reading = decide(principal, "broadcasts:read");
  return seesBroadcast(reading.allowed ? reading.limits : [], principal.tenantId, { tenantId, regions });
};

export async function addBroadcasts(pool: Pool): Promise<Known[]> {
  const document = await withTransaction(pool, (tx) => storeDocument(tx, Buffer.from("<alert/>")));
  for (const [id, tenantId, regions] of BROADCASTS) {
    const message = messageSchema.parse({
      mode: "actual",
      level: 2,
      eventCode: "11D01",
      texts: [{ language: "zh-CN", headline: "山体滑坡", description: "请立即撤离。" }],
      target: { regions },
    });
    const { mode, level, eventCode } = message;
    const { broadcastNo } = await withTransaction(pool, (tx) =>
      insertBroadcast(tx, {
        ...{ id, tenantId, regions, message, mode, level, eventCode, class: message.class },
        ...{ headline: "山体滑坡", startsAt: null, expiresAt: null, createdBy: "x", capSender: "test" },
      }),
    );
    await pool.query("update broadcasts set source = $2 where broadcast_no = $1", [
      broadcastNo,
      {
        sender: "s",
        identifier: id,
        sent: "-",
        msgType: "Alert",
        signature: "absent",
        warnings: [],
        document,
      },
    ]);
    await pool.query(
      `insert into broadcast_targets (broadcast_no, device_no, region_code, state)
       select $1, device_no, region_code, 'sounded' from devices
       where kind = 'speaker' and deleted_at is null
         and exists (select from unnest($2::text[]) as r (code) where region_code like r.code || '%')`,
      [broadcastNo, regions],
    );
    await pool.query(
      "update broadcasts set state = 'completed', released_at = now(), ended_at = now() where broadcast_no = $1",
      [broadcastNo],
    );
  }
  for (const [id, tenantId] of TEMPLATES) {
    const texts = [{ language: "zh-CN", headline: "山体滑坡", description: "请立即撤离。" }];
    const template = { id, tenantId, eventCode: "11D01", level: null, texts, changedBy: "x" };
    await withTransaction(pool, (tx) => insertTemplate(tx, template));
  }
  return BROADCASTS.map(([id, tenantId, regions]) => ({
    id,
    visible: (_limits, principal) => visibleTo(principal, tenantId, regions),
  }));
}

const draft = { mode: "drill", level: 4, eventCode: "11D01", target: { regions: ["520102"] } };

export function broadcastRows(broadcasts: readonly Known[]): Record<string, Row> {
  const object = (requests: (id: string) => InjectOptions[], more: Partial<ObjectRow> = {}): ObjectRow => ({
    type: "object",
    objects: broadcasts,
    unknown: "b-nobody",
    code: "broadcast_not_found",
    requests,
    ...more,
  });
  const read = (path: string, ...forms: (string | undefined)[]): Row => ({
    action: "broadcasts:read",
    ...object((id) =>
      [undefined, ...forms].map((accept) => ({
        method: "GET",
        url: `/v1/broadcasts/${id}${path}`,
        ...(accept ? { headers: { accept } } : {}),
      })),
    ),
  });
  /** What becomes of one that is seen, the lifecycle says; here, who learns of it at all. */
  const step = (name: string, action: Row["action"], payload?: object): Row => ({
    action,
    ...object(
      (id) => [{ method: "POST", url: `/v1/broadcasts/${id}/${name}`, ...(payload ? { payload } : {}) }],
      {
        hiddenOnly: true,
      },
    ),
  });
  const reason = { reason: "because" };
  const template = (
    action: Row["action"],
    requests: (id: string) => InjectOptions[],
    more: Partial<ObjectRow> = {},
  ): Row => ({
    action,
    type: "object",
    objects: TEMPLATES.map(([id, tenantId]) => ({
      id,
      visible: (_limits, principal) => principal.tenantId === tenantId,
    })),
    unknown: "t-nothing",
    code: "template_not_found",
    requests,
    ...more,
  });
  const templateUrl = (id: string) => `/v1/broadcasts/templates/${id}`;
  const texts = [{ language: "en", headline: "x", description: "x" }];
  const revision = { revision: 1 };
  return {
    listBroadcasts: {
      action: "broadcasts:read",
      type: "list",
      lists: [
        {
          url: "/v1/broadcasts?limit=100",
          field: "id",
          expected: (limits, principal) =>
            broadcasts.filter((each) => each.visible(limits, principal)).map(({ id }) => id),
        },
      ],
    },
    getBroadcast: read("", "application/cap+xml"),
    getBroadcastHistory: read("/history"),
    getBroadcastAlert: read("/alert"),
    listBroadcastRevisions: read("/revisions"),
    // What becomes of one that is seen, other tests say: here, who learns of it at all.
    getBroadcastRevision: {
      action: "broadcasts:read",
      ...object((id) => [{ method: "GET", url: `/v1/broadcasts/${id}/revisions/1` }], { hiddenOnly: true }),
    },
    listBroadcastApprovers: {
      action: "broadcasts:read",
      ...object((id) => [{ method: "GET", url: `/v1/broadcasts/${id}/approvers` }], { hiddenOnly: true }),
    },
    listBroadcastTargets: read("/targets", "text/csv"),
    getBroadcastCoverage: read("/coverage"),
    previewStoredBroadcast: read("/preview"),
    getBroadcastReport: read("/report", "text/csv"),
    getBroadcastFeed: {
      action: "broadcasts:read",
      type: "plain",
      request: { method: "GET", url: "/v1/broadcasts/feed.atom" },
    },
    listBroadcastTemplates: {
      action: "broadcasts:draft",
      type: "plain",
      request: { method: "GET", url: "/v1/broadcasts/templates" },
    },
    createBroadcast: {
      action: "broadcasts:draft",
      type: "closed",
      request: { method: "POST", url: "/v1/broadcasts", payload: draft },
    },
    previewBroadcast: {
      action: "broadcasts:draft",
      type: "closed",
      request: { method: "POST", url: "/v1/broadcasts/preview", payload: { target: draft.target } },
    },
    updateBroadcast: {
      action: "broadcasts:draft",
      ...object(
        (id) => [{ method: "PATCH", url: `/v1/broadcasts/${id}`, payload: { revision: 1, repeatCount: 2 } }],
        { hiddenOnly: true },
      ),
    },
    cutBroadcast: step("cut", "broadcasts:draft"),
    followUpBroadcast: step("follow-up", "broadcasts:draft", { type: "all_clear" }),
    addBroadcastNote: step("notes", "broadcasts:note", { text: "seen" }),
    listBroadcastNotes: read("/notes"),
    createBroadcastTemplate: {
      action: "broadcasts:templates",
      type: "closed",
      request: { method: "POST", url: "/v1/broadcasts/templates", payload: { eventCode: "11D01", texts } },
    },
    getBroadcastTemplate: template("broadcasts:draft", (id) => [{ method: "GET", url: templateUrl(id) }]),
    listBroadcastTemplateVersions: template("broadcasts:draft", (id) => [
      { method: "GET", url: `${templateUrl(id)}/versions` },
    ]),
    updateBroadcastTemplate: template(
      "broadcasts:templates",
      (id) => [{ method: "PATCH", url: templateUrl(id), payload: { version: 99, texts } }],
      { status: () => 409 },
    ),
    deleteBroadcastTemplate: template(
      "broadcasts:templates",
      (id) => [{ method: "DELETE", url: templateUrl(id) }],
      { status: () => 204, restore: "update broadcast_templates set deleted_at = null" },
    ),
    submitBroadcast: step("submit", "broadcasts:submit", revision),
    approveBroadcast: step("approve", "broadcasts:approve", revision),
    returnBroadcast: step("return", "broadcasts:approve", { ...reason, ...revision }),
    rejectBroadcast: step("reject", "broadcasts:approve", { ...reason, ...revision }),
    releaseBroadcast: step("release", "broadcasts:release", revision),
    cancelBroadcast: step("cancel", "broadcasts:cancel", reason),
    retryBroadcast: step("retry", "broadcasts:retry"),
    reviewBroadcast: step("review", "broadcasts:review", reason),
  };
}
