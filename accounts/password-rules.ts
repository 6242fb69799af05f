import { PlatformError } from "../base/errors.ts";

/** In characters as people count them (code points). */
export const PASSWORD_LENGTH = { min: 10, max: 256 } as const;

/** The commonest passwords of at least ten characters in published leaks, western and Chinese, in lower case. */
const COMMONEST = new Set(
  `1234567890 0123456789 0987654321 12345678910 123456789a a123456789 1234567891 123123123123 123456123456
  1122334455 5201314520 5201314123 1314520520 woaini1314 woaini5201314 woaini520520 woaini1314520 zhang123456
  wang123456 asd123456789 abc123456789 abcd123456 aa123456789 qq123456789 q123456789 qwe123456789 qweasdzxc123
  1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 qwertyuiop qwertyuiop123 qwerty123456 qwer123456 qazwsxedcrfv
  asdfghjkl123 zxcvbnm123 password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 p@ssword123
  admin12345 admin123456 administrator adminadmin admin@1234 admin@12345 root123456 test123456 user123456 welcome123
  welcome1234 changeme123 letmein123 iloveyou12 iloveyou123 football123 baseball123 superman123 sunshine123
  princess123 charlie123 michael123 computer123 internet123 1234qwerasdf qwerasdfzxcv zaq12wsxcde3 huawei@123
  huawei12#$ cisco12345 hikvision123 hik12345678 dahua12345 guangdian123 guizhou123 gd12345678`.split(/\s+/),
);

/** One character over and over, or a run of digits or letters such as 234567890123. */
function isRun(password: string): boolean {
  const codes = [...password].map((character) => character.codePointAt(0)!);
  const steps = codes.slice(1).map((code, index) => code - codes[index]!);
  return [0, 1, -1].some((wanted) => steps.every((step) => step === wanted || Math.abs(step) === 9));
}

/**
 * Checks the rules for passwords. There are no rules about kinds of characters: they make passwords weaker, not
 * stronger (NIST SP 800-63B).
 * @throws PlatformError `invalid_request` that names the rule, never the password
 */
export function checkPassword(password: string, owner: { readonly id: string; readonly name: string }): void {
  const refuse = (message: string) => {
    throw new PlatformError("invalid_request", `The password is not fit: ${message}`, {
      faults: [{ path: "/password", message }],
    });
  };
  const { length } = [...password.normalize("NFC")];
  const { min, max } = PASSWORD_LENGTH;
  if (length < min || length > max) refuse(`expected ${min} to ${max} characters`);
  const lower = password.toLowerCase();
  for (const own of [owner.id, owner.name]) {
    // Chinese names have two or three characters; an id of two letters would be in many a good password.
    if (own.length >= (/^[\x20-\x7e]*$/.test(own) ? 4 : 2) && lower.includes(own.toLowerCase()))
      refuse("expected one without your id or name");
  }
  if (COMMONEST.has(lower) || isRun(lower)) refuse("it is among the first that anybody tries");
}
