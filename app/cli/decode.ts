import { asksForHelp, readLine, takeFlags } from "../../base/command-line.ts";
import { flagOption, numberOption, refusedOption, textOption } from "../../base/command-options.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import { hexOf } from "../../devices/codecs/byte-reader.ts";
import { Cjt188Splitter } from "../../devices/codecs/cjt188-frame.ts";
import { CODECS, decodeUplink } from "../../devices/codecs/registry.ts";

const HELP = `Decodes what a device sent, by the codec of its model, and prints items or faults as JSON. It asks nobody.

  npm run decode -- --model smartico-g1.6 --port 2 040c0c01003184000003560ae3
  npm run decode -- --models              the models that have a codec
  npm run decode -- --frames fefe6830…    the frames of CJ/T 188 in a run of bytes, such as a record of a serial line

Options
  --model <model>              as the device's \`model\` names it
  --port <number>              the LoRaWAN fPort. Absent: not looked at
  --at <moment>                when it was received, as 2026-08-01T08:00:00+08:00. Absent: now
  --litres-per-pulse <number>  what a pulse stands for, where the device counts pulses
  --channel <number>           the input that the meter is connected to; absent: 1
  -h, --help                   this text

Exit codes: 0 items; 1 faults; 2 a wrong option or argument.
`;

const LINE = {
  name: "npm run decode",
  input: {
    hex: textOption().transform((text, context) => {
      const digits = text.replaceAll(/[\s:-]/g, "");
      return /^([0-9A-Fa-f]{2})+$/.test(digits)
        ? Buffer.from(digits, "hex")
        : refusedOption(context, "is not bytes, expected two hexadecimal digits for each");
    }),
    model: textOption().optional(),
    port: numberOption({ min: 1, max: 255, whole: true }).optional(),
    at: textOption()
      .transform((text, context) => {
        const at = Date.parse(text);
        return Number.isNaN(at)
          ? refusedOption(context, "is no moment, expected one such as 2026-08-01T08:00:00Z")
          : at;
      })
      .optional(),
    "litres-per-pulse": numberOption({ min: 0.001, max: 1_000_000 }).optional(),
    channel: numberOption({ min: 1, max: 32, whole: true }).optional(),
    frames: flagOption(),
  },
  operands: ["hex"],
  check: (given: Readonly<Record<string, unknown>>) =>
    given.model === undefined && given.frames !== true
      ? ["--model is missing; `--models` lists those that have a codec"]
      : [],
} as const;

const print = (value: unknown) => console.log(JSON.stringify(value, null, 2));

function printModels(): void {
  for (const { model, maker, measures } of CODECS) console.log(`${model.padEnd(24)} ${maker}: ${measures}`);
}

/** @returns the exit code */
function printFrames(bytes: Uint8Array): number {
  const splitter = new Cjt188Splitter();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  print({
    frames: frames.map((frame) => ({ ...frame, data: hexOf(frame.data) })),
    dropped: splitter.dropped,
  });
  return frames.length > 0 ? 0 : 1;
}

function main(): number {
  try {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) {
      console.log(HELP);
      return 0;
    }
    if (takeFlags(args, ["--models"]).taken.size > 0) {
      printModels();
      return 0;
    }
    const { hex: bytes, model = "", port, at, frames, channel, ...rest } = readLine(LINE, args);
    if (frames) return printFrames(bytes);
    const decoded = decodeUplink({
      model,
      port,
      bytes,
      receivedAt: at ?? Date.now(),
      settings: { litresPerPulse: rest["litres-per-pulse"], channel },
    });
    print(decoded);
    return decoded.faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) console.error(usageText(error, `${LINE.name} --`));
    else console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

process.exitCode = main();
