import type { BroadcastsOptions } from "../../api/broadcasts/options.ts";
import { createImportTurns, createJudge } from "../../broadcast/cap/index.ts";
import { toSpeakerReading } from "../../broadcast/dispatch/index.ts";
import type { BroadcastDeps } from "../../broadcast/lifecycle/index.ts";
import { startProposals } from "../../broadcast/operations/index.ts";
import { createNewsFeed } from "../../broadcast/proof/index.ts";
import type { DoorDevice } from "../../exchange/door.ts";
import { readAlertSigning, readProposals, readTrusted } from "../broadcast-files.ts";
import { listenerOfBroadcasting, startBroadcastTeller } from "../broadcast-teller.ts";
import type { DatabasePools } from "../database-pools.ts";
import type { ClusterPhase } from "./cluster.ts";
import { type DispatchInside, openDispatch } from "./dispatch.ts";
import type { News, NewsHearer } from "./news.ts";
import { startSigning } from "./signing.ts";
import type { Start } from "./start.ts";

export interface BroadcastInside extends DispatchInside {
  /** The urgent one is for work that must not wait: decisions, and the sending and proof that follow from them. */
  readonly pools: Pick<DatabasePools, "api" | "urgent">;
  readonly news: Pick<News, "add">;
  readonly cluster: DispatchInside["cluster"] & { readonly told: Pick<ClusterPhase["told"], "add" | "ring"> };
}

/** Emergency broadcasts, wired to the rest of the platform. */
export interface Broadcasting extends NewsHearer {
  readonly routes: Omit<BroadcastsOptions, "allow" | "people">;
  /** A speaker has subscribed to its commands. */
  onListening(device: DoorDevice): void;
  /** The work that an operator has to do about the keys that sign; the platform can broadcast nevertheless. */
  keyTrouble(): string | undefined;
  /** Set while this process signs nothing, because its keys are not the platform's. */
  keyRefusal(): string | undefined;
  /** Takes up broadcasts that were under way when the platform last stopped. Runs before devices connect. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws PlatformError `config_invalid` for keys, certificates or rules that cannot be used */
export async function startBroadcasting(start: Start, inside: BroadcastInside): Promise<Broadcasting> {
  const { config, atEnd } = start;
  const { pools, cluster } = inside;
  const { processNo } = cluster.membership;
  const log = start.logOf("broadcast");
  const rules = readProposals(config.BROADCAST_PROPOSALS);
  const [keys, alertSigning, trustedCertificates] = await Promise.all([
    startSigning(start, inside),
    readAlertSigning(config),
    readTrusted(config.CAP_TRUSTED_CERTS),
  ]);
  const teller = startBroadcastTeller(pools.urgent, { processNo, log, onTold: cluster.told.ring });
  const news = createNewsFeed(teller.tell);
  const dispatcher = openDispatch(start, inside, {
    sign: keys.sign,
    canSign: () => keys.refusal() === undefined,
    onProgress: (progress) => news.progressed(progress),
  });
  const now = () => new Date();
  const issuer = config.BROADCAST_ISSUER;
  const proposals = startProposals({ pool: pools.api, log, rules, issuer, now, onProposed: news.changed });
  const judge = createJudge(trustedCertificates);
  const broadcasts: BroadcastDeps = {
    pool: pools.api,
    log,
    keys,
    dispatcher,
    issuer,
    judge,
    imports: createImportTurns(),
    alertSigning,
    onChanged: news.changed,
    now,
  };
  const broadcasting: Broadcasting = {
    routes: { broadcasts, urgentPool: pools.urgent, publishedKeys: keys.publishedKeys },
    keyTrouble: keys.trouble,
    keyRefusal: keys.refusal,
    // Replies and readings are the proof.
    onCommitted(committed, live) {
      if (committed.replies.length > 0) dispatcher.onReplies(committed.replies);
      if (live.length > 0 && dispatcher.wantsReadings()) {
        const proof = live.filter(({ device }) => dispatcher.wantsReadingsOf(device.deviceNo));
        if (proof.length > 0) dispatcher.onReadings(proof.map(toSpeakerReading));
      }
    },
    wantsReadingsOf: ({ deviceNo }) => dispatcher.wantsReadings() && dispatcher.wantsReadingsOf(deviceNo),
    onListening: (device) => dispatcher.onListening(device),
    async resume() {
      await dispatcher.resumed();
      proposals.onRaised(rules);
    },
    async stop() {
      await proposals.stop();
      await judge.stop();
      await dispatcher.stop();
      news.stop();
      await teller.stop();
    },
  };
  atEnd(() => broadcasting.stop());
  inside.news.add(broadcasting);
  cluster.told.add(listenerOfBroadcasting({ news, proposals, processNo }));
  return broadcasting;
}
