import type { Client, Db } from "../database/index.ts";

/** The person who has this identity at this provider, or undefined. */
export async function findExternalPerson(
  db: Db,
  issuer: string,
  subject: string,
): Promise<string | undefined> {
  const { rows } = await db.query<{ principal_id: string }>(
    "select principal_id from external_identities where issuer = $1::text and subject = $2::text",
    [issuer, subject],
  );
  return rows[0]?.principal_id;
}

export async function insertExternalIdentity(
  tx: Client,
  identity: { readonly issuer: string; readonly subject: string; readonly principalId: string },
): Promise<void> {
  await tx.query(
    `insert into external_identities (issuer, subject, principal_id) values ($1::text, $2::text, $3::text)`,
    [identity.issuer, identity.subject, identity.principalId],
  );
}
