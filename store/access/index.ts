export {
  type AccessChange,
  behindChange,
  CHANGE_KINDS,
  CHANGE_STATES,
  type ChangeFilter,
  type ChangeKind,
  CREDENTIAL_KINDS,
  decideChanges,
  insertChange,
  listChanges,
  listPeopleWithRoles,
  lockChange,
  makersOf,
  overtakeCredentialChanges,
  removeGrantsOf,
  type WaitingChange,
} from "./access-changes.ts";
export { type AccessSnapshot, readAccessSnapshot, readAccessVersion } from "./access-snapshot.ts";
export {
  type ApiKey,
  expireApiKey,
  findKeyByPrefix,
  insertApiKey,
  listApiKeys,
  lockApiKey,
  recordKeyUses,
  revokeApiKey,
} from "./api-keys.ts";
export {
  getDisplay,
  insertDisplay,
  listDisplays,
  type StoredDisplay,
  setPairingCode,
  takePairingCode,
} from "./displays.ts";
export { findExternalPerson, insertExternalIdentity } from "./external-identities.ts";
export { findUnknownRegions, replaceGrants, type StoredGrant } from "./grants.ts";
export { deleteOldKnownNetworks, listKnownNetworks, saveKnownNetwork } from "./known-addresses.ts";
export {
  confirmTotp,
  findPassword,
  findPendingTotp,
  lockPassword,
  overwritePassword,
  type PasswordRecord,
  removeTotp,
  replacePasswordHash,
  savePassword,
  savePendingTotp,
  takeTotpStep,
} from "./passwords.ts";
export {
  getPrincipal,
  insertPrincipal,
  listPrincipals,
  type PrincipalChange,
  type PrincipalType,
  type StoredPrincipal,
  setOwner,
  updatePrincipal,
} from "./principals.ts";
export {
  deleteOldSessions,
  endSession,
  endSessionsOf,
  findSession,
  insertSession,
  type Living,
  listSessions,
  listSignedIn,
  noteSessionSeen,
  type Session,
  type SessionType,
} from "./sessions.ts";
export {
  findUnknownTenants,
  getTenant,
  insertTenant,
  listTenants,
  type Tenant,
  type TenantChange,
  updateTenant,
} from "./tenants.ts";
