import { useQuery } from "@tanstack/react-query";
import { kindsQuery } from "../../api/kinds.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { homeRegion } from "../../app/area.ts";
import { RegionSelect } from "../../map/region-select.tsx";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { PickSelect } from "../../ui/pick.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { PAGE_NARROWING, pagePlace } from "./filters.ts";
import { MomentField } from "./moment-field.tsx";
import styles from "./quality.module.css";
import { qualityTexts } from "./texts.ts";

/** What the page is narrowed to; all of it stands in the address. */
export function QualityFilters({ me }: { me: MeJson }) {
  const { filters: words, any } = useTexts(qualityTexts);
  const language = useLanguage();
  const [parameters, change] = useParameters();
  const kinds = useQuery(kindsQuery).data ?? [];
  const { region, kind } = pagePlace(parameters);
  return (
    <section className={styles.bar} aria-label={words.label}>
      <RegionSelect value={region} top={homeRegion(me)} onChange={(code) => change({ region: code })} />
      <PickSelect
        label={words.kind}
        isSteady
        value={kind ?? ""}
        options={[
          { value: "", label: any },
          ...kinds.map((one) => ({ value: one.kind, label: one.title[language] })),
        ]}
        onChange={(chosen) => change({ kind: chosen })}
      />
      {mayDo(me, "rejections:read") && (
        <>
          <MomentField name="from" label={words.from} about={words.timesAbout} />
          <MomentField name="to" label={words.to} about={words.timesAbout} />
        </>
      )}
      {PAGE_NARROWING.some((name) => parameters.has(name)) && (
        <Button
          look="quiet"
          onClick={() => change(Object.fromEntries(PAGE_NARROWING.map((name) => [name, undefined])))}
        >
          {words.clear}
        </Button>
      )}
    </section>
  );
}
