import type { Grant, Use } from "../access/decide.ts";
import { type Area, WHOLE_AREA } from "../access/limits.ts";
import { READ_ACTIONS, type Role, type Scope } from "../access/roles.ts";
import { DEMO_COUNTY } from "./demo-plan.ts";

/** The organizations of the demo: an authority, a company and the residents of one county. */

interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly use: Use;
}

export interface DemoPrincipal {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
  /** Its area, in a few words. */
  readonly sees: string;
  readonly grants: readonly Grant[];
  /** Of an application: the id of its owner. */
  readonly ownerId?: string;
}

/** Owns the gas meters of the fleet. */
export const DEMO_METER_OWNER = "demo-gas";

const EMERGENCY = "demo-emergency";
const RESIDENTS = "demo-residents";

export const DEMO_TENANTS: readonly DemoTenant[] = [
  { id: EMERGENCY, name: "务川县应急管理局（演示）", use: "government" },
  { id: DEMO_METER_OWNER, name: "务川燃气公司（演示）", use: "commercial" },
  { id: RESIDENTS, name: "务川居民服务（演示）", use: "civil" },
];

/** The one household whose meter the residents' application shows. */
export const DEMO_HOUSEHOLD_METER = `gm-${DEMO_COUNTY}-000001`;

const COUNTY: Area = { ...WHOLE_AREA, regions: [DEMO_COUNTY] };
const OWN_METERS: Area = { ...COUNTY, kinds: ["gas-meter"], tenants: [DEMO_METER_OWNER] };
const HOUSEHOLD: Area = { ...WHOLE_AREA, devices: [DEMO_HOUSEHOLD_METER] };

const person = (id: string, name: string, role: Role): DemoPrincipal => ({
  id,
  name,
  tenantId: EMERGENCY,
  sees: "the county",
  grants: [{ role, area: COUNTY }],
});

export const DEMO_PEOPLE: readonly DemoPrincipal[] = [
  person("zhang.min", "张敏", "dispatcher"),
  person("li.qiang", "李强", "duty-officer"),
  person("wang.fang", "王芳", "approver"),
  person("chen.jie", "陈杰", "operator"),
  person("yang.lan", "杨兰", "auditor"),
  {
    id: "tian.hua",
    name: "田华",
    tenantId: DEMO_METER_OWNER,
    sees: "the company's meters",
    grants: [{ role: "viewer", area: OWN_METERS }],
  },
];

const READ_METERS: readonly Scope[] = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "readings:read",
  "events:read",
];

export const DEMO_APPLICATIONS: readonly DemoPrincipal[] = [
  {
    id: "county-dashboard",
    name: "县级态势大屏",
    tenantId: EMERGENCY,
    sees: "everything in the county",
    grants: [{ scopes: READ_ACTIONS, area: COUNTY }],
    ownerId: "chen.jie",
  },
  {
    id: "gas-billing",
    name: "燃气抄表计费",
    tenantId: DEMO_METER_OWNER,
    sees: "the company's gas meters",
    grants: [{ scopes: READ_METERS, area: OWN_METERS }],
    ownerId: "tian.hua",
  },
  {
    id: "resident-app",
    name: "居民用气",
    tenantId: RESIDENTS,
    sees: "the meter of one household",
    grants: [{ scopes: ["devices:read", "readings:read", "alarms:read"], area: HOUSEHOLD }],
    ownerId: "tian.hua",
  },
];
