// panva's jose on node, as its documentation has it used.
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { createPrivateKey, createPublicKey } = require("node:crypto");
const jose = require("jose");

const folder = process.argv[2];
const read = (name) => readFileSync(`${folder}/${name}`);
const claims = JSON.parse(read("claims.json"));

const readTokens = (algorithm) => read(`${algorithm}.tokens`).toString().trim().split("\n");

const signing = Object.fromEntries(
  ["HS256", "ES256", "EdDSA", "RS256"].map((algorithm) => {
    const isSecret = algorithm === "HS256";
    const signing = isSecret ? new Uint8Array(read("HS256.key")) : createPrivateKey(read(`${algorithm}.pem`));
    const key = isSecret ? signing : createPublicKey(read(`${algorithm}.pub.pem`));
    const options = {
      algorithms: [algorithm],
      issuer: claims.iss,
      audience: claims.aud,
      requiredClaims: ["exp"],
    };
    return [
      algorithm,
      {
        tokens: readTokens(algorithm),
        make: () => new jose.SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: "JWT" }).sign(signing),
        read: async (token) => (await jose.jwtVerify(token, key, options)).payload,
      },
    ];
  })
);

const encrypting = Object.fromEntries(
  ["dir", "RSA-OAEP", "ECDH-ES+A128KW"].map((algorithm) => {
    const isSecret = algorithm === "dir";
    const key = isSecret ? new Uint8Array(read("dir.key")) : createPrivateKey(read(`${algorithm}.pem`));
    const publicKey = isSecret ? key : createPublicKey(read(`${algorithm}.pub.pem`));
    const header = { alg: algorithm, enc: "A256GCM" };
    const options = { keyManagementAlgorithms: [algorithm], contentEncryptionAlgorithms: ["A256GCM"] };
    const payload = new Uint8Array(read("claims.json"));
    return [
      algorithm,
      {
        tokens: readTokens(algorithm),
        make: () => new jose.CompactEncrypt(payload).setProtectedHeader(header).encrypt(publicKey),
        read: async (token) => (await jose.compactDecrypt(token, key, options)).plaintext,
      },
    ];
  })
);

const libraries = { ...signing, ...encrypting };

async function measure(library, command, count) {
  const start = process.hrtime.bigint();
  if (command === "sign" || command === "encrypt") {
    for (let round = 0; round < count; round++) await library.make();
  } else {
    for (let round = 0; round < count; round++) await library.read(library.tokens[round & 63]);
  }
  return Number(process.hrtime.bigint() - start) / count;
}

async function isAccepted(library, token) {
  try {
    const found = await library.read(token);
    const payload = found instanceof Uint8Array ? JSON.parse(Buffer.from(found)) : found;
    return payload.iss === claims.iss && payload.exp !== undefined;
  } catch {
    return false;
  }
}

async function answer(line) {
  const [command, name, argument] = line.split(" ");
  const library = libraries[name];
  switch (command) {
    case "version":
      return `${process.env.PEER_VERSION} (node ${process.versions.node})`;
    case "algorithms":
      return Object.keys(libraries).join(" ");
    case "token":
      return library.make();
    case "check":
      return (await isAccepted(library, argument)) ? "accepted" : "refused";
    default:
      return measure(library, command, Number(argument));
  }
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) console.log(await answer(line));
})();
