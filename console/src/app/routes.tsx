import {
  Bell,
  ChartColumn,
  LayoutDashboard,
  Megaphone,
  RadioTower,
  ScrollText,
  ShieldCheck,
  Users,
} from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy, type ReactNode } from "react";
import { type ActionName, type MeJson, mayDo } from "../api/session.ts";

/** One page: its address below /console, and the action that the caller needs to be shown it at all. */
export interface Route {
  readonly path: string;
  readonly needs?: ActionName;
  readonly page: LazyExoticComponent<ComponentType>;
}

type Load = () => Promise<{ default: ComponentType }>;
const pageOf = (load: Load): Pick<Route, "page"> => ({ page: lazy(load) });

/** An entry of the rail. */
export interface RailEntry {
  readonly href: string;
  readonly name: "overview" | "broadcasts" | "alarms" | "devices" | "usage" | "quality" | "admin" | "audit";
  readonly icon: ReactNode;
  readonly needs?: ActionName;
  /** Pressed after `g`. */
  readonly key?: string;
}

/** The first that matches is shown. Services, rules and sources get theirs here when the platform has them. */
export const ROUTES: readonly Route[] = [
  { path: "/", ...pageOf(() => import("../pages/overview/overview.tsx")) },
  { path: "/tour", ...pageOf(() => import("../pages/tour/tour.tsx")) },
  { path: "/admin/:tab?/:id?", needs: "access:read", ...pageOf(() => import("../pages/admin/admin.tsx")) },
  { path: "/audit", needs: "audit:read", ...pageOf(() => import("../pages/audit/audit.tsx")) },
  { path: "/alarms", needs: "alarms:read", ...pageOf(() => import("../pages/alarms/alarms.tsx")) },
  { path: "/devices/:id", needs: "devices:read", ...pageOf(() => import("../pages/device/device.tsx")) },
  { path: "/usage", needs: "readings:read", ...pageOf(() => import("../pages/usage/usage.tsx")) },
  { path: "/devices", needs: "devices:read", ...pageOf(() => import("../pages/devices/devices.tsx")) },
  {
    path: "/broadcasts/new",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/new-broadcast/doors.tsx")),
  },
  {
    path: "/broadcasts/new/:mode",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/new-broadcast/new-broadcast.tsx")),
  },
  {
    path: "/broadcasts/new/:mode/check/:id",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/new-broadcast/check.tsx")),
  },
  {
    path: "/broadcasts/new/:mode/submitted/:id",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/new-broadcast/submitted.tsx")),
  },
  {
    path: "/broadcasts/new/:mode/release/:id",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/new-broadcast/green-channel.tsx")),
  },
  {
    path: "/broadcasts",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/broadcasts/broadcasts.tsx")),
  },
  {
    path: "/broadcasts/:id",
    needs: "broadcasts:read",
    ...pageOf(() => import("../pages/broadcast/broadcast.tsx")),
  },
  { path: "/quality", needs: "ledger:read", ...pageOf(() => import("../pages/quality/quality.tsx")) },
  { path: "/me", ...pageOf(() => import("../pages/me/me.tsx")) },
];

export const RAIL: readonly RailEntry[] = [
  { href: "/", name: "overview", icon: <LayoutDashboard aria-hidden />, key: "o" },
  {
    href: "/broadcasts",
    name: "broadcasts",
    icon: <Megaphone aria-hidden />,
    needs: "broadcasts:read",
    key: "b",
  },
  { href: "/alarms", name: "alarms", icon: <Bell aria-hidden />, needs: "alarms:read", key: "a" },
  { href: "/devices", name: "devices", icon: <RadioTower aria-hidden />, needs: "devices:read", key: "d" },
  { href: "/usage", name: "usage", icon: <ChartColumn aria-hidden />, needs: "readings:read", key: "s" },
  { href: "/quality", name: "quality", icon: <ShieldCheck aria-hidden />, needs: "ledger:read" },
  { href: "/admin", name: "admin", icon: <Users aria-hidden />, needs: "access:read" },
  { href: "/audit", name: "audit", icon: <ScrollText aria-hidden />, needs: "audit:read" },
];

/**
 * True where the caller has anything to see there. A gas company's viewer may read broadcasts in name, and none in
 * fact: its area holds no kind that sounds.
 */
export function isOpenTo(me: MeJson, needs: ActionName | undefined): boolean {
  if (needs === undefined) return true;
  if (!mayDo(me, needs)) return false;
  if (!needs.startsWith("broadcasts:")) return true;
  const areas = me.actions.find(({ action }) => action === needs)?.areas ?? [];
  return areas.some(({ kinds }) => kinds === "all" || kinds.includes("speaker"));
}
