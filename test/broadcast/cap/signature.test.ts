import { createHash, createHmac, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { exportAlert } from "../../../broadcast/cap/export.ts";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { signAlert, verifySignatures } from "../../../broadcast/cap/signature.ts";
import { messageSchema } from "../../../broadcast/message/message.ts";
import { bend, PLAIN, readFixture, schemaFault } from "./alerts.ts";
import { canonical, EXCLUSIVE, makeSigner, type Signer, signAsOthersDo } from "./foreign-signer.ts";

let rsa: Signer;
let ec: Signer;
let stranger: Signer;

beforeAll(async () => {
  [rsa, ec, stranger] = await Promise.all([
    makeSigner("Platform"),
    makeSigner("Platform EC", { keyType: "ec", curve: "P-256" }),
    makeSigner("Stranger"),
  ]);
});

const stateOf = (xml: string | Buffer, ...trusted: Signer[]) =>
  verifySignatures(
    xml,
    trusted.map(({ certificatePem }) => certificatePem),
  );
const ours = () => ({ RSA: rsa, ECDSA: ec });

describe("an alert that we sign", () => {
  it.each(["RSA", "ECDSA"] as const)("by %s is verified by whoever trusts the certificate", (type) => {
    const signer = ours()[type];
    const xml = signAlert(PLAIN, signer);
    expect(stateOf(xml, stranger, signer)).toMatchObject({
      state: "verified",
      by: new X509Certificate(signer.certificatePem).subject,
    });
    expect(stateOf(Buffer.from(xml), signer).state).toBe("verified");
  });

  it("is still a valid alert that says the same", () => {
    const xml = signAlert(PLAIN, ec);
    const before = parseAlert(Buffer.from(PLAIN));
    const after = parseAlert(Buffer.from(xml));
    if (!before.ok || !after.ok) throw new Error("not valid");
    expect(after.alert).toEqual({ ...before.alert, signatures: 1 });
    expect(schemaFault(xml)).toBeUndefined();
  });

  it("has the digest that another canonicalization and hash give", () => {
    const xml = signAlert(PLAIN, rsa);
    const unsigned = xml.replace(/<Signature [\s\S]*<\/Signature>/, "");
    const digest = createHash("sha256").update(canonical(unsigned, EXCLUSIVE)).digest("base64");
    expect(xml).toContain(`<DigestValue>${digest}</DigestValue>`);
  });

  it("may hold any text that an export holds", () => {
    const message = messageSchema.parse({
      mode: "drill",
      level: 3,
      eventCode: "11A01",
      texts: [
        {
          language: "zh-CN",
          headline: "洪水 <&> \"'",
          description: "第一行\r\n第二行\t𠮷 ]]> \u0085\u2028 end",
        },
      ],
      target: { regions: ["52"] },
    });
    const xml = exportAlert(message, {
      identifier: "A-1",
      sender: "a@example.org",
      sent: new Date(),
      msgType: "Alert",
      regionName: () => "贵州省",
    });
    expect(stateOf(signAlert(xml, ec), ec).state).toBe("verified");
  });

  it("is not signed with a key of another certificate", () => {
    expect(() => signAlert(PLAIN, { ...rsa, certificatePem: stranger.certificatePem })).toThrow(
      "is not of its private key",
    );
  });

  it("is not signed when the key cannot be read", () => {
    expect(() => signAlert(PLAIN, { ...rsa, privateKeyPem: "none" })).toThrow("expected both as PEM");
  });
});

describe("an alert that others signed", () => {
  it.each([
    ["rsa-sha256", () => signAsOthersDo(PLAIN, rsa), () => rsa],
    ["exclusive canonicalization", () => signAsOthersDo(PLAIN, rsa, { c14n: EXCLUSIVE }), () => rsa],
    [
      "rsa-sha1",
      () =>
        signAsOthersDo(PLAIN, rsa, { method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1", hash: "sha1" }),
      () => rsa,
    ],
    [
      "ecdsa-sha256",
      () => signAsOthersDo(PLAIN, ec, { method: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" }),
      () => ec,
    ],
    ["a prefix", () => signAsOthersDo(PLAIN, rsa, { prefix: "ds" }), () => rsa],
    [
      "a reference to the alert's Id",
      () => signAsOthersDo(bend(['cap:1.2">', 'cap:1.2" Id="whole">']), rsa, { uri: "#whole" }),
      () => rsa,
    ],
    [
      "prefixed elements and a schema location",
      () =>
        signAsOthersDo(
          readFixture("it-dpc.xml").toString().replace("<cap:alert", '<cap:alert xmlns:x="urn:x"'),
          rsa,
          { prefix: "ds" },
        ),
      () => rsa,
    ],
    ["no certificate of its own", () => signAsOthersDo(PLAIN, rsa, { withCertificate: false }), () => rsa],
  ])("with %s is verified", (_about, make, signer) => {
    expect(stateOf(make(), signer())).toMatchObject({ state: "verified" });
  });

  it("twice is verified by either signer, and untrusted without both", () => {
    const twice = signAsOthersDo(signAsOthersDo(PLAIN, stranger), rsa);
    expect(stateOf(twice, rsa)).toMatchObject({ state: "verified", by: "CN=Platform" });
    expect(stateOf(twice, stranger)).toMatchObject({ state: "verified", by: "CN=Stranger" });
    expect(stateOf(twice)).toMatchObject({
      state: "untrusted",
      details: [
        "signature 1: it matches the content but is by CN=Stranger, who is not trusted",
        "signature 2: it matches the content but is by CN=Platform, who is not trusted",
      ],
    });
  });

  it("in GB18030 is verified as text, whatever its bytes", () => {
    const text = new TextDecoder("gb18030").decode(readFixture("cn-12379.xml"));
    const signed = signAsOthersDo(text.replace(' encoding="GB18030"', ""), rsa);
    expect(stateOf(signed, rsa).state).toBe("verified");
  });

  it("by somebody whom we do not know is untrusted, also without a certificate to check", () => {
    expect(stateOf(signAsOthersDo(PLAIN, stranger), rsa).state).toBe("untrusted");
    expect(stateOf(signAsOthersDo(PLAIN, stranger, { withCertificate: false }), rsa)).toMatchObject({
      state: "untrusted",
      details: [expect.stringContaining("brings no certificate")],
    });
  });

  it("by a certificate that is over is untrusted", () => {
    const xml = signAlert(PLAIN, rsa);
    const far = new Date("2090-01-01T00:00:00Z");
    expect(verifySignatures(xml, [rsa.certificatePem], far)).toMatchObject({
      state: "untrusted",
      details: [expect.stringContaining("not valid now")],
    });
  });

  it("not at all is absent", () => {
    expect(stateOf(PLAIN, rsa)).toEqual({ state: "absent", details: [] });
  });
});

describe("a signature proves nothing", () => {
  it.each([
    ["a word", "Leave the valley.", "Stay in the valley."],
    ["the severity", "Severe", "Minor"],
    ["the area", "26.1,106.2 ", "26.1,106.3 "],
    ["its own value", "<SignatureValue>", "<SignatureValue>AAAA"],
    ["the digest", "<DigestValue>", "<DigestValue>AAAA"],
  ])("when %s was changed", (_about, from, to) => {
    for (const signer of [rsa, ec]) {
      const xml = signAlert(PLAIN, signer);
      expect(xml).toContain(from);
      expect(stateOf(xml.replace(from, to), signer).state).toBe("invalid");
    }
  });

  it("when a comment splits a text in two for one reader and not for another", () => {
    const xml = signAlert(PLAIN, rsa).replace("sender@", "sender<!-- -->@");
    // Comments are not signed and not read: both see one text, so this is no attack.
    expect(stateOf(xml, rsa).state).toBe("verified");
    const result = parseAlert(Buffer.from(xml));
    expect(result.ok && result.alert.sender).toBe("sender@example.org");
  });

  const wrapped = (signed: string) => {
    const signature = /<Signature [\s\S]*<\/Signature>/.exec(signed)![0];
    return { signature, original: signed.replace(/<\?xml[^>]*\?>\s*/, "").replace(signature, "") };
  };

  it("when it was made for another alert", () => {
    const { signature } = wrapped(signAlert(bend(["A-1", "A-0"]), rsa));
    expect(stateOf(PLAIN.replace("</alert>", `${signature}</alert>`), rsa).state).toBe("invalid");
  });

  it("when the signed alert hides inside of a forged one", () => {
    const signed = signAsOthersDo(bend(['cap:1.2">', 'cap:1.2" Id="whole">']), rsa, { uri: "#whole" });
    const { signature, original } = wrapped(signed);
    const forged = PLAIN.replace("Leave", "Stay");
    for (const attack of [
      forged.replace(
        "</alert>",
        `${signature.replace("</Signature>", `<Object>${original}</Object></Signature>`)}</alert>`,
      ),
      forged.replace("</alert>", `${original}${signature}</alert>`),
      forged.replace("<area>", `${original}<area>`).replace("</alert>", `${signature}</alert>`),
    ]) {
      expect(attack).toContain("Stay");
      expect(stateOf(attack, rsa).state).toBe("invalid");
    }
  });

  it("when its reference is to a part, elsewhere, or not said", () => {
    const withId = bend(['cap:1.2">', 'cap:1.2" Id="whole">']);
    for (const uri of ["#part", "http://example.org/alert.xml", "file:///etc/passwd", "#xpointer(/)"]) {
      expect(stateOf(signAsOthersDo(withId, rsa, { uri }), rsa), uri).toMatchObject({
        state: "invalid",
        details: [expect.stringContaining("expected the whole alert")],
      });
    }
    const silent = signAsOthersDo(PLAIN, rsa).replace(' URI=""', "");
    expect(stateOf(silent, rsa).state).toBe("invalid");
  });

  it.each([
    ["XPath", '<T:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>'],
    ["XSLT", '<T:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'],
    ["nothing", ""],
  ])("when %s chooses what is signed", (_about, transforms) => {
    expect(stateOf(signAsOthersDo(PLAIN, rsa, { transforms }), rsa).state).toBe("invalid");
  });

  it("when HMAC takes the public certificate for a secret", () => {
    const xml = signAsOthersDo(PLAIN, rsa, { method: "http://www.w3.org/2000/09/xmldsig#hmac-sha1" });
    const info = canonical(xml, "inclusive", "//ds:SignedInfo");
    const value = createHmac("sha1", rsa.certificatePem).update(info).digest("base64");
    const forged = xml.replace(/(<SignatureValue>)[^<]+/, (_, tag) => tag + value);
    expect(stateOf(forged, rsa)).toMatchObject({
      state: "invalid",
      details: [expect.stringContaining("hmac-sha1")],
    });
  });

  it("when its algorithm is not that of the key", () => {
    const xml = signAlert(PLAIN, rsa).replace("#rsa-sha256", "#ecdsa-sha256");
    expect(stateOf(xml, rsa, ec).state).not.toBe("verified");
  });

  it("when a second SignedInfo stands beside the first", () => {
    const xml = signAlert(PLAIN, rsa);
    const info = /<SignedInfo>[\s\S]*<\/SignedInfo>/.exec(xml)![0];
    expect(stateOf(xml.replace(info, info + info), rsa).state).toBe("invalid");
  });

  it("when the document is no valid alert, or brings a DTD", () => {
    const xml = signAlert(PLAIN, rsa);
    const withDtd = xml.replace("<alert", "<!DOCTYPE alert [<!ATTLIST alert Id ID #IMPLIED>]><alert");
    for (const bad of [withDtd, xml.slice(0, -20), "not xml", ""]) {
      expect(stateOf(bad, rsa).state).toBe("invalid");
    }
  });
});
