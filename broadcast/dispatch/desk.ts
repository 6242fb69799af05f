import type { RepeatedWork } from "../../base/periodic.ts";
import type { Db } from "../../store/database/index.ts";
import type { Lease, NewsPiece, ToldNews } from "../../store/processes/index.ts";
import {
  type BroadcastDispatcher,
  type DispatchOrder,
  readOrderNews,
  type StopProgress,
} from "../lifecycle/index.ts";
import type { SpeakerReading } from "../proof/index.ts";
import { createDispatcher, type Dispatcher, type DispatcherOptions } from "./dispatcher.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { FactTeller } from "./fact-teller.ts";
import { createDispatchMetrics, type DispatchMetrics } from "./metrics.ts";
import { followMissedSteps } from "./missed-steps.ts";
import { readFactsNews, readStopNews, stopNews } from "./news-words.ts";
import { OnAirDevices } from "./on-air-devices.ts";
import { DISPATCH_SETTINGS } from "./settings.ts";
import type { CommittedReply } from "./speaker-facts.ts";
import { StopNotes } from "./stop-notes.ts";

/** The other processes of the platform. */
interface DeskCluster {
  readonly elsewhere: Elsewhere;
  /** Tells every process, this one included. */
  readonly tell: (news: readonly ToldNews[]) => Promise<void>;
}

interface DeskOptions extends Omit<DispatcherOptions, "metrics" | "held" | "onStopOrdered"> {
  /** Undefined where there is one process. */
  readonly cluster: DeskCluster | undefined;
  /** How long a cancellation waits for the process that dispatches. Milliseconds. */
  readonly stopWaitMs?: number;
  /** How often it looks for steps whose news was lost. Milliseconds. */
  readonly missedEveryMs?: number;
}

/** The duty of dispatch, as this process gets it. */
interface DispatchDuty {
  /** The present right to it. */
  readonly lease: Lease;
  /** False while another process may have it by now: then nothing is sent. */
  readonly mayAct: () => boolean;
}

/** The process has the duty of dispatch. */
interface Post {
  readonly dispatcher: Dispatcher;
  /** Resolves when everything that is on the air is in memory. */
  readonly ready: Promise<void>;
  /** The same, and those that were cancelled are stopped. */
  readonly resumed: Promise<void>;
}

const STOP_WAIT_MS = 5_000;

/**
 * The part of it that doors have to answer; the rest is for the news of it. A process elsewhere may have been killed a
 * moment ago, and its speakers are tried for longer.
 */
const DOORS_SHARE = 0.7;

/** Orders that this process has acted on before it reads the news of them. */
const MOST_DONE = 1_000;

/**
 * Dispatch as a process has it that is one of several: while it has the duty it dispatches itself; otherwise the steps
 * of people reach the process that does by news, and so does what speakers say at this one's doors.
 */
export class DispatchDesk implements BroadcastDispatcher {
  private readonly options: DeskOptions;
  private readonly metrics: DispatchMetrics;
  private readonly teller: FactTeller | undefined;
  private readonly devices: OnAirDevices | undefined;
  private readonly stopWaitMs: number;
  private readonly stops: StopNotes;
  private readonly done = new Set<string>();
  /** Steps on which this process acts at the moment. */
  private readonly underWay = new Set<string>();
  private post: Post | undefined;
  private missed: RepeatedWork | undefined;

  constructor(options: DeskOptions) {
    const { cluster, log, pool, registry, now = Date.now, settings } = options;
    this.options = options;
    this.metrics = createDispatchMetrics(registry, now);
    this.stopWaitMs = options.stopWaitMs ?? STOP_WAIT_MS;
    this.stops = new StopNotes(this.stopWaitMs);
    if (!cluster) return;
    const rules = settings?.proof ?? DISPATCH_SETTINGS.proof;
    this.teller = new FactTeller({ tell: cluster.tell, rules, log });
    this.devices = new OnAirDevices({ pool: pool satisfies Db, now, log });
  }

  /**
   * This process dispatches from now on.
   * @returns its end, at which it lets go of everything and leaves the database to the next one
   */
  take(duty: DispatchDuty): () => void {
    const { cluster } = this.options;
    const dispatcher = createDispatcher({
      ...this.options,
      metrics: this.metrics,
      held: cluster && {
        get lease() {
          return duty.lease;
        },
        mayAct: duty.mayAct,
        onLost: () => end(),
        elsewhere: cluster.elsewhere,
      },
      onStopOrdered: (broadcastNo) => this.onStopOrdered(broadcastNo),
    });
    let resumed = Promise.resolve();
    const ready = new Promise<void>((resolve) => {
      resumed = dispatcher.resume(resolve);
    });
    const post: Post = { dispatcher, ready, resumed };
    this.post = post;
    const { pool, log, now = Date.now, missedEveryMs: everyMs } = this.options;
    const follow = async (order: DispatchOrder) => {
      // It was heard of, and takes its time.
      if (!this.underWay.has(nameOf(order))) await this.follow(order);
    };
    this.missed = cluster && followMissedSteps({ pool, dispatcher, now, log, follow, everyMs });
    const end = () => {
      if (this.post !== post) return;
      this.options.log.info({ epoch: duty.lease.epoch }, "this process no longer dispatches broadcasts");
      this.post = undefined;
      void this.missed?.stop();
      dispatcher.abandon();
      this.devices?.refresh();
    };
    return end;
  }

  /** Resolves when what was on the air is taken up, if that is for this process to do. */
  async resumed(): Promise<void> {
    await this.post?.resumed;
  }

  async begin(broadcastNo: number): Promise<void> {
    const name = nameOf({ action: "dispatch", broadcastNo });
    const dispatcher = await this.mine(name);
    if (dispatcher) await this.act(name, dispatcher.begin(broadcastNo));
  }

  async retry(broadcastNo: number): Promise<void> {
    const name = nameOf({ action: "retry", broadcastNo });
    const dispatcher = await this.mine(name);
    if (dispatcher) await this.act(name, dispatcher.retry(broadcastNo));
  }

  async cancel(broadcastNo: number): Promise<StopProgress> {
    const noted = this.stops.wait(broadcastNo);
    const name = nameOf({ action: "cancel", broadcastNo });
    const dispatcher = await this.mine(name);
    if (!dispatcher) return noted;
    const sent = this.act(name, dispatcher.cancel(broadcastNo));
    if (this.options.cluster) return noted;
    await sent;
    if (this.post?.dispatcher === dispatcher) this.stops.note(broadcastNo, 0);
    return noted;
  }

  onReplies(replies: readonly CommittedReply[]): void {
    if (this.post) return this.post.dispatcher.onReplies(replies);
    const { teller, devices } = this;
    if (teller && devices)
      teller.note(
        "replies",
        replies.filter(({ deviceNo }) => devices.has(deviceNo)),
      );
  }

  onReadings(readings: readonly SpeakerReading[]): void {
    if (this.post) this.post.dispatcher.onReadings(readings);
    else this.teller?.noteReadings(readings);
  }

  onListening({ id, deviceNo }: { readonly id: string; readonly deviceNo: number }): void {
    if (this.post) this.post.dispatcher.onListening(id);
    else if (this.devices?.has(deviceNo)) this.teller?.note("listening", [id]);
  }

  wantsReadings(): boolean {
    return this.post ? this.post.dispatcher.wantsReadings() : (this.devices?.size ?? 0) > 0;
  }

  wantsReadingsOf(deviceNo: number): boolean {
    return this.post ? this.post.dispatcher.wantsReadingsOf(deviceNo) : this.devices?.has(deviceNo) === true;
  }

  /** Hears what every process has told. */
  onNews(news: readonly NewsPiece[]): void {
    for (const piece of news) {
      const stop = readStopNews(piece);
      if (stop) this.stops.note(stop.broadcastNo, stop.unsure);
      const order = readOrderNews(piece);
      if (order) this.onOrder(order);
      const facts = this.post && readFactsNews(piece);
      if (!facts) continue;
      const { dispatcher } = this.post!;
      dispatcher.onReplies(facts.replies);
      dispatcher.onReadings(facts.readings);
      for (const id of facts.listening) dispatcher.onListening(id);
    }
  }

  async stop(): Promise<void> {
    await this.missed?.stop();
    await this.post?.dispatcher.stop();
    await this.devices?.stop();
    await this.teller?.stop();
    this.stops.stop();
  }

  /** The dispatcher, if this process has the duty; then the news of this order asks for nothing more. */
  private async mine(order: string): Promise<Dispatcher | undefined> {
    const { post } = this;
    if (!post) return undefined;
    if (this.options.cluster) {
      this.done.add(order);
      if (this.done.size > MOST_DONE) this.done.delete(this.done.values().next().value!);
    }
    await post.ready;
    return this.post === post ? post.dispatcher : undefined;
  }

  private onOrder(order: DispatchOrder): void {
    this.devices?.refresh();
    if (this.done.delete(nameOf(order))) return;
    void this.follow(order).catch((error: unknown) =>
      this.options.log.error({ err: error, ...order }, "could not act on a step that was taken elsewhere"),
    );
  }

  /** Acts on a step that was taken at another process, unless it was read from the database already. */
  private async follow(order: DispatchOrder): Promise<void> {
    const { action, broadcastNo, attempt } = order;
    const { post } = this;
    if (!post) return;
    await post.ready;
    if (this.post !== post) return;
    const { dispatcher } = post;
    if (action === "cancel") {
      if (dispatcher.isStopping(broadcastNo)) this.onStopOrdered(broadcastNo);
      else await this.act(nameOf(order), dispatcher.cancel(broadcastNo));
    } else if (!dispatcher.knows(broadcastNo, attempt)) {
      const work = action === "retry" ? dispatcher.retry(broadcastNo) : dispatcher.begin(broadcastNo);
      await this.act(nameOf(order), work);
    }
  }

  private async act(name: string, work: Promise<void>): Promise<void> {
    this.underWay.add(name);
    try {
      await work;
    } finally {
      this.underWay.delete(name);
    }
  }

  private onStopOrdered(broadcastNo: number): void {
    // Where there is one process, a cancellation waits for the doors itself.
    if (!this.options.cluster) return;
    void this.tellStop(broadcastNo, this.options.cluster).catch((error: unknown) =>
      this.options.log.warn({ err: error }, "could not tell that a broadcast is being stopped"),
    );
  }

  /** Tells how far a stop has come, once the doors have answered or it is time. */
  private async tellStop(broadcastNo: number, { tell }: DeskCluster): Promise<void> {
    const { post } = this;
    if (!post) return;
    const unsure = await post.dispatcher.unsureOf(broadcastNo, this.stopWaitMs * DOORS_SHARE);
    if (this.post !== post) return;
    this.stops.note(broadcastNo, unsure);
    await tell([stopNews(broadcastNo, unsure)]);
  }
}

const nameOf = ({ action, broadcastNo }: Pick<DispatchOrder, "action" | "broadcastNo">) =>
  `${action} ${broadcastNo}`;
