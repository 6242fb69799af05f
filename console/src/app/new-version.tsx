import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { useTexts } from "../ui/texts.ts";
import { shellTexts } from "./shell-texts.ts";
import styles from "./stale-banner.module.css";
import { useUpgrade } from "./use-upgrade.ts";

/** Says that the platform was upgraded. The person chooses when to load the page anew: something may be half written. */
export function NewVersion() {
  const words = useTexts(shellTexts);
  const { isUpgraded } = useUpgrade();
  if (!isUpgraded) return null;
  return (
    <div className={styles.banners}>
      <Banner
        end={
          <Button small onClick={() => location.reload()}>
            {words.reload}
          </Button>
        }
      >
        {words.newVersion}
      </Banner>
    </div>
  );
}
