import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { type DeviceFilters, deviceCountsQuery } from "../../api/devices.ts";
import { count } from "../../ui/number.ts";
import { useTexts } from "../../ui/texts.ts";
import { devicesAddress, narrowing } from "./filters.ts";
import styles from "./status-tabs.module.css";
import { devicesTexts } from "./texts.ts";

/** The same list by how its devices are, with their numbers; the other filters stay. */
export function StatusTabs({
  filters,
  mayReadAlarms,
  listed,
}: {
  filters: DeviceFilters;
  mayReadAlarms: boolean;
  /** Its counts are asked for once the list is there. */
  listed: boolean;
}) {
  const words = useTexts(devicesTexts);
  const { status, alarm, ...others } = narrowing(filters);
  const byStatus = useQuery({ ...deviceCountsQuery("status", others), enabled: listed });
  const alarmed = useQuery({
    ...deviceCountsQuery("status", { ...others, alarm: "any" }),
    enabled: mayReadAlarms && listed,
  });
  const of = (name: string) => byStatus.data?.items.find(({ value }) => value === name)?.devices ?? 0;
  const { status: _status, alarm: _alarm, ...rest } = filters;
  const tabs: { name: keyof typeof words.tabs; filter: DeviceFilters; devices: number | undefined }[] = [
    { name: "all", filter: {}, devices: byStatus.data?.total },
    ...(mayReadAlarms
      ? [{ name: "alarm", filter: { alarm: "any" }, devices: alarmed.data?.total } as const]
      : []),
    { name: "silent", filter: { status: "silent" }, devices: byStatus.data && of("silent") },
    { name: "late", filter: { status: "late" }, devices: byStatus.data && of("late") },
    { name: "never", filter: { status: "never" }, devices: byStatus.data && of("never") },
  ];
  return (
    <nav className={styles.tabs} aria-label={words.tabsName}>
      {tabs.map(({ name, filter, devices }) => {
        const here = status === filter.status && alarm === filter.alarm;
        return (
          <Link
            key={name}
            href={devicesAddress({ ...rest, ...filter })}
            aria-current={here ? "page" : undefined}
          >
            {words.tabs[name]}
            <span className={styles.count}>{devices === undefined ? "…" : count(devices)}</span>
          </Link>
        );
      })}
    </nav>
  );
}
