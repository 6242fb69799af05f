import type { Db } from "../database/index.ts";

/** The channel on which the database rings when a process has something in the box; the payload is its number. */
export const COMMAND_CHANNEL = "sbi_commands";

/** One command for devices that another process holds. */
export interface Letter {
  readonly letterNo: number;
  /** The process that is to deliver it. */
  readonly processNo: number;
  readonly payload: string;
  readonly through: string | null;
  readonly devices: readonly { readonly id: string; readonly deviceNo: number }[];
  /** For how long it may be delivered, from now on. */
  readonly validMs: number;
}

/** A letter as the process gets it that is to deliver it. */
export interface ReceivedLetter extends Omit<Letter, "processNo" | "validMs"> {
  readonly askedBy: number;
  /** For how much longer it may be delivered, from the moment at which the box was asked. */
  readonly leftMs: number;
}

/** The answer to a letter. */
export interface LetterAnswer {
  readonly letterNo: number;
  /** In the order of its devices; null: not known. */
  readonly outcomes: readonly (string | null)[];
}

/** Puts letters into the box, and rings for those who are to deliver them. */
export async function putIntoBox(db: Db, askedBy: number, letters: readonly Letter[]): Promise<void> {
  const rows = letters.map(({ devices, ...letter }) => ({
    ...letter,
    deviceNos: devices.map(({ deviceNo }) => deviceNo),
    deviceIds: devices.map(({ id }) => id),
  }));
  await db.query({
    name: "put_into_command_box",
    text: `
      with put as (
        insert into command_box (asked_by, letter_no, process_no, payload, through, device_nos, device_ids, expires_at)
        select $1::int, "letterNo", "processNo", payload, through, "deviceNos", "deviceIds",
               clock_timestamp() + make_interval(secs => "validMs" / 1000)
        from jsonb_to_recordset($2::jsonb) as l ("letterNo" int, "processNo" int, payload text, through text,
               "deviceNos" int[], "deviceIds" text[], "validMs" float8)
        returning process_no
      )
      select pg_notify('${COMMAND_CHANNEL}', process_no::text) from (select distinct process_no from put) as addressed`,
    values: [askedBy, JSON.stringify(rows)],
  });
}

/** The letters that a process has yet to answer and may still deliver. */
export async function readLetters(db: Db, processNo: number): Promise<ReceivedLetter[]> {
  const { rows } = await db.query<{
    asked_by: number;
    letter_no: number;
    payload: string;
    through: string | null;
    device_nos: number[];
    device_ids: string[];
    left_ms: number;
  }>({
    name: "read_letters",
    text: `select asked_by, letter_no, payload, through, device_nos, device_ids,
                  extract(epoch from expires_at - clock_timestamp())::float8 * 1000 as left_ms
           from command_box
           where process_no = $1::int and outcomes is null and expires_at > clock_timestamp()
           order by expires_at, asked_by, letter_no`,
    values: [processNo],
  });
  return rows.map((row) => ({
    askedBy: row.asked_by,
    letterNo: row.letter_no,
    payload: row.payload,
    through: row.through,
    devices: row.device_nos.map((deviceNo, i) => ({ deviceNo, id: row.device_ids[i]! })),
    leftMs: row.left_ms,
  }));
}

/** Writes what became of letters, and rings for those who asked. */
export async function answerLetters(
  db: Db,
  answers: readonly (LetterAnswer & { readonly askedBy: number })[],
): Promise<void> {
  if (answers.length === 0) return;
  await db.query({
    name: "answer_letters",
    text: `
      with answered as (
        update command_box b set outcomes = a.outcomes
        from jsonb_to_recordset($1::jsonb) as a ("askedBy" int, "letterNo" int, outcomes text[])
        where b.asked_by = a."askedBy" and b.letter_no = a."letterNo"
        returning b.asked_by
      )
      select pg_notify('${COMMAND_CHANNEL}', asked_by::text) from (select distinct asked_by from answered) as askers`,
    values: [JSON.stringify(answers)],
  });
}

/** Takes the answers to the letters of a process out of the box. */
export async function takeAnswers(db: Db, askedBy: number): Promise<LetterAnswer[]> {
  const { rows } = await db.query<{ letter_no: number; outcomes: (string | null)[] }>({
    name: "take_letter_answers",
    text: `delete from command_box where asked_by = $1::int and outcomes is not null
           returning letter_no, outcomes`,
    values: [askedBy],
  });
  return rows.map((row) => ({ letterNo: row.letter_no, outcomes: row.outcomes }));
}

/** Throws letters away for which nobody waits any more. @returns how many */
export async function dropOldLetters(db: Db, expiredForMs: number): Promise<number> {
  const { rowCount } = await db.query(
    "delete from command_box where expires_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)",
    [expiredForMs],
  );
  return rowCount ?? 0;
}
