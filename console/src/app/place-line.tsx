import { useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { meQuery } from "../api/session.ts";
import { PlaceSelect } from "../map/place-select.tsx";
import { useParameters } from "../ui/address.ts";
import { useTexts } from "../ui/texts.ts";
import { homeRegion, shownRegion } from "./area.ts";
import styles from "./place-line.module.css";
import { shellTexts } from "./shell-texts.ts";

/** Which place the overview shows, and the way to another one. */
export default function PlaceLine() {
  const words = useTexts(shellTexts);
  const { data: me } = useQuery(meQuery);
  const [path] = useLocation();
  const [parameters, setParameters] = useParameters();
  if (!me || path !== "/") return null;
  const home = homeRegion(me);
  const value = shownRegion(parameters.get("region")) ?? home;
  return (
    <PlaceSelect
      label={words.place}
      className={styles.place}
      root={home}
      value={value}
      onChange={(region) => setParameters({ region: region === home ? undefined : region })}
    />
  );
}
