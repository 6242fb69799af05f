import type { InjectOptions } from "fastify";
import { expect } from "vitest";
import { decide, type Principal } from "../../../access/decide.ts";
import type { Limits } from "../../../access/limits.ts";
import type { Action } from "../../../access/roles.ts";
import type { Pool } from "../../../store/database/database.ts";
import type { createCallers } from "../callers.ts";
import type { Answer, Api } from "../harness.ts";
import type { CreateRow, Known, ListRow, ObjectRow, Row } from "./row.ts";
import type { World } from "./world.ts";

export interface Bench {
  readonly api: Api;
  readonly pool: Pool;
  readonly world: World;
  readonly callers: ReturnType<typeof createCallers>;
}

/** Asks one route as one principal, and compares each answer with what the decision and the limits say. */
export async function checkRow(
  bench: Bench,
  operation: string,
  row: Row,
  principal: Principal,
  turn: number,
): Promise<void> {
  const decision = decide(principal, row.action);
  const ask = (request: InjectOptions) => askAs(bench, principal, request);
  if (!decision.allowed) {
    for (const request of someRequests(row)) {
      const answer = await ask(request);
      expect([answer.status, answer.json?.code], what(operation, request)).toEqual([403, "forbidden"]);
      assertNoLeak(bench, operation, request, answer, []);
    }
    return;
  }
  const { limits } = decision;
  if (row.type === "list") await checkLists(bench, operation, row, limits, principal, ask);
  if (row.type === "object") await checkObject(bench, operation, row, limits, principal, ask, turn);
  if (row.type === "create") await checkCreate(bench, operation, row, limits, principal, ask);
  if (row.type === "plain") expect((await ask(row.request)).status, operation).toBeLessThan(300);
}

type Ask = (request: InjectOptions) => Promise<Answer>;

async function askAs({ api, callers }: Bench, principal: Principal, request: InjectOptions): Promise<Answer> {
  return api.call({ ...request, headers: { ...request.headers, ...callers.as(principal) } });
}

/** One request of each form that the row has, whatever it names. */
export function someRequests(row: Row): InjectOptions[] {
  if (row.type === "list") return [{ method: "GET", url: row.lists[0]!.url }];
  if (row.type === "create") return [row.cases[0]!.request];
  if (row.type === "plain" || row.type === "closed") return [row.request];
  return row.requests(row.objects[0]!.id, row.objects[0]);
}

async function checkLists(
  bench: Bench,
  operation: string,
  row: ListRow,
  limits: Limits,
  principal: Principal,
  ask: Ask,
): Promise<void> {
  for (const { url, field, csv, expected } of row.lists) {
    const request: InjectOptions = { method: "GET", url };
    const answer = await ask(request);
    expect(answer.status, what(operation, request)).toBe(200);
    expect(answer.json.nextCursor, "a page holds the whole small world").toBeNull();
    const found = answer.json.items.map((item: Record<string, unknown>) => String(item[field]));
    expect(found.toSorted(), what(operation, request)).toEqual(expected(limits, principal).toSorted());
    assertNoLeak(bench, operation, request, answer, limits);
    if (!csv) continue;
    const table = await ask({ ...request, headers: { accept: "text/csv" } });
    expect(table.status, what(operation, request)).toBe(200);
    const column = csvColumn(table.text, field);
    expect([...new Set(column)].toSorted(), what(operation, request)).toEqual(
      expected(limits, principal).toSorted(),
    );
    assertNoLeak(bench, operation, request, table, limits);
  }
}

/** The ids of this world need no quotes, and stand before the columns that may. */
function csvColumn(text: string, field: string): string[] {
  const [head = "", ...lines] = text.split("\r\n").filter((line) => line !== "");
  const at = head.split(",").indexOf(field);
  expect(at, `the column ${field} of ${head}`).toBeGreaterThanOrEqual(0);
  return lines.map((line) => line.split(",")[at]!);
}

async function checkObject(
  bench: Bench,
  operation: string,
  row: ObjectRow,
  limits: Limits,
  principal: Principal,
  ask: Ask,
  turn: number,
): Promise<void> {
  const inside = row.objects.filter((object) => object.visible(limits, principal));
  const outside = row.objects.filter((object) => !object.visible(limits, principal));
  const visible = row.hiddenOnly ? undefined : inside[turn % inside.length];
  if (visible) {
    for (const request of row.requests(visible.id, visible)) {
      const answer = await ask(request);
      const status = row.status?.(limits, visible, principal) ?? 200;
      expect([answer.status, answer.status === status ? "" : answer.text], what(operation, request)).toEqual([
        status,
        "",
      ]);
      assertNoLeak(bench, operation, request, answer, limits);
    }
    if (row.restore) await bench.pool.query(row.restore);
  }
  const hidden = outside[turn % outside.length];
  if (hidden) await checkHidden(bench, operation, row, hidden, ask, limits);
}

/** An object out of reach is answered like one that there is not, down to the headers. */
async function checkHidden(
  bench: Bench,
  operation: string,
  row: ObjectRow,
  hidden: Known,
  ask: Ask,
  limits: Limits,
): Promise<void> {
  const requests = row.requests(hidden.id, hidden);
  const strangers = row.requests(row.unknown, undefined);
  for (const [index, request] of requests.entries()) {
    const answer = await ask(request);
    expect([answer.status, answer.json?.code], what(operation, request)).toEqual([404, row.code]);
    assertNoLeak(bench, operation, request, answer, limits, hidden.id);
    const stranger = await ask(strangers[index]!);
    expect(comparable(answer, hidden.id), what(operation, request)).toEqual(
      comparable(stranger, row.unknown),
    );
  }
}

/** An answer without what differs between any two of them, and without the id that was asked for. */
function comparable({ status, headers, json }: Answer, id: string) {
  const { date: _date, "content-length": _length, "x-request-id": _request, ...rest } = headers;
  const body = { ...json, detail: json.detail.replaceAll(id, "…"), requestId: "" };
  return { status, headers: rest, body };
}

async function checkCreate(
  bench: Bench,
  operation: string,
  row: CreateRow,
  limits: Limits,
  principal: Principal,
  ask: Ask,
): Promise<void> {
  for (const { request, status } of row.cases) {
    const answer = await ask(request);
    expect(answer.status, `${what(operation, request)} ${answer.text}`).toBe(status(limits, principal));
    assertNoLeak(bench, operation, request, answer, limits, (request.payload as { id: string }).id);
  }
}

/** No answer names a device out of reach, but for the one that the request itself named. */
function assertNoLeak(
  { world }: Bench,
  operation: string,
  request: InjectOptions,
  { text }: Answer,
  limits: Limits,
  named?: string,
): void {
  const leaked = world.devices.filter(
    (device) =>
      device.id !== named &&
      !device.visible(limits) &&
      text.includes(device.id) &&
      !asked(request, device.id),
  );
  expect(
    leaked.map(({ id }) => id),
    `${what(operation, request)} tells of devices out of reach`,
  ).toEqual([]);
}

const asked = (request: InjectOptions, id: string) =>
  `${request.url} ${JSON.stringify(request.payload ?? "")}`.includes(id);

export const what = (operation: string, { method, url }: InjectOptions) => `${operation}: ${method} ${url}`;

/** Where the principal may see what a stream's topic tells: both allowed. */
export function heard(world: World, principal: Principal, topic: Action): string[] {
  const listening = decide(principal, "stream:read");
  const seeing = decide(principal, topic);
  if (!listening.allowed || !seeing.allowed) return [];
  return world.devices
    .filter((device) => device.visible(listening.limits) && device.visible(seeing.limits))
    .map(({ id }) => id);
}
