// The key of this browser: made here, kept here, never to be taken out; it signs what the page shows.
// Source: design §2.2, §5; RFC 7515, RFC 7638; Web Cryptography (Ed25519).
import { base64url, canonical, utf8 } from "./bytes.js";
import { thumbprint } from "./bundle.js";

const DATABASE = "pledger";
const SHELF = "keys";
const NAME = "own";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function asked(mode, what) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const deal = database.transaction(SHELF, mode);
      const request = what(deal.objectStore(SHELF));
      deal.oncomplete = () => resolve(request.result);
      deal.onerror = () => reject(deal.error);
    });
  } finally {
    database.close();
  }
}

export async function ownKey() {
  const pair = await asked("readonly", (shelf) => shelf.get(NAME));
  return pair === undefined ? null : told(pair);
}

export async function makeKey() {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  await asked("readwrite", (shelf) => shelf.add(pair, NAME));
  return told(pair);
}

export async function forgetKey() {
  await asked("readwrite", (shelf) => shelf.delete(NAME));
}

async function told(pair) {
  const { crv, kty, x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { crv, kty, x };
  return { jwk, kid: await thumbprint(jwk), secret: pair.privateKey };
}

// What is signed is the text that is given, byte for byte.
export async function sealed(key, payload, typ = "pledger+jws") {
  const header = canonical({ alg: "Ed25519", kid: key.kid, typ });
  const message = `${base64url(utf8(header))}.${base64url(utf8(payload))}`;
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, key.secret, utf8(message));
  return `${message}.${base64url(new Uint8Array(signature))}`;
}
