import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { ToldNews } from "../../store/processes/index.ts";
import type { ProofRules, SpeakerReading } from "../proof/index.ts";
import { factsNews, type SpeakerFacts } from "./news-words.ts";

/** How long facts are gathered before they are told. Milliseconds. */
const GATHER_MS = 50;
const RETRY_MS = 1_000;

/** In one piece of news. */
const AT_ONCE = 500;

/** Kept while the database takes none; the process that dispatches finds the rest when it looks before it gives up. */
const MOST = 50_000;

export interface FactTellerOptions {
  readonly tell: (news: readonly ToldNews[]) => Promise<void>;
  /** The limits from which on a reading shows sound. */
  readonly rules: ProofRules;
  readonly log: Logger;
}

type Fact = {
  readonly [Name in keyof SpeakerFacts]: readonly [Name, SpeakerFacts[Name][number]];
}[keyof SpeakerFacts];

/** Tells the process that dispatches what speakers at this one's doors say. */
export class FactTeller {
  private readonly options: FactTellerOptions;
  private readonly limitLog = createLogLimiter();
  private waiting: Fact[] = [];
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> | undefined;

  constructor(options: FactTellerOptions) {
    this.options = options;
  }

  note<Name extends keyof SpeakerFacts>(name: Name, facts: SpeakerFacts[Name]): void {
    for (const fact of facts) this.waiting.push([name, fact] as unknown as Fact);
    if (this.waiting.length > MOST) this.waiting = this.waiting.slice(-MOST);
    if (facts.length > 0) this.tellIn(GATHER_MS);
  }

  /** A quiet minute of a speaker that does not play proves nothing. */
  noteReadings(readings: readonly SpeakerReading[]): void {
    const { minCurrent, minSoundLevel } = this.options.rules;
    const proof = readings.filter(
      ({ amplifierCurrent = 0, soundLevel = 0, playState }) =>
        amplifierCurrent >= minCurrent || soundLevel >= minSoundLevel || playState === "playing",
    );
    this.note("readings", proof);
  }

  /** Tells the rest, as far as the database takes it. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.telling;
    await this.tellAll();
    clearTimeout(this.timer);
  }

  private tellIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.telling ??= this.tellAll().finally(() => {
        this.telling = undefined;
        if (this.waiting.length > 0) this.tellIn(GATHER_MS);
      });
    }, ms).unref();
  }

  private async tellAll(): Promise<void> {
    const { tell, log } = this.options;
    while (this.waiting.length > 0) {
      const part = this.waiting.splice(0, AT_ONCE);
      try {
        await tell([factsNews(sortOut(part))]);
      } catch (error) {
        this.waiting = [...part, ...this.waiting];
        this.limitLog("tell", (suppressed) =>
          log.warn({ err: error, suppressed }, "could not tell what speakers said; it is tried again"),
        );
        return this.tellIn(RETRY_MS);
      }
    }
  }
}

function sortOut(facts: readonly Fact[]): SpeakerFacts {
  const sorted = { replies: [], readings: [], listening: [] } as { [Name in keyof SpeakerFacts]: unknown[] };
  for (const [name, fact] of facts) sorted[name].push(fact);
  return sorted as unknown as SpeakerFacts;
}
