// panva's jose on node, as its documentation has it used.
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { createPrivateKey, createPublicKey } = require("node:crypto");
const jose = require("jose");

const folder = process.argv[2];
const read = (name) => readFileSync(`${folder}/${name}`);
const claims = JSON.parse(read("claims.json"));
const algorithms = ["HS256", "ES256", "EdDSA", "RS256"];

const libraries = Object.fromEntries(
  algorithms.map((algorithm) => {
    const isSecret = algorithm === "HS256";
    const signing = isSecret ? new Uint8Array(read("HS256.key")) : createPrivateKey(read(`${algorithm}.pem`));
    const key = isSecret ? signing : createPublicKey(read(`${algorithm}.pub.pem`));
    const options = {
      algorithms: [algorithm],
      issuer: claims.iss,
      audience: claims.aud,
      requiredClaims: ["exp"],
    };
    const tokens = read(`${algorithm}.tokens`).toString().trim().split("\n");
    return [
      algorithm,
      {
        tokens,
        sign: () => new jose.SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: "JWT" }).sign(signing),
        verify: async (token) => (await jose.jwtVerify(token, key, options)).payload,
      },
    ];
  })
);

async function measure(library, command, count) {
  const start = process.hrtime.bigint();
  if (command === "sign") {
    for (let round = 0; round < count; round++) await library.sign();
  } else {
    for (let round = 0; round < count; round++) await library.verify(library.tokens[round & 63]);
  }
  return Number(process.hrtime.bigint() - start) / count;
}

async function isAccepted(library, token) {
  try {
    const payload = await library.verify(token);
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
      return algorithms.join(" ");
    case "token":
      return library.sign();
    case "check":
      return (await isAccepted(library, argument)) ? "accepted" : "refused";
    default:
      return measure(library, command, Number(argument));
  }
}

(async () => {
  for await (const line of createInterface({ input: process.stdin })) console.log(await answer(line));
})();
